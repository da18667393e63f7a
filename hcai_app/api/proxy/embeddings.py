"""`/embeddings`: its schemas, and the validation of requests."""

from typing import Annotated, Any, Literal

from msgspec import Meta, Struct

from hcai_app.api.openapi.offers import Offer
from hcai_app.api.openapi.schemas import (
    UNSET,
    Cost,
    EmbeddingModel,
    Examples,
    doc,
    example,
    list_of,
)
from hcai_app.api.proxy import members
from hcai_app.api.proxy.body_bounds import Body
from hcai_app.api.proxy.requests import Request
from hcai_app.errors import InvalidRequest

TEXT = {"type": "string", "minLength": 1}
TOKEN = {"type": "integer", "minimum": 0}
OBJECT = {"type": "object", "additionalProperties": True}
INPUTS = [TEXT, *map(list_of, (TEXT, TOKEN, list_of(TOKEN), OBJECT))]


class EmbeddingRequest(Struct):
    """Whatever else OpenRouter takes may be here too."""

    model: EmbeddingModel
    input: Annotated[
        Any,
        doc("A text, many texts, or token ids. Many at once are faster."),
        Meta(extra_json_schema={"anyOf": INPUTS}),
    ]
    encoding_format: Annotated[Literal["float", "base64"], doc("base64 is four times smaller.")] = (
        UNSET
    )
    dimensions: Annotated[
        Annotated[int, Meta(ge=1)] | None, doc("Shorter vectors, where the model can.")
    ] = UNSET


class Embedding(Struct):
    """The vector of one input."""

    object: Literal["embedding"]
    embedding: Annotated[
        list[float] | Annotated[str, doc("base64 of 32-bit floats, little-endian.")],
        doc("Where this text lies. Near texts mean near things."),
    ]
    index: int = UNSET


class EmbeddingUsage(Struct):
    """What this call used."""

    prompt_tokens: int
    total_tokens: int
    cost: Cost = UNSET


class EmbeddingList(Struct):
    """The vectors of all inputs."""

    object: Literal["list"]
    model: str
    data: Annotated[list[Embedding], doc("One for each input, in the same order.")]
    id: str = UNSET
    usage: EmbeddingUsage | None = UNSET


def examples(offer: Offer) -> Examples:
    """Return requests that work as they stand."""
    model, animals = offer.embedding_model, ["a duck", "a goose", "a spreadsheet"]
    return {
        "many": example("Three texts: which two are alike?", model=model, input=animals),
        "small": example("Packed", model=model, input="a duck", encoding_format="base64"),
    }


def parse(body: Body) -> Request:
    """Read a request.

    Raises:
        InvalidRequest: When it is no JSON object or lacks its shape.
    """
    fields = members.object_in(body)
    members.require_text_or_list(fields, "input", "texts or token ids")
    if members.is_stream(fields):
        raise InvalidRequest("Embeddings do not stream.", param="stream")
    model = members.model(fields)
    return Request(model=model, is_stream=False, max_tokens=0, answers=1, fields=fields)
