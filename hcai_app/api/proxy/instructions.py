"""What a body says first, in every dialect: instructions, the user's first words, names of tools.

Only the beginnings of texts are decoded, and the names of tools; what is odd counts as not there,
since other parts of the road judge shapes.
"""

from collections.abc import Iterable, Iterator
from typing import TypeVar

import msgspec
from msgspec import Raw, Struct

from hcai_app.api.proxy.members import Fields, starts_with
from hcai_app.services.fairuse.matching import Content

T = TypeVar("T")
# Bytes of a text, texts of instructions and of the user, and bytes of a list that is read.
MAX_TEXT, MAX_TEXTS, MAX_USERS, MAX_LIST = 16_384, 8, 3, 4 * 1024 * 1024
# A long list is read up to here.
MAX_ITEMS = 512
# More tools than any agent has.
MAX_TOOLS = 2_000
NONE = Raw(b"null")
SYSTEM = frozenset({"system", "developer"})
# Instructions that are a member of the body.
ALONE = ("instructions", "system", "prompt")
CONVERSATIONS = ("messages", "input")
TOOLS = ("tools", "functions")
MEMBERS = (*ALONE, *CONVERSATIONS, *TOOLS)


class _Item(Struct):
    """A message, or a part of its content."""

    role: str | None = None
    content: Raw = NONE
    text: Raw = NONE


class _Named(Struct):
    name: str | None = None


class _Tool(Struct):
    name: str | None = None
    function: _Named | None = None
    custom: _Named | None = None
    tools: list[_Named] | None = None  # of a namespace


_items = msgspec.json.Decoder(list[_Item])
_tools = msgspec.json.Decoder(list[_Tool])
_raws = msgspec.json.Decoder(list[Raw])
_texts = msgspec.json.Decoder(str)


def read(fields: Fields) -> Content:
    """Return what a body's members say."""
    instructions: list[str] = []
    users: list[str] = []
    tools: set[str] = set()
    # Most bodies have one of these members: what is missing costs a look-up and no more.
    for name, raw in ((name, fields[name]) for name in MEMBERS if name in fields):
        if name in CONVERSATIONS:
            _read_conversation(raw, instructions, users)
        elif name in TOOLS:
            tools.update(_names_in(raw))
        else:
            instructions += _texts_in(raw)
    return Content(instructions, users, frozenset(tools))


def _read_conversation(raw: Raw, instructions: list[str], users: list[str]) -> None:
    if starts_with(raw, b'"'):
        users += _texts_in(raw)
        return
    for item in _list(raw, _items):
        if item.role == "user":
            if len(users) < MAX_USERS:
                users += _texts_in(item.content)
        elif item.role in SYSTEM and len(instructions) < MAX_TEXTS:
            instructions += _texts_in(item.content)


def _texts_in(raw: Raw) -> Iterator[str]:
    """Yield the beginnings of a text, or of the first parts of a list of them."""
    if starts_with(raw, b'"'):
        yield _beginning(raw)
    elif starts_with(raw, b"["):
        if bytes(memoryview(raw)[1:64]).lstrip().startswith(b'"'):
            texts = _list(raw, _raws)[:MAX_TEXTS]
        else:
            texts = [item.text for item in _list(raw, _items)[:MAX_TEXTS]]
        yield from (_beginning(text) for text in texts if starts_with(text, b'"'))


def _beginning(raw: Raw) -> str:
    """Return how a JSON text begins; empty when it cannot be read."""
    attempts: Iterable[Raw | bytes] = (raw,)
    if len(memoryview(raw)) > MAX_TEXT:
        data = bytes(memoryview(raw)[:MAX_TEXT])
        # The cut may be within an escape of up to 12 bytes, or within a letter of 4.
        attempts = (data[: len(data) - short] + b'"' for short in range(13))
    for attempt in attempts:
        try:
            return _texts.decode(attempt)
        except (msgspec.DecodeError, UnicodeDecodeError):
            continue
    return ""


def _names_in(raw: Raw) -> Iterator[str]:
    for tool in _list(raw, _tools)[:MAX_TOOLS]:
        for named in (tool, tool.function, tool.custom, *(tool.tools or ())):
            if named is not None and named.name is not None:
                yield named.name


def _list(raw: Raw, decoder: msgspec.json.Decoder[list[T]]) -> list[T]:
    """Return the items of a list, as far as they have the form; empty for anything else."""
    if not starts_with(raw, b"[") or len(memoryview(raw)) > MAX_LIST:
        return []
    try:
        return decoder.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return list(_readable(raw, decoder))


def _readable(raw: Raw, decoder: msgspec.json.Decoder[list[T]]) -> Iterator[T]:
    try:
        items = _raws.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return
    for item in items[:MAX_ITEMS]:
        try:
            yield from decoder.decode(b"[%b]" % bytes(item))
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            continue
