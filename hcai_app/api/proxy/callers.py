"""Authentication of a request: by key, by either key header, or by session.

The road and the other handlers get one of these as a parameter. None awaits anything after it has
read the caller: the call takes its in-flight slot in the same turn of the event loop, so that no
ban or sign-out slips in between.
"""

from collections.abc import Awaitable, Callable

from hcai_app.api.bodies import require_json
from hcai_app.api.exchange import Exchange
from hcai_app.api.proxy import wrong_keys
from hcai_app.api.same_origin import require_own_page
from hcai_app.errors import NotAuthenticated
from hcai_app.services.call import Caller
from hcai_app.services.keys.authentication import HOW_TO_SEND
from hcai_app.services.people import sessions
from hcai_app.worker.context import Worker

FindCaller = Callable[[Worker, Exchange], Awaitable[Caller]]

BEARER = "bearer "


async def by_key(worker: Worker, exchange: Exchange) -> Caller:
    """Return the caller of the key in `Authorization`.

    Raises:
        HcaiError: As `Authentication.by_key` does.
    """
    return await _caller_of(bearer_key(exchange), worker, exchange)


async def by_either_key(worker: Worker, exchange: Exchange) -> Caller:
    """Return the caller of the key in `Authorization` or, as Anthropic's clients do, `x-api-key`.

    Raises:
        HcaiError: As `Authentication.by_key` does.
    """
    key = bearer_key(exchange)
    if key is None:
        key = _lone(exchange, b"x-api-key")
    return await _caller_of(key, worker, exchange)


async def _caller_of(key: str | None, worker: Worker, exchange: Exchange) -> Caller:
    try:
        exchange.caller = await worker.authentication.by_key(key, exchange.address)
    except NotAuthenticated:
        if said := wrong_keys.what_is_wrong(exchange):
            raise NotAuthenticated(f"{said} {HOW_TO_SEND}") from None
        raise
    return exchange.caller


async def by_session(worker: Worker, exchange: Exchange) -> Caller:
    """Return the caller of the session cookie, for a request of our own pages.

    A form can send no JSON, and a page of another site neither our `Origin` nor, without our leave,
    JSON. A browser sends no `Origin` with its own page's GET; there only a foreign one is refused.
    An `Authorization` header is ignored: a request has one caller, and on a test site behind basic
    authentication browsers send that header by themselves.

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
    cookie = _session_cookie(worker, exchange)
    exchange.caller = await worker.authentication.by_cookie(cookie, even_banned=True)
    return exchange.caller


async def signed_in(worker: Worker, exchange: Exchange) -> Caller:
    """Return the caller of the session cookie, for requests that start no call.

    Raises:
        NotAuthenticated: When nobody is signed in.
        Unavailable: When the database is away.
    """
    return await worker.authentication.by_cookie(_session_cookie(worker, exchange))


def bearer_key(exchange: Exchange) -> str | None:
    """Return the key of the Authorization header; None when there is none.

    Raises:
        NotAuthenticated: When there are two.
    """
    value = _lone(exchange, b"authorization")
    if value is None or value[: len(BEARER)].lower() != BEARER:
        return None
    return value[len(BEARER) :].strip()


def cookie_of(worker: Worker, exchange: Exchange, name: str) -> str | None:
    """Return the value of one of our cookies; None when it was sent never or twice."""
    full_name = sessions.cookie_name(name, is_production=worker.settings.is_production)
    return sessions.cookie_of(exchange.joined(b"cookie", ";"), full_name)


def _session_cookie(worker: Worker, exchange: Exchange) -> str | None:
    return cookie_of(worker, exchange, sessions.COOKIE)


def _lone(exchange: Exchange, name: bytes) -> str | None:
    """Return a header sent once; of a duplicate a reverse proxy may have read the other."""
    if exchange.repeats(name):
        raise NotAuthenticated(f"Send one {name.decode().title()} header, not two.")
    return exchange.header(name)
