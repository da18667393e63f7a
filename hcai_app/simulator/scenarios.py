"""Scenarios of simulated responses: slow, broken, or different.

The fields of `Scenario` are the whole vocabulary. The same words work in a `/simulate` line
inside a prompt and in the JSON of `POST /_simulator/script`; a field added here works in both.
"""

import re
import shlex
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any, Literal, Self, get_args

Place = Literal["", "before_headers", "after_headers", "chunks", "line", "body"]
ErrorEvent = Literal["", "error", "response.error"]
UsageForm = Literal["full", "none", "null", "no_cost", "nulls", "strings", "zero"]
UsagePlace = Literal["last", "choice", "start"]
BodyForm = Literal["full", "half", "empty", "invalid"]

DIRECTIVE = re.compile(r"^[ \t]*/simulate\b(.*)$", re.MULTILINE)
DECIMAL = re.compile(r"\d+(\.\d+)?([eE]-?\d{1,2})?")
CHOICES: dict[str, tuple[str, ...]] = {
    "cut": get_args(Place),
    "hang": get_args(Place),
    "error_event": get_args(ErrorEvent),
    "usage": get_args(UsageForm),
    "body": get_args(BodyForm),
    "usage_at": get_args(UsagePlace),
}
# Any prompt can set these, so they must not exhaust the memory.
LIMITS = {"chunks": 100_000, "size": 1_000_000, "image_bytes": 64 * 1024**2}


class UnknownDirective(ValueError):
    """An unknown field or an invalid value in a directive."""


@dataclass(frozen=True, slots=True)
class Scenario:
    """How to respond to one request; the defaults are a normal answer at a natural speed."""

    # Time
    before: float = 0.0
    """Seconds of silence before the response headers."""
    first: float = 0.0
    """Seconds of silence after the headers, before the first byte of the body."""
    between: float = 0.0
    """Seconds of silence, once: after `after` chunks of a stream, or within a JSON body."""
    delay: float = 0.02
    """Seconds after each chunk; a JSON answer waits `chunks` times as long before it starts."""
    comment_every: float = 0.0
    """Send a comment every so many seconds while a stream is silent; 0 keeps silence silent."""

    # What is said
    chunks: int = 20
    """Number of content chunks in a stream."""
    size: int = 0
    """Characters in each chunk; 0 splits friendly sentences between words."""
    say: str = ""
    """Words that appear in the answer; `\\n` in them breaks the line."""
    finish: str = ""
    """The finish_reason to give in place of the true one."""
    reasoning: bool = False
    """Think aloud first, even if the request does not ask for reasoning."""
    image_bytes: int = 0
    """Size of the PNG, in bytes, that an image answer carries (and force an image answer)."""
    unavailable: str = ""
    """Comma list of model ids that fail, so that the `models` fallback list is used."""
    flag: str = ""
    """Comma list of categories that a moderation reports as flagged; `=0.6` gives the score."""

    # Failures
    status: int = 0
    """Fail with this HTTP status before anything is generated."""
    message: str = ""
    """The error message in place of the usual one for the status."""
    error_type: str = ""
    """`error.metadata.error_type` in place of the usual one."""
    error_code: str = ""
    """A string to send as `error.code` in place of the number."""
    retry_after: str = ""
    """Retry-After header as given; `date+60` is the HTTP date in 60 seconds."""
    html: bool = False
    """Send the error body as an HTML page, as a CDN does."""
    only_error: int = 0
    """200 with nothing but an `error` of this code (in a stream: as the only event)."""
    error: int = 0
    """An error of this code within a 200: after `after` chunks, or inside the choice of JSON."""
    error_event: ErrorEvent = ""
    """The event that reports `error` in a stream of /responses: error or response.error."""
    after: int = 1
    """The number of chunks before `between`, `error`, `cut` and `hang` take effect."""
    cut: Place = ""
    """Where to drop the connection: before_headers, after_headers, chunks, line or body."""
    reset: bool = False
    """Let `cut` send a TCP reset in place of an orderly close."""
    hang: Place = ""
    """Where to hang without end; the places are those of `cut`."""
    body: BodyForm = "full"
    """half, empty or invalid: the body ends cleanly, but is not what it should be."""

    # The wire
    no_done: bool = False
    """End a stream without `data: [DONE]`, or without `message_stop`."""
    no_comment: bool = False
    """Begin a stream without `: OPENROUTER PROCESSING`."""
    no_generation_id: bool = False
    """Leave out the X-Generation-Id header."""
    crlf: bool = False
    """End the lines of a stream with CRLF."""
    piece: int = 0
    """Write the body in pieces of so many bytes; 0 writes each event at once."""
    gzip: bool = False
    """Compress the body, whether or not the request accepts it."""

    # Money
    usage: UsageForm = "full"
    """none (absent), null, no_cost, nulls (every member), strings (numbers as text) or zero."""
    usage_at: UsagePlace = "last"
    """choice: on the chunk with the finish_reason; start (/messages): the prompt's part comes first
    and only there."""
    cost: str = ""
    """The cost in USD in place of the computed one."""
    prompt_tokens: int = -1
    """The count to report in place of the computed one."""
    completion_tokens: int = -1
    """The count to report in place of the computed one."""
    byok: bool = False
    """Bill as with the account's own provider key: 5 % as cost, all as upstream_inference_cost."""
    bill_all: bool = False
    """Bill the whole answer although a stream was cancelled, as some providers do."""
    generation_delay: float = 0.0
    """Seconds for which GET /generation answers 404 after the call ended."""
    generation_status: int = 0
    """The error status that GET /generation gives for this call."""

    def __post_init__(self) -> None:
        for name, allowed in CHOICES.items():
            if getattr(self, name) not in allowed:
                raise UnknownDirective(f"{name} must be one of {', '.join(filter(None, allowed))}")
        for name, most in LIMITS.items():
            if not 0 <= getattr(self, name) <= most:
                raise UnknownDirective(f"{name} must be from 0 to {most}")
        for name in ("status", "only_error", "error", "generation_status"):
            if getattr(self, name) and not 400 <= getattr(self, name) <= 599:
                raise UnknownDirective(f"{name} must be from 400 to 599")
        if self.cost and not DECIMAL.fullmatch(self.cost):
            raise UnknownDirective(f"cost must be a decimal number, not {self.cost!r}")

    @property
    def is_plain(self) -> bool:
        """Return whether a JSON body can be sent in one piece."""
        return not (self.first or self.between or self.cut or self.hang or self.piece or self.gzip)

    def changed(self, values: Mapping[str, Any]) -> Self:
        """Return this scenario with some fields replaced.

        Raises:
            UnknownDirective: For an unknown field or an invalid value.
        """
        return replace(self, **{name: _converted(name, value) for name, value in values.items()})

    def directed_by(self, text: str) -> Self:
        """Return this scenario as changed by the `/simulate` lines in a text."""
        # The plain search first: prompts can be megabytes long and rarely hold a directive.
        return self.changed(directives(text)) if "/simulate" in text else self


KINDS: dict[str, type] = {field.name: type(field.default) for field in fields(Scenario)}


def directives(text: str) -> dict[str, str]:
    """Return the `name=value` words of all `/simulate` lines; a bare name means yes."""
    found: dict[str, str] = {}
    for line in DIRECTIVE.findall(text):
        for word in _words(line):
            name, equals, value = word.partition("=")
            found[name] = value if equals else "1"
    return found


def _words(line: str) -> list[str]:
    try:
        return shlex.split(line)
    except ValueError as error:
        raise UnknownDirective(f"cannot read the /simulate line: {error}") from error


def _converted(name: str, value: Any) -> Any:
    kind = KINDS.get(name)
    if kind is None:
        raise UnknownDirective(f"unknown directive {name!r}; known: {', '.join(KINDS)}")
    if kind is bool:
        return str(value).lower() in {"1", "true", "yes", "on"}
    if name == "say":
        return str(value).replace("\\n", "\n")
    # `/simulate hang` alone should do what it says.
    if name in {"hang", "cut"} and value == "1":
        return "before_headers"
    try:
        return kind(value)
    except (TypeError, ValueError) as error:
        raise UnknownDirective(f"{name} must be a {kind.__name__}, not {value!r}") from error
