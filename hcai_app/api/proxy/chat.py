"""`/chat/completions`: its schemas, and the validation of requests."""

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
    Created,
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

Finish = Annotated[str, Meta(examples=["stop", "length", "tool_calls", "content_filter", "error"])]


class ContentPart(Struct):
    """A piece of a message."""

    type: Annotated[str, Meta(examples=["text", "image_url", "file", "input_audio", "video_url"])]
    text: Annotated[str, doc("For `type: text`.")] = UNSET
    image_url: Annotated[Anything, doc("For pictures: `{url}`, an https or a data URL.")] = UNSET
    file: Annotated[Anything, doc("For PDFs: `{filename, file_data}`, the data as a URL.")] = UNSET


class ChatMessage(Struct):
    """One turn of the conversation."""

    role: Annotated[Literal["system", "developer", "user", "assistant", "tool"], doc("Who speaks.")]
    content: Annotated[
        str | list[ContentPart] | None, doc("A text, or parts: text, pictures, files.")
    ] = UNSET


class ChatRequest(Struct):
    """Whatever else OpenRouter takes may be here too; it reaches the model untouched."""

    model: ChatModel
    messages: Annotated[list[ChatMessage], doc("The conversation so far, oldest first.")]
    stream: Stream = UNSET
    models: Fallbacks = UNSET
    max_completion_tokens: MaxTokens = UNSET
    max_tokens: MaxTokens = UNSET
    temperature: Temperature = UNSET
    tools: Functions = UNSET
    response_format: Annotated[
        Anything, doc("`{type: json_object}` or `{type: json_schema, …}`.")
    ] = UNSET
    modalities: Annotated[
        list[str], doc('What may come back: `["image", "text"]` for a picture.')
    ] = UNSET
    image_config: Annotated[
        Anything, doc("How a picture should be, such as `{aspect_ratio: 16:9}`.")
    ] = UNSET
    reasoning: Annotated[Anything, doc("How hard to think: `{effort: high}`.")] = UNSET
    plugins: Annotated[list[Anything], doc("Such as `{id: file-parser}` for PDFs.")] = UNSET


class ChatDelta(Struct):
    """What the model said, or a piece of it."""

    content: Annotated[str | None, doc("The words.")] = UNSET
    reasoning: Annotated[str | None, doc("What the model thought before.")] = UNSET
    tool_calls: Annotated[list[Anything] | None, doc("Functions that the model asks for.")] = UNSET
    images: Annotated[
        list[Anything] | None,
        doc("Pictures, each `{type: image_url, image_url: {url: data:image/png;base64,…}}`."),
    ] = UNSET
    annotations: Annotated[list[Anything] | None, doc("Sources, and files as they were read.")] = (
        UNSET
    )


class AssistantMessage(ChatDelta, kw_only=True):
    """What the model said."""

    role: Literal["assistant"]


class ChatChoice(Struct):
    """One of the answers; mostly there is one."""

    index: int
    message: AssistantMessage
    finish_reason: Finish | None


class ChatUsage(Struct):
    """What this call used."""

    prompt_tokens: Annotated[int, doc("Tokens that went in.")]
    completion_tokens: Annotated[int, doc("Tokens that came out.")]
    total_tokens: Annotated[int, doc("Both.")]
    cost: Cost = UNSET


class ChatCompletion(Struct):
    """A whole answer."""

    id: GenerationId
    object: Literal["chat.completion"]
    created: Created
    model: Answering
    choices: list[ChatChoice]
    system_fingerprint: str | None
    usage: ChatUsage | None = UNSET


class ChatChunkChoice(Struct):
    """The next piece of one of the answers."""

    index: int
    delta: ChatDelta
    finish_reason: Finish | None


class ChatChunkError(Struct):
    """When something broke on the way: the answer ends here."""

    code: int
    message: str


class ChatChunk(Struct):
    """A piece of an answer: one `data:` line of the stream."""

    id: str
    object: Literal["chat.completion.chunk"]
    created: int
    model: str
    choices: list[ChatChunkChoice]
    usage: ChatUsage | None = UNSET
    error: ChatChunkError = UNSET


WEATHER = {
    "type": "function",
    "function": {
        "name": "get_weather",
        "description": "Look out of the window.",
        "parameters": {
            "type": "object",
            "properties": {"city": {"type": "string"}},
            "required": ["city"],
        },
    },
}


def examples(offer: Offer) -> Examples:
    """Return requests that work as they stand."""
    model = offer.chat_model
    weather = [{"role": "user", "content": "Do I need an umbrella in Shelburne?"}]
    draw = [{"role": "user", "content": "Draw an orca that eats pizza."}]
    pirate = [{"role": "system", "content": "You are a pirate."}, *JOKE]
    return {
        "ask": example("A first question", model=model, messages=JOKE),
        "stream": example("Word by word", model=model, messages=pirate, stream=True),
        "tools": example("With a tool", model=model, messages=weather, tools=[WEATHER]),
        "draw": example(
            "With a picture as the answer",
            model=offer.image_model,
            messages=draw,
            modalities=["image", "text"],
        ),
    }


def parse(body: Body) -> Request:
    """Read a request.

    Raises:
        InvalidRequest: When it is no JSON object or lacks its shape.
    """
    fields = members.object_in(body)
    if "messages" in fields or "prompt" not in fields:  # the provider's older form has `prompt`
        members.require_list(fields, "messages", "messages")
    limits = output_limits.of(fields)
    return Request(
        model=members.model(fields),
        is_stream=members.is_stream(fields),
        max_tokens=limits.max_tokens,
        answers=limits.answers,
        fields=fields,
    )
