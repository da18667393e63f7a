"""Request parameters: structs, each for a query, a path or a header."""

from typing import Annotated, ClassVar

from msgspec import Struct

from hcai_app.api.openapi.schemas import UNSET, Schema, components, doc

MAX_OFFSET = 999_999_999


class Parameters(Struct):
    """Parameters of one place."""

    place: ClassVar[str] = "query"


class Filters(Parameters):
    """Which models are listed."""

    q: Annotated[str, doc("A part of the name.", "qwen")] = UNSET
    input_modalities: Annotated[
        str, doc("What the model must take, all of it: `text,image`.", "text,image")
    ] = UNSET
    output_modalities: Annotated[
        str, doc("What the model must make, any of it; `all` for all.", "image")
    ] = "all"
    supported_parameters: Annotated[
        str, doc("What the model must understand: `tools,reasoning`.", "tools")
    ] = UNSET


class Paging(Parameters):
    """Which part of a list is wanted."""

    offset: Annotated[int, doc("How many to leave out.", ge=0, le=MAX_OFFSET)] = UNSET
    limit: Annotated[
        int,
        doc("How many to list. With neither this nor `offset` you get them all.", ge=1, le=1000),
    ] = UNSET


class Cached(Parameters, rename={"etag": "If-None-Match"}):
    """Which answer the client has already."""

    place: ClassVar[str] = "header"
    etag: Annotated[
        str, doc("The `ETag` that you have already: if it still holds, you get an empty 304.")
    ] = UNSET


class ModelPath(Parameters):
    """Which model is meant."""

    place: ClassVar[str] = "path"
    author: Annotated[str, doc("Who made it.", "qwen", min_length=1)]
    slug: Annotated[str, doc("Its name, after the slash.", "qwen3-32b", min_length=1)]


class GenerationQuery(Parameters):
    """Which generation is meant."""

    id: Annotated[
        str,
        doc(
            "The `id` of an answer, or its `X-Generation-Id` header.",
            "gen-1763900000-abcdefghij",
            min_length=1,
        ),
    ]


def of_operation(*kinds: type[Parameters]) -> list[Schema]:
    """Return the parameters of one operation."""
    return [
        {
            "name": name,
            "in": kind.place,
            "description": schema.pop("description"),
            "required": name in described["required"],
            "schema": schema,
        }
        for kind in kinds
        for described in components([kind]).values()
        for name, schema in described["properties"].items()
    ]
