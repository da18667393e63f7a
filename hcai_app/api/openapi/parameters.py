"""The parameters of paths, queries and headers."""

from hcai_app.api.openapi.schemas import Schema, text, whole

MOST = 999_999_999


def components() -> dict[str, Schema]:
    """Return every parameter, ready to be referred to."""
    return {
        "Search": _parameter("query", "q", "A part of the name.", text(examples=["qwen"])),
        "Inputs": _parameter(
            "query",
            "input_modalities",
            "What the model must take, all of it: `text,image`.",
            text(examples=["text,image"]),
        ),
        "Outputs": _parameter(
            "query",
            "output_modalities",
            "What the model must make, any of it; `all` for all.",
            text(examples=["image"], default="all"),
        ),
        "Understood": _parameter(
            "query",
            "supported_parameters",
            "What the model must understand: `tools,reasoning`.",
            text(examples=["tools"]),
        ),
        "Offset": _parameter(
            "query", "offset", "How many to leave out.", whole(minimum=0, maximum=MOST)
        ),
        "PageSize": _parameter(
            "query",
            "limit",
            "How many to list. With neither this nor `offset` you get them all.",
            whole(minimum=1, maximum=1000),
        ),
        "IfNoneMatch": _parameter(
            "header",
            "If-None-Match",
            "The `ETag` that you have already: if it still holds, you get an empty 304.",
            text(),
        ),
        "Author": _parameter("path", "author", "Who made it.", _name("qwen"), is_required=True),
        "Slug": _parameter(
            "path", "slug", "Its name, after the slash.", _name("qwen3-32b"), is_required=True
        ),
        "GenerationId": _parameter(
            "query",
            "id",
            "The `id` of an answer, or its `X-Generation-Id` header.",
            text(minLength=1, examples=["gen-1763900000-abcdefghij"]),
            is_required=True,
        ),
    }


def _name(example: str) -> Schema:
    return text(minLength=1, examples=[example])


def _parameter(
    where: str, name: str, says: str, schema: Schema, *, is_required: bool = False
) -> Schema:
    return {
        "name": name,
        "in": where,
        "description": says,
        "required": is_required,
        "schema": schema,
    }
