"""`/responses`: the schemas of OpenAI's Responses, and the validation of requests."""

from typing import Annotated, Any, Literal

from msgspec import Meta, Struct

from hcai_app.api.openapi.offers import Offer
from hcai_app.api.openapi.schemas import (
    UNSET,
    Answering,
    Anything,
    ChatModel,
    Cost,
    Created,
    EventType,
    Examples,
    Fallbacks,
    Functions,
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


class ResponsesRequest(Struct):
    """OpenAI's Responses form. Whatever else OpenRouter takes may be here too."""

    model: ChatModel
    input: Annotated[str | list[Anything], doc("A text, or a list of items.")]
    instructions: Annotated[str | None, doc("How to behave.")] = UNSET
    stream: Stream = UNSET
    models: Fallbacks = UNSET
    max_output_tokens: MaxTokens = UNSET
    temperature: Temperature = UNSET
    tools: Functions = UNSET
    store: Annotated[
        Annotated[bool, Meta(extra_json_schema={"const": False})] | None,
        doc("Nothing is kept here: never `true`."),
    ] = UNSET
    previous_response_id: Annotated[
        None, doc("Nothing is kept here: send the conversation itself.")
    ] = UNSET


class ResponsesUsage(Struct):
    """What this call used."""

    input_tokens: int
    output_tokens: int
    total_tokens: int
    cost: Cost = UNSET


class ResponsesAnswer(Struct):
    """A whole answer, in OpenAI's form."""

    id: GenerationId
    object: Literal["response"]
    created_at: Created
    status: Annotated[
        str,
        Meta(examples=["completed", "incomplete", "in_progress", "failed", "cancelled", "queued"]),
    ]
    model: Answering
    output: Annotated[list[Anything], doc("What was said, thought, and asked for.")]
    parallel_tool_calls: bool
    tool_choice: Any
    tools: list[Anything]
    error: Anything | None
    incomplete_details: Anything | None
    completed_at: Annotated[int | None, doc("Unix seconds.")]
    instructions: Annotated[Any, doc("As they were asked for; so is what follows.")]
    metadata: Anything | None
    temperature: float | None
    top_p: float | None
    frequency_penalty: float | None
    presence_penalty: float | None
    usage: ResponsesUsage | None = UNSET


class ResponsesEvent(Struct):
    """`response.completed` holds the whole."""

    type: EventType


def examples(offer: Offer) -> Examples:
    """Return requests that work as they stand."""
    model, ask = offer.chat_model, "Tell me a joke about ducks."
    return {
        "ask": example("A first question", model=model, input=ask),
        "stream": example("Word by word", model=model, input=ask, stream=True),
    }


def parse(body: Body) -> Request:
    """Read a request.

    Raises:
        InvalidRequest: When it is no JSON object or lacks its shape.
    """
    fields = members.object_in(body)
    members.require_text_or_list(fields, "input", "items")
    limits = output_limits.of(fields)
    return Request(
        model=members.model(fields),
        is_stream=members.is_stream(fields),
        max_tokens=limits.max_tokens,
        answers=limits.answers,
        fields=fields,
        # Without the second all our users would share one identity there.
        names=("user", "safety_identifier"),
    )
