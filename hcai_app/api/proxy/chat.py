"""`/chat/completions`: request validation."""

from typing import Annotated

import msgspec

from hcai_app.api.proxy import members
from hcai_app.api.proxy.members import MAX_ANSWERS, Fields
from hcai_app.api.proxy.requests import Request

# Larger bodies skip the fast path, which may parse twice.
MAX_PLAIN_BYTES = 256 * 1024
Whole = Annotated[int, msgspec.Meta(ge=1)]


class _Plain(msgspec.Struct):
    """The common shape of a request, decoded in one pass (fast path)."""

    model: Annotated[str, msgspec.Meta(min_length=1)]
    messages: list[msgspec.Raw]
    stream: bool | None = None
    max_completion_tokens: Whole | None = None
    max_tokens: Whole | None = None
    n: Whole | None = None


_plain_requests = msgspec.json.Decoder(_Plain)


def parse(body: bytes) -> Request:
    """Read a request.

    Raises:
        InvalidRequest: When it is no JSON object or lacks its shape.
    """
    fields = members.object_in(body)
    if len(body) <= MAX_PLAIN_BYTES:
        try:
            return _plain(_plain_requests.decode(body), fields)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            pass  # slow path: member by member, to name the invalid one
    return _parse_by_member(fields)


def _plain(known: _Plain, fields: Fields) -> Request:
    return Request(
        model=known.model,
        is_stream=bool(known.stream),
        max_tokens=known.max_completion_tokens or known.max_tokens,
        answers=min(known.n or 1, MAX_ANSWERS),
        fields=fields,
    )


def _parse_by_member(fields: Fields) -> Request:
    if "messages" in fields or "prompt" not in fields:  # the provider's older form has `prompt`
        members.require_list(fields, "messages", "messages")
    max_tokens = members.whole(fields, "max_completion_tokens")
    return Request(
        model=members.model(fields),
        is_stream=members.is_stream(fields),
        max_tokens=max_tokens or members.whole(fields, "max_tokens"),
        answers=members.answers(fields),
        fields=fields,
    )
