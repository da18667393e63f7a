"""The parameters of paths, queries and headers."""

from typing import NamedTuple

from hcai_app.api.openapi.schemas import Schema, text, whole


class Parameter(NamedTuple):
    """One parameter: its place, its name there, and what it says."""

    place: str
    name: str
    says: str
    schema: Schema


MOST = 999_999_999
PARAMETERS = {
    "Search": Parameter("query", "q", "A part of the name.", text(examples=["qwen"])),
    "Inputs": Parameter(
        "query",
        "input_modalities",
        "What the model must take, all of it: `text,image`.",
        text(examples=["text,image"]),
    ),
    "Outputs": Parameter(
        "query",
        "output_modalities",
        "What the model must make, any of it; `all` for all.",
        text(examples=["image"], default="all"),
    ),
    "Understood": Parameter(
        "query",
        "supported_parameters",
        "What the model must understand: `tools,reasoning`.",
        text(examples=["tools"]),
    ),
    "Offset": Parameter(
        "query", "offset", "How many to leave out.", whole(minimum=0, maximum=MOST)
    ),
    "PageSize": Parameter(
        "query",
        "limit",
        "How many to list. With neither this nor `offset` you get them all.",
        whole(minimum=1, maximum=1000),
    ),
    "IfNoneMatch": Parameter(
        "header",
        "If-None-Match",
        "The `ETag` that you have already: if it still holds, you get an empty 304.",
        text(),
    ),
    "Author": Parameter("path", "author", "Who made it.", text(minLength=1, examples=["qwen"])),
    "Slug": Parameter(
        "path", "slug", "Its name, after the slash.", text(minLength=1, examples=["qwen3-32b"])
    ),
    "GenerationId": Parameter(
        "query",
        "id",
        "The `id` of an answer, or its `X-Generation-Id` header.",
        text(minLength=1, examples=["gen-1763900000-abcdefghij"]),
    ),
}
REQUIRED = ("Author", "Slug", "GenerationId")


def components() -> dict[str, Schema]:
    """Return every parameter as a component."""
    return {
        component: {
            "name": parameter.name,
            "in": parameter.place,
            "description": parameter.says,
            "required": component in REQUIRED,
            "schema": parameter.schema,
        }
        for component, parameter in PARAMETERS.items()
    }
