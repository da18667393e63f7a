"""Strips the event socket's handshake of cookies, headers and addresses before Reflex stores it.

Reflex keeps the handshake's headers and address in its states, and those in Redis. So the session's
cookie becomes the session's id, every other header that a handshake does not need is dropped, and
the address too. The tab's token is bound to the session: a tab that changes its user finds an
empty state, and nobody finds another's.

A page of another origin is refused further in, by the `Origin` that its browser sends. A handshake
without one comes from no browser, so no cookie is in it that its sender does not know.
"""

import hashlib
import uuid
from urllib.parse import parse_qsl, urlencode

from starlette.types import ASGIApp, Receive, Scope, Send

from hcai_app.services.people import sessions

EVENTS = "/_event"
KEPT = (b"host", b"origin", b"upgrade", b"connection", b"content-type", b"content-length")
KEPT_PREFIX = b"sec-websocket-"
NOBODY = ("0.0.0.0", 0)  # noqa: S104 - no address to listen at, but one to show
TOKEN = "token"  # noqa: S105 - a name


class SocketHandshake:
    """Redacts the event socket's handshake before Reflex sees it."""

    def __init__(self, app: ASGIApp, *, secret_key: str, is_production: bool = False) -> None:
        self.app = app
        self.secret_key = secret_key
        self.cookie = sessions.cookie_name(sessions.COOKIE, is_production=is_production)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Call the wrapped app, with a redacted scope for the event socket."""
        if scope["type"] != "lifespan" and scope["path"].startswith(EVENTS):
            scope = self._cut(scope)
        await self.app(scope, receive, send)

    def _cut(self, scope: Scope) -> Scope:
        sent = (value for name, value in scope["headers"] if name == b"cookie")
        cookie = sessions.cookie_of(b";".join(sent).decode("latin-1"), self.cookie)
        session_id = sessions.id_of(cookie, self.secret_key) if cookie else ""
        headers = [
            (name, value)
            for name, value in scope["headers"]
            if name in KEPT or name.startswith(KEPT_PREFIX)
        ]
        if session_id:
            headers.append((b"cookie", f"{sessions.COOKIE}={session_id}".encode()))
        query = _bound(scope["query_string"], session_id)
        return {**scope, "headers": headers, "client": NOBODY, "query_string": query}


def _bound(query: bytes, session_id: str) -> bytes:
    """Return the query with the tab's token bound to the session; a missing token is generated.

    Reflex would log the events of a tab without a token as errors.
    """
    given = parse_qsl(query.decode("latin-1"), keep_blank_values=True)
    token = next((value for name, value in given if name == TOKEN), "") or str(uuid.uuid4())
    others = [pair for pair in given if pair[0] != TOKEN]
    return urlencode([*others, (TOKEN, _bind(token, session_id))]).encode()


def _bind(token: str, session_id: str) -> str:
    digest = hashlib.blake2b(f"{session_id}:{token}".encode(), digest_size=16).digest()
    return str(uuid.UUID(bytes=digest))
