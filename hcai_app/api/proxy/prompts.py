"""What a check looks at, in every dialect: what the user said last, and the pictures in it.

What is to be drawn or spoken counts as words. What is odd counts as not there, since other parts of
the road judge shapes.
"""

from collections.abc import Iterator
from itertools import chain
from typing import NamedTuple, TypeVar

import msgspec
from msgspec import Raw, Struct

from hcai_app.api.proxy.members import Fields, starts_with

T = TypeVar("T")
# Of a long text the beginning and the end, half each, in characters.
MAX_TEXT = 16_384
# Pictures that are looked at, and of how many bytes each at most: moderation takes no larger one.
MAX_PICTURES, MAX_PICTURE_BYTES = 4, 20 * 1024 * 1024
PICTURES = ("https://", "http://", "data:image/")
NONE = Raw(b"null")
CONVERSATIONS = ("messages", "input")
USER, ASSISTANT = "user", "assistant"


class Prompt(NamedTuple):
    """The words and the pictures' addresses."""

    text: str
    pictures: tuple[str, ...]


class _Turn(Struct):
    role: str | None = None
    content: Raw = NONE


class _Source(Struct):
    """A picture in Anthropic's form."""

    type: str | None = None
    url: str | None = None
    media_type: str | None = None
    data: str | None = None


class _Link(Struct):
    url: str = ""


class _Part(Struct):
    type: str | None = None
    text: Raw = NONE
    image_url: Raw = NONE
    source: Raw = NONE


_raws = msgspec.json.Decoder(list[Raw])
_turns = msgspec.json.Decoder(_Turn)
_parts = msgspec.json.Decoder(_Part)
_sources = msgspec.json.Decoder(_Source)
_links = msgspec.json.Decoder(str | _Link)
_texts = msgspec.json.Decoder(str)


def read(fields: Fields) -> Prompt:
    """Return what a body asks; empty when there is nothing that can be looked at."""
    texts: list[str] = []
    pictures: list[str] = []
    for name in CONVERSATIONS:
        if name in fields:
            _read_conversation(fields[name], texts, pictures)
    if "prompt" in fields:
        _read_content(fields["prompt"], texts, pictures)
    for part in _list(fields.get("input_references", NONE)):
        _read_part(part, texts, pictures)
    return Prompt(_shortened("\n".join(texts)), tuple(pictures[:MAX_PICTURES]))


def _read_conversation(raw: Raw, texts: list[str], pictures: list[str]) -> None:
    """Read what the user has said since the last answer, or before it where that is nothing.

    A conversation in which the user says nothing asks by its last words, whoever says them.
    """
    if starts_with(raw, b'"'):
        _read_content(raw, texts, pictures)
        return
    items = _list(raw)[::-1]
    _read_user(items, texts, pictures)
    for turn in () if texts or pictures else _turns_in(items):
        _read_content(turn.content, texts, pictures)
        if texts or pictures:
            return


def _read_user(items: list[Raw], texts: list[str], pictures: list[str]) -> None:
    """Read the user's turns, the newest first, back to an answer or until it is enough."""
    turns, size = list[list[str]](), 0
    for turn in _turns_in(items):
        if size >= MAX_TEXT or (turn.role == ASSISTANT and (size or pictures)):
            break
        if turn.role == USER:
            _read_content(turn.content, said := list[str](), pictures)
            turns.append(said)
            size += sum(map(len, said))
    texts += chain.from_iterable(reversed(turns))


def _turns_in(items: list[Raw]) -> Iterator[_Turn]:
    for item in items:
        if (turn := _decoded(item, _turns)) is not None:
            yield turn


def _read_content(raw: Raw, texts: list[str], pictures: list[str]) -> None:
    """Read a text, or a list of texts and parts."""
    if starts_with(raw, b'"'):
        texts += _text(raw)
    for part in _list(raw):
        if starts_with(part, b'"'):
            texts += _text(part)
        else:
            _read_part(part, texts, pictures)


def _read_part(raw: Raw, texts: list[str], pictures: list[str]) -> None:
    part = _decoded(raw, _parts)
    if part is None:
        return
    texts += _text(part.text)
    address = _address(part)
    if address.startswith(PICTURES) and len(address) <= MAX_PICTURE_BYTES:
        pictures.append(address)


def _address(part: _Part) -> str:
    """Return the address of a picture, in any of the forms that clients send."""
    link = _decoded(part.image_url, _links)
    if link is not None:
        return link if isinstance(link, str) else link.url
    source = _decoded(part.source, _sources)
    if source is None or part.type != "image":
        return ""
    if source.data is not None:
        return f"data:{source.media_type};base64,{source.data}"
    return source.url or ""


def _text(raw: Raw) -> Iterator[str]:
    text = _decoded(raw, _texts)
    if text is not None and text.strip():
        yield text


def _shortened(text: str) -> str:
    half = MAX_TEXT // 2
    return text if len(text) <= MAX_TEXT else f"{text[:half]}\n{text[-half:]}"


def _list(raw: Raw) -> list[Raw]:
    return (_decoded(raw, _raws) or []) if starts_with(raw, b"[") else []


def _decoded(raw: Raw, decoder: msgspec.json.Decoder[T]) -> T | None:
    try:
        return decoder.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
