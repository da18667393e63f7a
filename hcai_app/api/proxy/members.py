"""The top-level members of a JSON request body, with their values byte for byte."""

from typing import Any

import msgspec

from hcai_app.api.proxy import body_bounds, body_hints
from hcai_app.api.proxy.body_bounds import Body
from hcai_app.errors import InvalidRequest

Fields = dict[str, msgspec.Raw]
_fields = msgspec.json.Decoder(Fields)
# A number, a switch or a name is shorter; what is longer is never decoded.
MAX_SCALAR = 4_096
# How values begin.
NULL, FALSE = b"n", b"f"


def object_in(body: Body) -> Fields:
    """Return the members of a JSON object, their values unparsed.

    Raises:
        InvalidRequest: When the body is anything else, or has too many parts.
    """
    try:
        if len(body) > body_bounds.FEW_BYTES:
            return _large_object_in(body)
        if not body.isascii():
            body.decode()  # the decoder does not validate raw values
        return _fields.decode(body)
    except msgspec.ValidationError:
        raise InvalidRequest("The body must be a JSON object.") from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise InvalidRequest(body_hints.explain(error, body)) from None


def _large_object_in(body: Body) -> Fields:
    body_bounds.check_density(body)
    body_bounds.check_utf8(body)
    return body_bounds.decode_counted(body)


def scalar(fields: Fields, name: str) -> Any:
    """Return a short member's value; None when it is missing.

    Raises:
        InvalidRequest: When it cannot be read, or is longer than any number, switch or name.
    """
    raw = fields.get(name)
    if raw is None:
        return None
    if len(memoryview(raw)) > MAX_SCALAR:
        raise InvalidRequest(f"`{name}` must be one short value.", param=name)
    try:
        return msgspec.json.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise InvalidRequest(f"`{name}` cannot be read: {error}.", param=name) from None


def model(fields: Fields) -> str:
    """Return the requested model.

    Raises:
        InvalidRequest: When none is named.
    """
    named = scalar(fields, "model")
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
    chosen = scalar(fields, "stream")
    if chosen is None or isinstance(chosen, bool):
        return bool(chosen)
    raise InvalidRequest("`stream` must be true or false.", param="stream")


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
    if raw is None or not starts_with(raw, b'"['):
        raise InvalidRequest(f"`{name}` must be a text or a list of {of}.", param=name)


def starts_with(raw: msgspec.Raw, openings: bytes) -> bool:
    """Return whether a member's value starts with one of these bytes, which tells its type.

    It is valid JSON, and the decoder leaves no space before it.
    """
    return memoryview(raw)[0] in openings


def is_text(fields: Fields, name: str) -> bool:
    """Return whether a member is a text with something in it."""
    raw = fields.get(name)
    return raw is not None and starts_with(raw, b'"') and len(memoryview(raw)) > len(b'""')
