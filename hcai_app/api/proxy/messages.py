"""`/messages`: the schemas of Anthropic's Messages, and the validation of requests."""

from typing import Annotated, Literal

from msgspec import Meta, Struct

from hcai_app.api.openapi.offers import Offer
from hcai_app.api.openapi.schemas import (
    JOKE,
    UNSET,
    Answering,
    Anything,
    ChatModel,
    Cost,
    EventType,
    Examples,
    Fallbacks,
    GenerationId,
    MaxTokens,
    Stream,
    Temperature,
    doc,
    example,
)
from hcai_app.api.proxy import members, output_limits
from hcai_app.api.proxy.body_bounds import Body
from hcai_app.api.proxy.requests import Request


class MessagesTurn(Struct):
    """One turn of the conversation."""

    role: Literal["user", "assistant"]
    content: Annotated[str | list[Anything], doc("A text, or blocks.")]


class MessagesRequest(Struct):
    """Anthropic's Messages form, for any model, not only Claude."""

    model: ChatModel
    messages: Annotated[list[MessagesTurn], doc("The conversation so far, oldest first.")]
    max_tokens: MaxTokens = UNSET
    system: Annotated[str | list[Anything], doc("How to behave.")] = UNSET
    stream: Stream = UNSET
    models: Fallbacks = UNSET
    temperature: Temperature = UNSET
    tools: Annotated[list[Anything], doc("Tools of yours that the model may ask for.")] = UNSET


class MessagesBlock(Struct):
    """A piece of the answer."""

    type: Annotated[str, Meta(examples=["text", "thinking", "tool_use"])]


class MessagesUsage(Struct):
    """What this call used."""

    input_tokens: int
    output_tokens: int
    cost: Cost = UNSET


class MessagesAnswer(Struct):
    """A whole answer, in Anthropic's form."""

    id: GenerationId
    type: Literal["message"]
    role: Literal["assistant"]
    content: list[MessagesBlock]
    model: Answering
    stop_reason: (
        Annotated[str, Meta(examples=["end_turn", "max_tokens", "stop_sequence", "tool_use"])]
        | None
    )
    stop_sequence: str | None
    usage: MessagesUsage


class MessagesEvent(Struct):
    """From `message_start` to `message_stop`."""

    type: EventType


def examples(offer: Offer) -> Examples:
    """Return requests that work as they stand."""
    given = {"model": offer.chat_model, "max_tokens": 200, "messages": JOKE}
    return {
        "ask": example("A first question", **given),
        "stream": example("Word by word", **given, stream=True),
    }


def parse(body: Body) -> Request:
    """Read a request.

    Raises:
        InvalidRequest: When it is no JSON object or lacks its shape.
    """
    fields = members.object_in(body)
    members.require_list(fields, "messages", "messages")
    limits = output_limits.of(fields)
    return Request(
        model=members.model(fields),
        is_stream=members.is_stream(fields),
        max_tokens=limits.max_tokens,
        answers=limits.answers,
        fields=fields,
        has_metadata_name=True,
    )
