"""The parameters of paths, queries and headers."""

from hcai_app.api.openapi.schemas import Schema, text, whole

MOST = 999_999_999


def components() -> dict[str, Schema]:
    """Return every parameter, ready to be referred to."""
    return {
        "Offset": _parameter(
            "query", "offset", "How many to leave out.", whole(minimum=0, maximum=MOST, default=0)
        ),
        "PageSize": _parameter(
            "query", "limit", "How many to list.", whole(minimum=1, maximum=1000, default=1000)
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
