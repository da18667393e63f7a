"""An endpoint of `/proxy/v1`: its handler, authentication and OpenAPI description."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Literal

from hcai_app.api.exchange import Exchange
from hcai_app.api.openapi import errors
from hcai_app.api.proxy.callers import FindCaller
from hcai_app.worker.context import Worker

Handler = Callable[[Worker, Exchange], Awaitable[None]]
Tag = Literal["Talk", "Make", "Look around", "Yours"]


@dataclass(frozen=True, slots=True)
class Description:
    """An endpoint in the OpenAPI document; `answer`, `request` and `event` name its schemas."""

    name: str
    tag: Tag
    summary: str
    text: str
    answer: str
    request: str = ""
    event: str = ""  # where the answer can be a stream of these
    parameters: tuple[str, ...] = ()
    errors: tuple[str, ...] = errors.ANYWHERE
    headers: tuple[str, ...] = ()

    @property
    def may_fail_late(self) -> bool:
        """Whether an error may follow the 200, as relayed answers send heartbeats first."""
        return bool(self.request)


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One entry of the table: exactly one of `handler` and `handler_for` is given."""

    method: Literal["GET", "POST"]
    path: str  # below /proxy/v1; names in braces stand for any segment
    description: Description
    handler: Handler | None = None  # public, without a key
    # For callers: found by key below /proxy/v1, by session below /playground/v1.
    handler_for: Callable[[FindCaller], Handler] | None = None
    find_caller: FindCaller | None = None  # below /proxy/v1
    is_anthropic: bool = False
