"""The sign-in routes: redirect to the OpenID provider, its callback, sign-out.

Every failure redirects to an error page that says what to do (pages/sign_in.py). The cookies'
secrets are stored in the browser alone.
"""

import logging
from urllib.parse import parse_qs, quote, urlsplit

from hcai_app.api.exchange import Exchange, Headers
from hcai_app.api.proxy import callers
from hcai_app.api.same_origin import is_from_here, is_local_host, require_own_page
from hcai_app.errors import HcaiError, MethodNotAllowed, RateLimited, Unavailable, UpstreamFailed
from hcai_app.services.people import oauth_attempts, sessions, sign_in
from hcai_app.services.people.identity import Identity, Reason, SignInRefused, development_student
from hcai_app.worker.context import Worker

log = logging.getLogger(__name__)

PATH = "/auth"
# OAuth error codes of a denied or failed sign-in; all others mean a wrong setting.
PROVIDER_ERRORS = {
    "access_denied": Reason.CANCELLED,
    "server_error": Reason.UNAVAILABLE,
    "temporarily_unavailable": Reason.UNAVAILABLE,
}
# What browsers say of a step that no other site has caused; older ones say nothing.
OWN_STEPS = (None, "none", "same-origin")
# No caching, and no referrer: the callback address carries the authorization code.
PRIVATE: Headers = [(b"cache-control", b"no-store"), (b"referrer-policy", b"no-referrer")]
TOO_MANY = b"""<!doctype html><html lang="en"><meta charset="utf-8">
<meta http-equiv="refresh" content="0; url=/sign-in/too-many"><title>Too many sign-ins</title>
<p>Too many sign-ins from your network. <a href="/sign-in/too-many">What to do now</a></p></html>"""


async def login(worker: Worker, exchange: Exchange) -> None:
    """Send the browser to the provider, or sign in the development student."""
    asked = _begin(exchange)
    try:
        if worker.sign_in.provider is None:
            await _sign_in_student(worker, exchange, asked)
        elif elsewhere := _own_address(worker, exchange, asked):
            await _redirect(exchange, elsewhere)
        else:
            await worker.sign_in.attempts.admit(exchange.address)
            await worker.sign_in.load()
            await _leave(worker, exchange, asked)
    except HcaiError as error:
        await _explain(exchange, error)


async def callback(worker: Worker, exchange: Exchange) -> None:
    """Handle the OAuth callback: open a session and set its cookie."""
    asked = _begin(exchange)
    exchange.headers.append(_cookie(worker, oauth_attempts.COOKIE, "", 0))
    try:
        identity, target = await _come_back(worker, exchange, asked)
        await _open_session(worker, exchange, identity, target)
    except HcaiError as error:
        await _explain(exchange, error)


async def logout(worker: Worker, exchange: Exchange) -> None:
    """Revoke the session and clear its cookie."""
    require_own_page(worker, exchange)
    exchange.headers += PRIVATE
    target = "/"
    try:
        await _end_session(worker, exchange)
    except Unavailable:  # without its cookie the browser is signed out anyway
        target = f"/sign-in/{Reason.HALF_OUT.value}"
    await _redirect(exchange, target, _cookie(worker, sessions.COOKIE, "", 0))


def _begin(exchange: Exchange) -> dict[str, str]:
    """Return the parsed query of a route with side effects.

    Raises:
        MethodNotAllowed: For HEAD, which must have no side effects.
    """
    if exchange.method != "GET":
        raise MethodNotAllowed("Use GET here.", headers={"Allow": "GET"})
    exchange.headers += PRIVATE
    query = exchange.query_string.decode("latin-1")
    return {name: values[0] for name, values in parse_qs(query).items()}


async def _leave(worker: Worker, exchange: Exchange, asked: dict[str, str]) -> None:
    assert worker.sign_in.provider is not None  # noqa: S101
    attempt, sealed = worker.sign_in.attempts.begin(asked.get("to"))
    url = await worker.sign_in.provider.authorization_url(
        state=attempt.state, nonce=attempt.nonce, verifier=attempt.verifier
    )
    cookie = _cookie(worker, oauth_attempts.COOKIE, sealed, oauth_attempts.LIFETIME_S)
    await _redirect(exchange, url, cookie)


async def _come_back(
    worker: Worker, exchange: Exchange, asked: dict[str, str]
) -> tuple[Identity, str]:
    """Return the identity from the callback, and the path to redirect to."""
    under_way = worker.sign_in.attempts
    sealed = callers.cookie_of(worker, exchange, oauth_attempts.COOKIE)
    provider = worker.sign_in.provider
    if provider is None:
        raise SignInRefused(Reason.NOT_SET_UP)
    await worker.sign_in.load()
    try:
        attempt = under_way.end(sealed, asked.get("state"))
    except SignInRefused:
        await under_way.admit(exchange.address)  # a guessed state counts as an attempt
        raise
    if error := asked.get("error"):
        raise SignInRefused(_reason_of(error))
    if not (code := asked.get("code")):
        raise SignInRefused(Reason.CANCELLED)
    identity = await provider.identify(code, nonce=attempt.nonce, verifier=attempt.verifier)
    return identity, attempt.target


def _reason_of(error: str) -> Reason:
    reason = PROVIDER_ERRORS.get(error)
    if reason is None:
        log.error("the sign-in provider said %.40r", error)
    return reason or Reason.FAILED


async def _sign_in_student(worker: Worker, exchange: Exchange, asked: dict[str, str]) -> None:
    """Sign in the development student; only on a machine reachable from itself alone.

    A page of another site must not sign anybody in, so browsers must say that none sent them here.

    Raises:
        SignInRefused: Everywhere else.
    """
    if not worker.sign_in.is_for_development or not is_from_here(exchange):
        raise SignInRefused(Reason.NOT_SET_UP)
    if exchange.header(b"sec-fetch-site") not in OWN_STEPS:
        raise SignInRefused(Reason.CANCELLED)
    identity = development_student(asked.get("as"))
    await _open_session(worker, exchange, identity, oauth_attempts.local_path(asked.get("to")))


async def _open_session(
    worker: Worker, exchange: Exchange, identity: Identity, target: str
) -> None:
    rules = sign_in.Rules.of(worker.settings)
    user_id = await sign_in.sign_in(worker.database, identity, rules)
    await _end_session(worker, exchange)  # against session fixation
    secret = await sessions.create(worker.database, user_id, secret_key=rules.secret_key)
    age_s = int(sessions.LIFETIME.total_seconds())
    await _redirect(exchange, target, _cookie(worker, sessions.COOKIE, secret, age_s))


async def _end_session(worker: Worker, exchange: Exchange) -> None:
    cookie = callers.cookie_of(worker, exchange, sessions.COOKIE)
    if cookie:
        secret_key = worker.settings.secret_key.get_secret_value()
        await sessions.end(worker.database, sessions.id_of(cookie, secret_key))


async def _explain(exchange: Exchange, error: HcaiError) -> None:
    """Redirect the browser to the error page."""
    if isinstance(error, RateLimited):
        kind = (b"content-type", b"text/html; charset=utf-8")
        retry = (b"retry-after", error.headers["Retry-After"].encode())
        await exchange.reply(error.code, TOO_MANY, kind, retry)
    elif isinstance(error, SignInRefused):
        await _redirect(exchange, f"/sign-in/{error.reason.value}")
    elif isinstance(error, (UpstreamFailed, Unavailable)):
        await _redirect(exchange, f"/sign-in/{Reason.UNAVAILABLE.value}")
    else:
        raise error


async def _redirect(exchange: Exchange, target: str, *headers: tuple[bytes, bytes]) -> None:
    await exchange.reply(303, b"", (b"location", target.encode()), *headers)


def _own_address(worker: Worker, exchange: Exchange, asked: dict[str, str]) -> str | None:
    """Return the redirect to HCAI_BASE_URL when a development page was opened by its alias.

    The provider sends the browser back to HCAI_BASE_URL, and `localhost` has none of the cookies of
    `127.0.0.1`. Once: somebody in between may write another `Host`.
    """
    given, host = worker.settings, exchange.header(b"host") or ""
    own = urlsplit(given.origin).netloc
    are_local = is_local_host(own) and is_local_host(host)
    if given.is_production or host == own or not are_local or "moved" in asked:
        return None
    target = quote(oauth_attempts.local_path(asked.get("to")), safe="")
    return f"{given.origin}{PATH}/login?moved=1&to={target}"


def _cookie(worker: Worker, name: str, value: str, age_s: int) -> tuple[bytes, bytes]:
    is_production = worker.settings.is_production
    full_name = sessions.cookie_name(name, is_production=is_production)
    flags = f"Path=/; Max-Age={age_s}; HttpOnly; SameSite=Lax{'; Secure' if is_production else ''}"
    return b"set-cookie", f"{full_name}={value}; {flags}".encode()
