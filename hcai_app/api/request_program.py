"""`POST /api/program`: a request of the playground as a program, for its code view.

Only a request that our own page makes for somebody signed in; nothing of it is kept.
"""

import asyncio
from typing import Any, Literal, cast

import msgspec

from hcai_app.api.bodies import read_in_time, require_json
from hcai_app.api.exchange import Exchange
from hcai_app.api.proxy import callers, conversation
from hcai_app.api.proxy.conversation import Conversation, SentFile, SentMessage
from hcai_app.api.same_origin import require_own_page
from hcai_app.docs.examples import request_code
from hcai_app.docs.examples.library import Language
from hcai_app.docs.examples.request_code import LocalFile
from hcai_app.docs.examples.requests import Kind
from hcai_app.errors import InvalidRequest
from hcai_app.worker.context import Worker

MAX_BYTES = 2 * 1024**2
# Each part may stand on a line of its own, which begins with two or four spaces for each level.
MAX_PARTS, MAX_DEPTH = 20_000, 64
TEXT = (b"content-type", b"text/plain; charset=utf-8")
PREFIX = "/proxy/v1"
FIRST_WORDS = "Name my raccoon rhythm game."
FIRST_TEXT = "A raccoon steals pizza"
FIRST_CHECKED = "Something that somebody wrote"


class Draft(msgspec.Struct, frozen=True):
    """What stands in the field of a conversation, and is not sent yet."""

    text: str
    files: list[SentFile]


class Chat(Conversation, frozen=True, kw_only=True):
    """The open conversation."""

    draft: Draft


class ProgramRequest(msgspec.Struct, frozen=True):
    """The request body: what the page holds, and which of it would be sent next."""

    mode: Literal["chat", "embeddings", "moderation"]
    language: Language
    chat: Chat | None = None
    embedder: str = ""
    texts: list[str] = []
    moderator: str = ""
    checked: str = ""


async def show(worker: Worker, exchange: Exchange) -> None:
    """Send the program, with the address at which the page was opened."""
    require_own_page(worker, exchange)
    await callers.signed_in(worker, exchange)
    require_json(exchange)
    data = await read_in_time(exchange, MAX_BYTES)
    origin = (exchange.header(b"origin") or "") + PREFIX
    text = await asyncio.to_thread(program, data, origin)
    await exchange.reply(200, text.encode(), TEXT)


def program(data: bytes, base: str) -> str:
    """Return the program that a request body asks for.

    Raises:
        InvalidRequest: When it is not what belongs here, or too much of it.
    """
    try:
        asked = msgspec.json.decode(data, type=ProgramRequest)
        kind, body = request_of(asked)
        _check_parts(body)
        return request_code.program(kind, asked.language, base=base, body=body)
    except (ValueError, msgspec.MsgspecError, RecursionError) as error:
        raise InvalidRequest("The body is not what belongs here.") from error


def request_of(asked: ProgramRequest) -> tuple[Kind, dict[str, Any]]:
    """Return the kind and the body of the request that the page would send next.

    Nothing typed yet: an example of it, so that the program can be run all the same.

    Raises:
        ValueError: When there is no conversation.
    """
    if asked.mode == "embeddings":
        texts = [text for text in asked.texts if text.strip()]
        return "embedding", {"model": asked.embedder, "input": texts or [FIRST_TEXT]}
    if asked.mode == "moderation":
        return "moderation", {"model": asked.moderator, "input": asked.checked or FIRST_CHECKED}
    if asked.chat is None:
        raise ValueError
    next_one = msgspec.structs.replace(asked.chat, messages=_next_messages(asked.chat))
    body = conversation.chat_body(next_one, lambda file: LocalFile(file.name, file.type))
    if "modalities" in body:  # whole, so that the picture can be kept at once
        return "picture", {name: it for name, it in body.items() if name != "stream"}
    return "stream" if "stream" in body else "chat", body


def _next_messages(chat: Chat) -> list[SentMessage]:
    """Return the messages with what stands in the field, or else up to the last question."""
    if chat.draft.text or chat.draft.files:
        return [*chat.messages, SentMessage("user", chat.draft.text, chat.draft.files)]
    if not chat.messages:
        return [SentMessage("user", FIRST_WORDS)]
    return chat.messages if chat.messages[-1].role == "user" else chat.messages[:-1]


def _check_parts(value: Any, depth: int = 0) -> int:
    """Return how many parts a value has.

    Raises:
        ValueError: When there are too many, or one lies too deep.
    """
    inside: list[Any] = []
    if isinstance(value, dict):
        inside = list(cast(dict[str, Any], value).values())
    elif isinstance(value, list):
        inside = cast(list[Any], value)
    parts = 1 + sum(_check_parts(it, depth + 1) for it in inside)
    if parts > MAX_PARTS or depth > MAX_DEPTH:
        raise ValueError
    return parts
