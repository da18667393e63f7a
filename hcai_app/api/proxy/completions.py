"""`/completions`: the schemas of the older form, one prompt and its continuation, and its requests.

Older programs and some libraries still send it. The provider takes it as it is.
"""

from typing import Annotated, Any, Literal

import msgspec
from msgspec import Struct

from hcai_app.api.openapi.offers import Offer
from hcai_app.api.openapi.schemas import (
    UNSET,
    Answering,
    Anything,
    ChatModel,
    Created,
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
from hcai_app.api.proxy.chat import ChatChunkError, ChatUsage, Finish
from hcai_app.api.proxy.guard_reading import MAX_SPLIT_PARTS, parts_of, too_many_parts
from hcai_app.api.proxy.members import Fields
from hcai_app.api.proxy.requests import Request
from hcai_app.errors import InvalidRequest

# Prompts in one call; each is answered, and reserved for.
MAX_PROMPTS = 128
_prompts = msgspec.json.Decoder(list[msgspec.Raw])


class CompletionRequest(Struct):
    """The older form. Whatever else OpenRouter takes may be here too."""

    model: ChatModel
    prompt: Annotated[
        str | list[Any], doc(f"The beginning of a text, or a list of up to {MAX_PROMPTS}.")
    ]
    stream: Stream = UNSET
    models: Fallbacks = UNSET
    max_tokens: MaxTokens = UNSET
    temperature: Temperature = UNSET
    suffix: Annotated[str | None, doc("What comes after the text that is asked for.")] = UNSET
    echo: Annotated[bool | None, doc("`true`: the prompt stands before the answer.")] = UNSET


class CompletionChoice(Struct):
    """One of the answers, or the next piece of it."""

    index: int
    text: Annotated[str, doc("The words.")]
    finish_reason: Finish | None
    logprobs: Anything | None = UNSET


class Completion(Struct):
    """A whole answer."""

    id: GenerationId
    object: Literal["text_completion"]
    created: Created
    model: Answering
    choices: list[CompletionChoice]
    usage: ChatUsage | None = UNSET


class CompletionChunk(Struct):
    """A piece of an answer: one `data:` line of the stream."""

    id: str
    object: Literal["text_completion"]
    created: int
    model: str
    choices: list[CompletionChoice]
    usage: ChatUsage | None = UNSET
    error: ChatChunkError = UNSET


def examples(offer: Offer) -> Examples:
    """Return requests that work as they stand."""
    given = {"model": offer.chat_model, "prompt": "Once upon a time, a duck", "max_tokens": 200}
    return {
        "ask": example("Go on with a text", **given),
        "stream": example("Word by word", **given, stream=True),
    }


def parse(body: Body) -> Request:
    """Read a request.

    Raises:
        InvalidRequest: When it is no JSON object or lacks its shape.
    """
    fields = members.object_in(body)
    limits = output_limits.of(fields)
    return Request(
        model=members.model(fields),
        is_stream=members.is_stream(fields),
        max_tokens=limits.max_tokens,
        answers=limits.answers * _count_prompts(fields),
        fields=fields,
    )


def _count_prompts(fields: Fields) -> int:
    """Return how many prompts there are; a list of numbers is one, in tokens."""
    if "prompt" not in fields and "messages" in fields:
        raise InvalidRequest(
            "Messages go to /proxy/v1/chat/completions; here it is a `prompt`.", param="prompt"
        )
    members.require_text_or_list(fields, "prompt", "texts")
    raw = fields["prompt"]
    if members.starts_with(raw, b'"'):
        return 1
    if parts_of(raw) > MAX_SPLIT_PARTS:
        raise too_many_parts("prompt")
    prompts = _prompts.decode(raw)
    if not 1 <= len(prompts) <= MAX_PROMPTS and not _is_number(prompts):
        raise InvalidRequest(f"Send 1 to {MAX_PROMPTS} prompts.", param="prompt")
    if members.starts_with(prompts[0], b'"['):
        return len(prompts)
    if not _is_number(prompts):
        raise InvalidRequest("`prompt` must be a text or a list of texts.", param="prompt")
    return 1


def _is_number(prompts: list[msgspec.Raw]) -> bool:
    return bool(prompts) and bytes(prompts[0]).isdigit()
