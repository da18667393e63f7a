"""A chat completion's request: only what we must know of it is read, the rest stays as it came."""

from dataclasses import dataclass
from typing import Annotated, Any

import msgspec

from hcai_app.errors import InvalidRequest

Fields = dict[str, msgspec.Raw]
_fields = msgspec.json.Decoder(Fields)
MAX_ANSWERS = 128
# Larger bodies are not read twice, not even quickly.
MAX_PLAIN_BYTES = 256 * 1024
Whole = Annotated[int, msgspec.Meta(ge=1)]


@dataclass(frozen=True, slots=True)
class ChatRequest:
    """What the road needs to know of a request; `fields` is all of it, values byte for byte."""

    model: str
    fallbacks: tuple[str, ...]
    is_stream: bool
    max_tokens: int | None
    answers: int
    fields: Fields

    def body_for(self, pseudonym: str) -> bytes:
        """Return the body for the provider, in which our pseudonym is the end user's only name."""
        name = msgspec.Raw(msgspec.json.encode(pseudonym))
        self.fields["user"] = name
        if "safety_identifier" in self.fields:
            self.fields["safety_identifier"] = name
        if "metadata" in self.fields:
            self.fields["metadata"] = _renamed(self.fields["metadata"], name)
        return msgspec.json.encode(self.fields)


class _Plain(msgspec.Struct):
    """What nearly every request is: read in one go."""

    model: Annotated[str, msgspec.Meta(min_length=1)]
    messages: list[msgspec.Raw]
    stream: bool | None = None
    max_completion_tokens: Whole | None = None
    max_tokens: Whole | None = None
    n: Whole | None = None
    models: None = None


_plain_requests = msgspec.json.Decoder(_Plain)


def parse(body: bytes) -> ChatRequest:
    """Read a request.

    Raises:
        InvalidRequest: When it is no JSON object or lacks its shape.
    """
    fields = object_in(body)
    if len(body) <= MAX_PLAIN_BYTES:
        try:
            return _plain(_plain_requests.decode(body), fields)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            pass  # something is out of the ordinary: member by member it can be said what
    return _parse_by_member(fields)


def _plain(known: _Plain, fields: Fields) -> ChatRequest:
    return ChatRequest(
        model=known.model,
        fallbacks=(),
        is_stream=bool(known.stream),
        max_tokens=known.max_completion_tokens or known.max_tokens,
        answers=min(known.n or 1, MAX_ANSWERS),
        fields=fields,
    )


def _parse_by_member(fields: Fields) -> ChatRequest:
    _check_messages(fields)
    return ChatRequest(
        model=_model(fields),
        fallbacks=_fallbacks(fields),
        is_stream=_is_stream(fields),
        max_tokens=_whole(fields, "max_completion_tokens") or _whole(fields, "max_tokens"),
        answers=min(_whole(fields, "n") or 1, MAX_ANSWERS),
        fields=fields,
    )


def object_in(body: bytes) -> Fields:
    """Return the members of a JSON object, their values unparsed.

    Raises:
        InvalidRequest: When the body is anything else.
    """
    try:
        return _fields.decode(body)
    except msgspec.ValidationError:
        raise InvalidRequest("The body must be a JSON object.") from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        reason = "it is nested too deeply" if isinstance(error, RecursionError) else str(error)
        raise InvalidRequest(f"The body is not valid JSON: {reason}.") from None


def _check_messages(fields: Fields) -> None:
    raw = fields.get("messages")
    if raw is None and "prompt" in fields:
        return  # the provider's older form
    if raw is None:
        raise InvalidRequest("`messages` is missing: send a list of messages.", param="messages")
    if not bytes(raw).lstrip().startswith(b"["):
        raise InvalidRequest("`messages` must be a list of messages.", param="messages")


def _model(fields: Fields) -> str:
    model = _value(fields, "model")
    if not isinstance(model, str) or not model:
        raise InvalidRequest(
            "`model` is missing: name one that /proxy/v1/models lists.", param="model"
        )
    return model


def _fallbacks(fields: Fields) -> tuple[str, ...]:
    models = _value(fields, "models")
    if models is None:
        return ()
    try:
        return tuple(msgspec.convert(models, list[str]))
    except msgspec.ValidationError:
        raise InvalidRequest("`models` must be a list of model names.", param="models") from None


def _is_stream(fields: Fields) -> bool:
    value = _value(fields, "stream")
    if value is None or isinstance(value, bool):
        return bool(value)
    raise InvalidRequest("`stream` must be true or false.", param="stream")


def _whole(fields: Fields, name: str) -> int | None:
    """Return a positive whole number; what is none of that is for the provider to judge."""
    value = _value(fields, name)
    is_whole = isinstance(value, int) and not isinstance(value, bool) and value > 0
    return value if is_whole else None


def _renamed(metadata: msgspec.Raw, name: msgspec.Raw) -> msgspec.Raw:
    """Return the metadata with its `user_id` replaced, if it has one."""
    try:
        pairs = _fields.decode(metadata)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return metadata  # no object: for the provider to judge
    if "user_id" not in pairs:
        return metadata
    return msgspec.Raw(msgspec.json.encode({**pairs, "user_id": name}))


def _value(fields: Fields, name: str) -> Any:
    raw = fields.get(name)
    if raw is None:
        return None
    try:
        return msgspec.json.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise InvalidRequest(f"`{name}` cannot be read: {error}.", param=name) from None
