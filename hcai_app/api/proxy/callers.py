"""Authentication of a request: by key, by either key header, or by session.

The road and the other handlers that need a caller are given one of these, and know nothing of how
it finds them. None of them waits for anything once it has read its answer: the call takes its place
among the running ones in the same breath, so that no ban or sign-out slips in between.
"""

from collections.abc import Awaitable, Callable

from hcai_app.api.bodies import require_json
from hcai_app.api.exchange import Exchange
from hcai_app.api.same_origin import require_own_page
from hcai_app.errors import NotAuthenticated
from hcai_app.services.call import Caller
from hcai_app.services.people import sessions
from hcai_app.worker.context import Worker

FindCaller = Callable[[Worker, Exchange], Awaitable[Caller]]

BEARER = "bearer "


async def by_key(worker: Worker, exchange: Exchange) -> Caller:
    """Return whose key is sent as `Authorization`.

    Raises:
        HcaiError: As `Authentication.by_key` does.
    """
    return await worker.authentication.by_key(bearer_key(exchange), exchange.address)


async def by_either_key(worker: Worker, exchange: Exchange) -> Caller:
    """Return whose key is sent as `Authorization` or, as Anthropic's clients do, as `x-api-key`.

    Raises:
        HcaiError: As `Authentication.by_key` does.
    """
    key = bearer_key(exchange)
    if key is None:
        key = _lone(exchange, b"x-api-key")
    return await worker.authentication.by_key(key, exchange.address)


async def by_session(worker: Worker, exchange: Exchange) -> Caller:
    """Return who is signed in, where a page of ours asks for them.

    A form can send no JSON, and a page of another site neither our `Origin` nor, without our leave,
    JSON. A browser sends no `Origin` with its own page's GET; there only a foreign one is refused.
    A key that comes along is not looked at: nobody is two callers at once, and where a test site
    lies behind a password, browsers send that by themselves.

    Raises:
        NotAllowed: When another site's page asks.
        InvalidRequest: When the body is declared as anything but JSON.
        NotAuthenticated: When nobody is signed in.
        Unavailable: When the database is away.
    """
    has_body = exchange.method == "POST"
    if has_body or exchange.header(b"origin") is not None:
        require_own_page(worker, exchange)
    if has_body:
        require_json(exchange)
    return await worker.authentication.by_cookie(_session_cookie(exchange), even_banned=True)


async def signed_in(worker: Worker, exchange: Exchange) -> Caller:
    """Return who is signed in, where nothing runs for them.

    Raises:
        NotAuthenticated: When nobody is signed in.
        Unavailable: When the database is away.
    """
    return await worker.authentication.by_cookie(_session_cookie(exchange))


def bearer_key(exchange: Exchange) -> str | None:
    """Return the key of the Authorization header; None when there is none.

    Raises:
        NotAuthenticated: When there are two.
    """
    value = _lone(exchange, b"authorization")
    if value is None or value[: len(BEARER)].lower() != BEARER:
        return None
    return value[len(BEARER) :].strip()


def _session_cookie(exchange: Exchange) -> str | None:
    return sessions.cookie_of(exchange.header(b"cookie") or "")


def _lone(exchange: Exchange, name: bytes) -> str | None:
    """Return a header, but not one of two: who stands in front of us may have read the other."""
    if exchange.repeats(name):
        raise NotAuthenticated(f"Send one {name.decode().title()} header, not two.")
    return exchange.header(name)
