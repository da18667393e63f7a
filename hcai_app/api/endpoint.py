"""An endpoint of `/proxy/v1`: its handler, authentication and OpenAPI description."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Literal

from msgspec import Struct

from hcai_app.api.exchange import Exchange
from hcai_app.api.openapi import errors
from hcai_app.api.openapi.offers import Offer
from hcai_app.api.openapi.parameters import Parameters
from hcai_app.api.openapi.schemas import Examples
from hcai_app.api.proxy.callers import FindCaller
from hcai_app.worker.context import Worker

ROOT = "/proxy/v1"
Handler = Callable[[Worker, Exchange], Awaitable[None]]
Tag = Literal["Talk", "Make", "Look around", "Yours"]


@dataclass(frozen=True, slots=True)
class RequestSchema:
    """The body of a request, and examples of it that work."""

    schema: type[Struct]
    examples: Callable[[Offer], Examples]


@dataclass(frozen=True, slots=True)
class StreamSchema:
    """A stream of server-sent events: what the JSON in their data is."""

    payload: type[Struct]
    has_names: bool = False  # `event:` lines
    has_end_mark: bool = True  # `[DONE]`


@dataclass(frozen=True, slots=True)
class Description:
    """An endpoint in the OpenAPI document."""

    name: str
    tag: Tag
    summary: str
    text: str
    answer: type[Struct]
    request: RequestSchema | None = None
    stream: StreamSchema | None = None  # where the answer can be one
    parameters: tuple[type[Parameters], ...] = ()
    errors: tuple[str, ...] = errors.ANYWHERE
    headers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One entry of the table: exactly one of `handler` and `handler_for` is given."""

    method: Literal["GET", "POST"]
    path: str  # below ROOT; names in braces stand for any segment
    description: Description
    handler: Handler | None = None  # public, without a key
    # For callers: found by key below ROOT, by session below /playground/v1.
    handler_for: Callable[[FindCaller], Handler] | None = None
    find_caller: FindCaller | None = None  # below ROOT
    is_anthropic: bool = False
