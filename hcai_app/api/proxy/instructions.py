"""What a body says first, in every dialect: instructions, the user's first words, names of tools.

Only the ends of texts are decoded, and the names of tools; what is odd counts as not there,
since other parts of the road judge shapes.
"""

import re
from collections.abc import Iterable, Iterator
from typing import TypeVar

import msgspec
from msgspec import Raw, Struct

from hcai_app.api.proxy.members import Fields, starts_with
from hcai_app.services.fairuse.matching import Content
from hcai_app.services.fairuse.roles import Tool

T = TypeVar("T")
# Bytes of a text, texts of instructions and of the user, and bytes of a list that is read.
MAX_TEXT, MAX_TEXTS, MAX_USERS, MAX_LIST = 16_384, 8, 3, 4 * 1024 * 1024
# Of a longer text so many bytes of its end, where something may be asked about it.
MAX_ENDING = 600
# A long list is read up to here.
MAX_ITEMS = 512
# More tools than any agent has, and of how many the parameters are read.
MAX_TOOLS, MAX_SCHEMAS = 2_000, 128
# Of a description so many bytes, in which it says what a tool is for.
MAX_ABOUT = 160
NONE = Raw(b"null")
SYSTEM = frozenset({"system", "developer"})
# Instructions that are a member of the body.
ALONE = ("instructions", "system")
CONVERSATIONS = ("messages", "input")
TOOLS = ("tools", "functions")
PROMPT = "prompt"
MEMBERS = (*ALONE, PROMPT, *CONVERSATIONS, *TOOLS)
# What templates and programs write in front of the instructions in a prompt that is one text.
_SYSTEM = re.compile(
    r"\s*(?:<s>|<\|begin_of_text\|>)?\s*(?:\[INST\]\s*)?(?:<<SYS>>|\[SYSTEM\]|<\|system\|>"
    r"|<\|(?:im_start|start_header_id)\|>\s*system(?:<\|end_header_id\|>)?"
    r"|[#*]{0,4} ?system(?: prompt)?[*]{0,2}:)\s*",
    re.I,
)
# Where the user begins to speak in a prompt that is one text, as programs and templates write it.
_USER = re.compile(
    r"(?:^|\n)\W{0,8}(?:user|human|question|student|input|instruction|q)\W{0,3}[:\n]"
    r"|<\|(?:im_start|start_header_id)\|>user|<\|user\|>|<</SYS>>|\[INST\]",
    re.I,
)


class _Item(Struct):
    """A message, or a part of its content."""

    role: str | None = None
    content: Raw = NONE
    text: Raw = NONE


class _TextPart(Struct):
    text: str | None = None


class _Said(Struct):
    """A message of a small conversation, decoded at once."""

    role: str | None = None
    content: str | list[_TextPart] | None = None

    def texts(self) -> list[str]:
        """Return what it says, as far as it is looked at."""
        if isinstance(self.content, str):
            return [self.content]
        return [part.text for part in (self.content or ())[:MAX_TEXTS] if part.text is not None]


class _Named(Struct):
    name: str | None = None
    description: Raw = NONE
    parameters: Raw = NONE
    input_schema: Raw = NONE


class _Tool(_Named):
    type: str | None = None
    function: _Named | None = None
    custom: _Named | None = None
    tools: list[_Named] | None = None  # of a namespace


class _Parameters(Struct):
    properties: dict[str, Raw] = {}


_said = msgspec.json.Decoder(list[_Said])
_items = msgspec.json.Decoder(list[_Item])
_tools = msgspec.json.Decoder(list[_Tool])
_schemas = msgspec.json.Decoder(_Parameters)
_raws = msgspec.json.Decoder(list[Raw])
_texts = msgspec.json.Decoder(str)


def read(fields: Fields) -> Content:
    """Return what a body's members say."""
    instructions: list[str] = []
    users: list[str] = []
    tools: list[tuple[Tool, str]] = []
    # Most bodies have one of these members: what is missing costs a look-up and no more.
    for name, raw in ((name, fields[name]) for name in MEMBERS if name in fields):
        if name in CONVERSATIONS:
            _read_conversation(raw, instructions, users)
        elif name in TOOLS:
            tools += _tools_in(raw)
        elif name == PROMPT:
            for text in _texts_in(raw):
                said, spoken = _parted(text)
                instructions.append(said)
                users += spoken
        else:
            instructions += _texts_in(raw)
    declared = tuple(tool for tool, _ in tools)
    described = tuple(about for _, about in tools if about)
    names = frozenset(name for name, _ in declared)
    return Content(instructions, users, names, declared, described)


def _read_conversation(raw: Raw, instructions: list[str], users: list[str]) -> None:
    if starts_with(raw, b'"'):
        users += _texts_in(raw)
        return
    for role, texts in _small(raw) or (
        (it.role, _texts_in(it.content)) for it in _list(raw, _items)
    ):
        if role == "user":
            if len(users) < MAX_USERS:
                users += texts
        elif role in SYSTEM and len(instructions) < MAX_TEXTS:
            instructions += texts


def _small(raw: Raw) -> list[tuple[str | None, list[str]]] | None:
    """Return who says what in a small conversation; None in another, or one of an odd form."""
    if len(memoryview(raw)) > MAX_TEXT:
        return None
    try:
        return [(it.role, it.texts()) for it in _said.decode(raw)]
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None


def _parted(text: str) -> tuple[str, list[str]]:
    """Return the instructions of a prompt, and what its user says."""
    system = _SYSTEM.match(text)
    begin = system.end() if system else 0
    user = _USER.search(text, begin)
    if user is None:
        return text[begin:], []
    return text[begin : user.start()], [text[user.end() :]]


def _texts_in(raw: Raw) -> Iterator[str]:
    """Yield the ends of a text, or of the first parts of a list of them."""
    if starts_with(raw, b'"'):
        yield _ends(raw)
    elif starts_with(raw, b"["):
        if bytes(memoryview(raw)[1:64]).lstrip().startswith(b'"'):
            texts = _list(raw, _raws)[:MAX_TEXTS]
        else:
            texts = [item.text for item in _list(raw, _items)[:MAX_TEXTS]]
        yield from (_ends(text) for text in texts if starts_with(text, b'"'))


def _ends(raw: Raw) -> str:
    """Return how a JSON text begins and, when it is a long one, how it ends."""
    if len(memoryview(raw)) <= MAX_TEXT:
        return _first_of((raw,))
    data, ending = bytes(memoryview(raw)[:MAX_TEXT]), bytes(memoryview(raw)[-MAX_ENDING:])
    # The cut may be within an escape of up to 12 bytes, or within a letter of 4.
    begun = _first_of(data[: len(data) - short] + b'"' for short in range(13))
    ended = _first_of(b'"' + ending[short:] for short in range(13))
    return f"{begun} {ended}"


def _first_of(attempts: Iterable[Raw | bytes]) -> str:
    """Return the first JSON text that can be read; empty when none can."""
    for attempt in attempts:
        try:
            return _texts.decode(attempt)
        except (msgspec.DecodeError, UnicodeDecodeError):
            continue
    return ""


def _tools_in(raw: Raw) -> Iterator[tuple[Tool, str]]:
    """Yield each declared tool, and how its description begins."""
    for at, tool in enumerate(_list(raw, _tools)[:MAX_TOOLS]):
        declared = (tool, tool.function, tool.custom, *(tool.tools or ()))
        named = [it for it in declared if it is not None and it.name is not None]
        for it in named:
            is_read = at < MAX_SCHEMAS
            known = it.name or "", _parameters_of(it) if is_read else ()
            yield known, _begun(it.description) if is_read else ""
        if not named and tool.type is not None:  # one that the provider knows, like local_shell
            yield (tool.type, ()), ""


def _begun(raw: Raw) -> str:
    """Return how a description begins; empty for what is no text."""
    data = bytes(memoryview(raw)[:MAX_ABOUT])
    if not data.startswith(b'"'):
        return ""
    if len(data) < MAX_ABOUT:
        return _first_of((data,))
    return _first_of(data[: len(data) - short] + b'"' for short in range(13))


def _parameters_of(named: _Named) -> tuple[str, ...]:
    raw = named.input_schema if named.parameters is NONE else named.parameters
    if raw is NONE or len(memoryview(raw)) > MAX_TEXT:
        return ()
    try:
        return tuple(_schemas.decode(raw).properties)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return ()


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
