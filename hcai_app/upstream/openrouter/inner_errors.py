"""Errors that stand inside an answer: in a choice, or in a failed response of Responses.

The rest of the answer stays as the provider sent it, byte for byte within its members. Source:
OpenRouter's API reference, errors; OpenAI's API reference, Responses.
"""

from typing import Any

import msgspec

from hcai_app.loose_json import read_json
from hcai_app.upstream import error_bodies

Members = dict[str, msgspec.Raw]

# What OpenAI's Responses call an error that is nobody's own fault.
SERVER_ERROR = "server_error"

_members = msgspec.json.Decoder(Members)
_choices = msgspec.json.Decoder(list[Members])


def in_choices(data: bytes) -> bytes:
    """Return an answer or chunk whose choices have no error that is for the operator alone."""
    try:
        answer = _members.decode(data)
        choices = _choices.decode(answer["choices"])
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError, KeyError):
        return data
    errors = [read_json(bytes(choice.get("error", b"null"))) for choice in choices]
    shown = [error and error_bodies.normalised(error) for error in errors]
    if shown == errors:
        return data
    for choice, error in zip(choices, shown, strict=True):
        if error:
            choice["error"] = _raw(error)
    return msgspec.json.encode({**answer, "choices": choices})


def in_response(data: bytes, message: str) -> bytes | None:
    """Return a `response.failed` event with another message; None for any other event."""
    try:
        event = _members.decode(data)
        response = _members.decode(event["response"])
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError, KeyError):
        return None
    response["error"] = _raw({"code": SERVER_ERROR, "message": message})
    response.pop("error_type", None)
    return msgspec.json.encode({**event, "response": response})


def _raw(value: Any) -> msgspec.Raw:
    return msgspec.Raw(msgspec.json.encode(value))
