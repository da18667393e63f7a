"""The dialects of a stream: where usage and errors stand, what ends it, how errors are encoded.

Sources: the API references of OpenRouter (chat, images), OpenAI (Responses), Anthropic (Messages).
"""

import re
from bisect import insort
from collections.abc import Iterator
from dataclasses import replace
from typing import Any, ClassVar

import msgspec

from hcai_app.services.call import Usage
from hcai_app.upstream import error_bodies
from hcai_app.upstream.openrouter import inner_errors, reading
from hcai_app.upstream.openrouter.reading import NOTHING, Reading
from hcai_app.upstream.openrouter.usage import merge_cumulative, usage_of

DONE = b"data: [DONE]\n\n"


class ChatDialect:
    """Chunks of a chat completion: usage in the last one, then `[DONE]`."""

    # A line without any of these keywords holds only content.
    words: ClassVar[tuple[bytes, ...]] = (b'"usage"', b'"error"', b"[DONE]")
    # Whether a stream with usage is complete even without its final event.
    ends_with_usage: ClassVar[bool] = True
    last: ClassVar[bytes] = DONE
    is_text: ClassVar[bool] = False  # `text` in the place of `delta`

    def has_word(self, data: bytes) -> bool:
        """Whether the data holds a keyword, and must be parsed."""
        one, two, three = self.words
        return one in data or two in data or three in data

    def places_in(self, data: bytes) -> Iterator[int]:
        """Yield where keywords stand, in order; the data is searched once for each of them."""
        ahead = sorted((at, word) for word in self.words if (at := data.find(word)) >= 0)
        while ahead:
            at, word = ahead.pop(0)
            yield at
            if (following := data.find(word, at + 1)) >= 0:
                insort(ahead, (following, word))

    def read(self, data: bytes) -> Reading | None:
        """Read the data of one event; None when it is no JSON object."""
        return reading.read(data)

    def read_head(self, line: bytes) -> Reading:
        """Search the head of a data line that is too large to parse."""
        return replace(reading.read_head(line), has_content=True)

    def merge(self, before: Usage | None, now: Usage | None) -> Usage | None:
        """Return the usage after another event."""
        return now or before

    def rewritten(
        self, error: Any, generation_id: str | None, model: str | None, _data: bytes
    ) -> bytes | None:
        """Return the provider's error event as clients can parse it; None to leave it unchanged."""
        told = error_bodies.normalised(error)
        return error_bodies.error_chunk(told, generation_id, model, is_text=self.is_text)

    def error_event(
        self, error: dict[str, Any], generation_id: str | None, model: str | None
    ) -> bytes:
        """Return an error event of our own."""
        data = error_bodies.error_chunk(error, generation_id, model, is_text=self.is_text)
        return b"data: " + data + b"\n\n"


class TextDialect(ChatDialect):
    """Chunks of the older completions: as in a chat, but `text` in the place of `delta`."""

    is_text = True


class _Event(msgspec.Struct):
    """The members of an event that are parsed."""

    type: str = ""
    response: msgspec.Raw = NOTHING
    message: msgspec.Raw = NOTHING
    usage: msgspec.Raw = NOTHING
    error: msgspec.Raw = NOTHING
    code: msgspec.Raw = NOTHING


_events = msgspec.json.Decoder(_Event)


def _event_in(data: bytes) -> _Event | None:
    try:
        return _events.decode(data)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        return None


class EventDialect(ChatDialect):
    """Named events; `event: error` is an error, all others are the answer."""

    def read(self, data: bytes) -> Reading | None:
        """Read the data of one event; None when it is no JSON object."""
        found = reading.read(data)
        return found and replace(found, has_content=not found.error)

    def read_head(self, line: bytes) -> Reading:
        """Take a large event for content: an id in it may be that of a part."""
        return Reading(has_content=True)

    def rewritten(
        self, error: Any, generation_id: str | None, model: str | None, data: bytes
    ) -> bytes | None:
        """Return a replacement only for errors about our account."""
        shown = error_bodies.normalised(error)
        is_ours = shown["message"] == error_bodies.OUR_ACCOUNT_MESSAGE
        return self.replaced(data, shown) if is_ours else None

    def replaced(self, _data: bytes, error: dict[str, Any]) -> bytes:
        """Return the data of an event of the provider's with another error."""
        return self.error_data(error)

    def error_event(
        self, error: dict[str, Any], generation_id: str | None, model: str | None
    ) -> bytes:
        """Return an error event of our own."""
        return b"event: error\ndata: " + self.error_data(error) + b"\n\n"

    def error_data(self, error: dict[str, Any]) -> bytes:
        """Return the data of an error event."""
        shown = {name: value for name, value in error.items() if name != "metadata" or value}
        return msgspec.json.encode({"type": "error", "error": shown})


class PictureDialect(EventDialect):
    """The provider's own events of pictures, whose clients take a text for an error's code."""

    def error_data(self, error: dict[str, Any]) -> bytes:
        """Return the data of an error event."""
        shown = {name: error.get(name) for name in ("message", "type", "param")}
        return msgspec.json.encode(
            {"type": "error", "error": {"code": str(error["code"]), **shown}}
        )


class ResponsesDialect(EventDialect):
    """OpenAI's Responses: the final event's `response` has usage, model and id."""

    ENDS: ClassVar = ("response.completed", "response.incomplete", "response.failed")
    END: ClassVar = re.compile(rb'"type"\s*:\s*"response\.(?:completed|incomplete|failed)"')

    def read(self, data: bytes) -> Reading | None:
        """Read the response within an event, or an event that is an error."""
        event = _event_in(data)
        if event is None:
            return None
        if event.type in ("error", "response.error"):
            error = reading.value_of(event.error) or {
                "code": reading.value_of(event.code),
                "message": reading.value_of(event.message),
            }
            return Reading(error=error)
        members = reading.members_in(event.response)
        if members is None:
            return Reading(has_content=bool(event.type))
        return reading.reading_of(members, is_end=event.type in self.ENDS)

    def read_head(self, line: bytes) -> Reading:
        """Search the head of a large event: the final one repeats the whole answer."""
        if self.END.search(line[: reading.MAX_HEAD_BYTES]) is None:
            return Reading(has_content=True)
        return replace(reading.read_head(line), has_content=True, is_end=True)

    def replaced(self, data: bytes, error: dict[str, Any]) -> bytes:
        """Return the data of an event of the provider's, which keeps its type."""
        return inner_errors.in_response(data, error["message"]) or self.error_data(error)

    def error_data(self, error: dict[str, Any]) -> bytes:
        """Return the data of an error event."""
        shown = {"code": str(error["code"]), "message": error["message"], "param": None}
        return msgspec.json.encode({"type": "error", **shown, "sequence_number": 0})


class MessagesDialect(EventDialect):
    """Anthropic's Messages: usage in the first and the last events, and no `[DONE]`."""

    words = (b'"usage"', b'"error"', b'"message_stop"')
    ends_with_usage = False
    last = b""

    def read(self, data: bytes) -> Reading | None:
        """Read the first message, a delta's usage, or an error."""
        event = _event_in(data)
        if event is None:
            return None
        if event.type == "error":
            return Reading(error=reading.value_of(event.error) or "error")
        if event.type == "message_start":
            members = reading.members_in(event.message)
            return None if members is None else reading.reading_of(members)
        usage = usage_of(reading.value_of(event.usage))
        return Reading(usage=usage, has_content=True, is_end=event.type == "message_stop")

    def merge(self, before: Usage | None, now: Usage | None) -> Usage | None:
        """Return the usage after another event, whose figures are cumulative."""
        return merge_cumulative(before, now)

    def error_data(self, error: dict[str, Any]) -> bytes:
        """Return the data of an error event."""
        shown = {name: value for name, value in error.items() if name != "metadata" or value}
        return msgspec.json.encode(error_bodies.anthropic_error(shown))


CHAT = ChatDialect()
TEXT = TextDialect()
EVENTS = EventDialect()
PICTURES = PictureDialect()
RESPONSES = ResponsesDialect()
MESSAGES = MessagesDialect()
