"""The top-level members of a JSON request body, with their values byte for byte."""

import re
from typing import Any

import msgspec

from hcai_app.errors import InvalidRequest

Fields = dict[str, msgspec.Raw]
# An escaped lone surrogate.
HALF_A_PAIR = re.compile(
    rb"(?i)\\ud[89ab][0-9a-f]{2}(?!\\ud[c-f])|(?<!\\ud[89ab]..)\\ud[c-f][0-9a-f]{2}"
)
_fields = msgspec.json.Decoder(Fields)
MAX_ANSWERS = 128


def object_in(body: bytes) -> Fields:
    """Return the members of a JSON object, their values unparsed.

    Raises:
        InvalidRequest: When the body is anything else.
    """
    try:
        if not body.isascii():
            body.decode()  # the decoder does not validate raw values
        return _fields.decode(body)
    except msgspec.ValidationError:
        raise InvalidRequest("The body must be a JSON object.") from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise InvalidRequest(f"The body is not valid JSON: {_reason(error, body)}.") from None


def _reason(error: Exception, body: bytes) -> str:
    if isinstance(error, RecursionError):
        return "it is nested too deeply"
    if isinstance(error, UnicodeDecodeError):
        return f"byte {error.start} is not UTF-8"
    if HALF_A_PAIR.search(body):
        return "half of a surrogate pair, as when a text is cut within an emoji"
    return str(error)


def value(fields: Fields, name: str) -> Any:
    """Return a member's value; None when it is missing.

    Raises:
        InvalidRequest: When it cannot be read.
    """
    raw = fields.get(name)
    if raw is None:
        return None
    try:
        return msgspec.json.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise InvalidRequest(f"`{name}` cannot be read: {error}.", param=name) from None


def model(fields: Fields) -> str:
    """Return the requested model.

    Raises:
        InvalidRequest: When none is named.
    """
    named = value(fields, "model")
    if not isinstance(named, str) or not named:
        raise InvalidRequest(
            "`model` is missing: name one that /proxy/v1/models lists.", param="model"
        )
    return named


def is_stream(fields: Fields) -> bool:
    """Return whether the request is for a stream.

    Raises:
        InvalidRequest: When `stream` is no boolean.
    """
    chosen = value(fields, "stream")
    if chosen is None or isinstance(chosen, bool):
        return bool(chosen)
    raise InvalidRequest("`stream` must be true or false.", param="stream")


def whole(fields: Fields, name: str) -> int | None:
    """Return a positive integer; None for other values, which the provider validates."""
    number = value(fields, name)
    is_whole = isinstance(number, int) and not isinstance(number, bool) and number > 0
    return number if is_whole else None


def answers(fields: Fields) -> int:
    """Return the requested number of answers."""
    return min(whole(fields, "n") or 1, MAX_ANSWERS)


def require_list(fields: Fields, name: str, of: str) -> None:
    """Require a list.

    Raises:
        InvalidRequest: Saying which.
    """
    raw = fields.get(name)
    if raw is None:
        raise InvalidRequest(f"`{name}` is missing: send a list of {of}.", param=name)
    if not starts_with(raw, b"["):
        raise InvalidRequest(f"`{name}` must be a list of {of}.", param=name)


def require_text_or_list(fields: Fields, name: str, of: str) -> None:
    """Require a text or a list.

    Raises:
        InvalidRequest: Saying which.
    """
    raw = fields.get(name)
    if raw is None or not starts_with(raw, b'"', b"["):
        raise InvalidRequest(f"`{name}` must be a text or a list of {of}.", param=name)


def starts_with(raw: msgspec.Raw, *openings: bytes) -> bool:
    """Return whether a raw value starts with these bytes, without parsing it."""
    return bytes(memoryview(raw)[:64]).lstrip().startswith(openings)
