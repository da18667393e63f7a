"""What the playground's components read of the browser's own store, and what they have it do.

Nothing of it passes through a State: the values are the island's, read by a React hook.
"""

from dataclasses import dataclass, field
from typing import Any

import reflex as rx

from hcai_app.edge.reflex_internals.browser import browser_call, browser_value
from hcai_app.ui.islands.playground import script


@dataclass(frozen=True)
class File:
    """A file of a message, or a picture of an answer; its bytes are a `Blob` of the browser."""

    id: str
    name: str
    type: str
    size: int


@dataclass(frozen=True)
class UsageView:
    """What an answer took."""

    total: int
    cost: float


@dataclass(frozen=True)
class Failure:
    """Why something failed; `untilMs` is when it works again."""

    code: int
    message: str
    untilMs: int  # noqa: N815 - the browser's name


@dataclass(frozen=True)
class RefusedFile:
    """A file that cannot be sent, by its type or, with `bytes`, by its size."""

    name: str
    type: str
    bytes: int


@dataclass(frozen=True)
class ToolCall:
    """A tool that a model wants called."""

    name: str
    text: str


@dataclass(frozen=True)
class MessageView:
    """A message of the open branch, the `at`th of its `versions`."""

    id: str
    role: str
    text: str
    files: list[File]
    images: list[File]
    versions: list[dict[str, Any]]
    at: int
    by: str
    color: str
    reasoning: str
    state: str
    finish: str
    error: Failure
    calls: list[ToolCall]
    help: bool
    requestId: str  # noqa: N815


@dataclass(frozen=True)
class Turn(MessageView):
    """A question, or the answers that stand side by side."""

    answers: list[MessageView]


@dataclass(frozen=True)
class Head:
    """A conversation in the list."""

    id: str
    name: str
    isRunning: bool  # noqa: N815


@dataclass(frozen=True)
class ModelRow:
    """A model of the list that all pages share; without values one that is not offered any more."""

    id: str = ""
    kind: str = ""
    name: str = ""
    maker: str = ""
    line: str = ""
    color: str = "var(--chart-other)"
    inputs: list[str] = field(default_factory=list)
    outputs: list[str] = field(default_factory=list)
    takes: list[str] = field(default_factory=list)
    parameters: list[str] = field(default_factory=list)
    maxOutput: int = 0  # noqa: N815
    words: str = ""
    reasons: bool = False
    tools: bool = False
    isForbidden: bool = False  # noqa: N815
    isUnserved: bool = False  # noqa: N815


@dataclass(frozen=True)
class PaletteEntry:
    """An entry of the palette."""

    id: str
    name: str
    kind: str


@dataclass(frozen=True)
class Field:
    """A field of a tool or of a schema."""

    name: str
    type: str
    about: str
    required: bool


@dataclass(frozen=True)
class Form:
    """A tool, or a schema, as a form."""

    name: str
    about: str
    fields: list[Field]
    isOwn: bool  # noqa: N815


@dataclass(frozen=True)
class PageState:
    """What a page begins with, beside the conversations; what is not named is nothing yet."""

    mode: str = "chat"
    edited: str = ""
    finding: str = ""
    wanted: str = ""
    query: str = ""
    picking: str = "model"
    language: str = "curl"
    code: str = ""
    embedder: str = ""
    texts: tuple[str, ...] = (
        "A raccoon steals pizza",
        "Trash pandas love leftover pizza",
        "How to sort a list in Python",
    )
    moderator: str = "omni-moderation-latest"
    checked: str = ""
    prompts: tuple[str, ...] = ()
    gone: ModelRow = ModelRow()  # what stands for a model that is not listed


def shown(name: str, kind: Any = str) -> Any:
    """Return what the page shows under a name, or the value at a path."""
    return browser_value(name, kind, script("views.mjs"))


def act(name: str, *arguments: Any) -> Any:
    """Return an event that does something on the page."""
    return browser_call(f"act.{name}", script("acts.mjs"), *arguments, is_event=True)


def store(name: str, *arguments: Any) -> Any:
    """Return an event that changes the conversations."""
    call = f"held.store.{name}"
    return browser_call(call, script("views.mjs"), *arguments, is_event=True)


def put(**values: Any) -> Any:
    """Return an event that changes what the page holds."""
    return browser_call("set", script("views.mjs"), values, is_event=True)


def words(name: str, *arguments: Any) -> Any:
    """Return what a function of `words.mjs` says."""
    return browser_call(name, script("words.mjs"), *arguments)


def url_of(file: Any) -> Any:
    """Return where the browser finds a file's bytes; empty when they are no longer kept."""
    return browser_call("urlOf", script("files.mjs"), file)


def counted(number: Any, thing: str) -> Any:
    """Return a number with its thing, one or several."""
    return f"{words('count', number)} {rx.cond(number == 1, thing, f'{thing}s')}"


def milliseconds(ms: Any) -> str:
    """Return a time in whole milliseconds."""
    return f"{round(ms)} ms"


def seconds(ms: Any) -> Any:
    """Return a time in seconds, a short one in milliseconds."""
    tenths = round(ms / 100)
    return rx.cond(ms < 1000, milliseconds(ms), f"{tenths // 10}.{tenths % 10} s")


IS_READY = shown("room", dict) != None  # noqa: E711 - a comparison in the browser
MODE = shown("mode")
MODEL = shown("model", ModelRow)
IS_OFFERED = MODEL.kind != ""
CONVERSATION = shown("room.conversation.id")
IS_RUNNING = shown("isRunning", bool)
