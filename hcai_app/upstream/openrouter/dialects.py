"""The forms of a stream: where events tell usage and errors, what ends it, how it says an error.

Source: openrouter-api reference, sections 5 (chat), 11 (Responses and Messages) and 12 (images).
"""

from dataclasses import replace
from typing import Any, ClassVar

import msgspec

from hcai_app.services.call import Usage
from hcai_app.upstream import error_bodies
from hcai_app.upstream.openrouter import reading
from hcai_app.upstream.openrouter.reading import NOTHING, Reading
from hcai_app.upstream.openrouter.usage import grown, usage_of

DONE = b"data: [DONE]\n\n"


class ChatForm:
    """Chunks of a chat completion: usage in the last one, then `[DONE]`."""

    # A line without any of these holds nothing but content.
    words: ClassVar[tuple[bytes, ...]] = (b'"usage"', b'"error"', b"[DONE]")
    # Whether a stream that has told its usage is whole, although its last event is missing.
    ends_with_usage: ClassVar[bool] = True
    last: ClassVar[bytes] = DONE

    def has_word(self, data: bytes) -> bool:
        """Tell whether the data must be read."""
        one, two, three = self.words
        return one in data or two in data or three in data

    def read(self, data: bytes) -> Reading | None:
        """Read the data of one event; None when it is no JSON object."""
        return reading.read(data)

    def merge(self, before: Usage | None, now: Usage | None) -> Usage | None:
        """Return the usage after one more event."""
        return now or before

    def rewritten(self, error: Any, generation_id: str | None, model: str | None) -> bytes | None:
        """Return the data of the provider's error event as clients need it; None: as it stands."""
        return error_bodies.error_chunk(error_bodies.normalised(error), generation_id, model)

    def error_event(
        self, error: dict[str, Any], generation_id: str | None, model: str | None
    ) -> bytes:
        """Return an event of ours that tells an error."""
        return b"data: " + error_bodies.error_chunk(error, generation_id, model) + b"\n\n"


class _Event(msgspec.Struct):
    """The members of an event that we look at."""

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


class EventForm(ChatForm):
    """Named events; `event: error` tells an error, all others tell of the answer."""

    def read(self, data: bytes) -> Reading | None:
        """Read the data of one event; None when it is no JSON object."""
        found = reading.read(data)
        return found and replace(found, has_content=not found.error)

    def rewritten(self, error: Any, generation_id: str | None, model: str | None) -> bytes | None:
        """Return the event only where it speaks of our account; else it stands as it is."""
        told = error_bodies.normalised(error)
        is_ours = told["message"] == error_bodies.OUR_ACCOUNT_MESSAGE
        return self.error_data(told) if is_ours else None

    def error_event(
        self, error: dict[str, Any], generation_id: str | None, model: str | None
    ) -> bytes:
        """Return an event of ours that tells an error."""
        return b"event: error\ndata: " + self.error_data(error) + b"\n\n"

    def error_data(self, error: dict[str, Any]) -> bytes:
        """Return the data of an error event."""
        told = {name: value for name, value in error.items() if name != "metadata" or value}
        return msgspec.json.encode({"type": "error", "error": told})


class ResponsesForm(EventForm):
    """Events of OpenAI's Responses: everything that matters is in the last one's `response`."""

    ENDS: ClassVar = ("response.completed", "response.incomplete", "response.failed")

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

    def error_data(self, error: dict[str, Any]) -> bytes:
        """Return the data of an error event."""
        told = {"code": str(error["code"]), "message": error["message"], "param": None}
        return msgspec.json.encode({"type": "error", **told, "sequence_number": 0})


class MessagesForm(EventForm):
    """Events of Anthropic's Messages: usage at the beginning and the end, and no `[DONE]`."""

    words = (b'"usage"', b'"error"', b'"message_stop"')
    ends_with_usage = False
    last = b""

    def read(self, data: bytes) -> Reading | None:
        """Read the message that begins, what the last delta tells, or an error."""
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
        """Return the usage after one more event, whose figures grow."""
        return grown(before, now)

    def error_data(self, error: dict[str, Any]) -> bytes:
        """Return the data of an error event."""
        return msgspec.json.encode(error_bodies.anthropic_error(error))


CHAT = ChatForm()
EVENTS = EventForm()
RESPONSES = ResponsesForm()
MESSAGES = MessagesForm()
