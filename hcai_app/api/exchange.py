"""One HTTP request and its response, whichever way they come.

`AsgiExchange` speaks plain ASGI: Starlette's Request and Response would cost more than the rest of
the road together. Calls come directly from the server's parser (`edge/direct.py`).
"""

from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from contextlib import suppress
from typing import Any

import msgspec

from hcai_app import clock
from hcai_app.api.client_address import client_address
from hcai_app.services import call
from hcai_app.services.call import Caller
from hcai_app.settings import Settings

Message = MutableMapping[str, Any]
Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Headers = list[tuple[bytes, bytes]]

HTTPS_ONLY = (b"strict-transport-security", b"max-age=63072000; includeSubDomains")  # two years
CACHE_CONTROL = b"cache-control"
JSON_TYPE = (b"content-type", b"application/json")
STREAM_TYPE = (b"content-type", b"text/event-stream; charset=utf-8")
# Streaming responses must not be cached or buffered by reverse proxies.
UNBUFFERED: Headers = [(b"cache-control", b"no-cache"), (b"x-accel-buffering", b"no")]


class ClientGoneError(Exception):
    """The client has disconnected; no response can be sent."""


class Exchange:
    """A request and its response; `headers` are sent with every response, errors included.

    How bytes come and go is the subclasses' affair.
    """

    query_string = b""

    def __init__(self, method: str, path: str, sent_headers: Headers, peer: str | None) -> None:
        self.method = method
        self.path = path  # decoded
        self.sent_headers = sent_headers  # of the request, in order, names in lower case
        self.peer = peer  # the address of the other end, if it has one
        self.path_params: dict[str, str] = {}
        self._proxy_hops = 0
        self._request_headers: dict[bytes, bytes] = dict(sent_headers)
        self.started_at_ms = clock.now_ms()
        self.request_id = call.new_id(self.started_at_ms)
        self.headers: Headers = [
            (b"x-request-id", self.request_id.encode()),
            (b"x-content-type-options", b"nosniff"),
        ]
        self.status = 0  # of our response, once it has started
        self.origin = ""  # ours, as people see it
        self.is_anthropic = False  # errors have the envelope of Anthropic's clients
        self.caller: Caller | None = None  # who makes a call, once that is known
        self.model: str | None = None  # that the call asks for
        self.is_admitted = False  # a row of the ledger will say how it ended

    def follow(self, settings: Settings) -> None:
        """Take what the settings say of every request and response."""
        self.origin = settings.origin
        self._proxy_hops = settings.trusted_proxy_hops
        if settings.is_production:
            self.headers.append(HTTPS_ONLY)

    def header(self, name: bytes) -> str | None:
        """Return a request header (lower-case name); None when it was not sent."""
        value = self._request_headers.get(name)
        return None if value is None else value.decode("latin-1")

    @property
    def request_headers(self) -> Mapping[bytes, bytes]:
        """The request's headers, by lower-case name; of those sent twice the last."""
        return self._request_headers

    def repeats(self, name: bytes) -> bool:
        """Return whether a request header (lower-case name) was sent more than once."""
        sent = self.sent_headers
        if len(sent) == len(self._request_headers):
            return False
        return sum(key == name for key, _value in sent) > 1

    def joined(self, name: bytes, separator: str) -> str:
        """Return all that was sent in headers of a name (lower-case), in order."""
        if not self.repeats(name):
            return self.header(name) or ""
        values = (value.decode("latin-1") for key, value in self.sent_headers if key == name)
        return separator.join(values)

    @property
    def address(self) -> str:
        """The client's address or network, behind as many reverse proxies as the settings trust."""
        forwarded = self.joined(b"x-forwarded-for", ",").split(",") if self._proxy_hops else []
        return client_address(self.peer or "", forwarded, self._proxy_hops)

    async def next_piece(self) -> tuple[bytes, bool]:
        """Return the next piece of the body, and whether it is the last.

        Raises:
            ClientGoneError: When the client disconnects.
        """
        raise NotImplementedError

    def start(self, status: int, *headers: tuple[bytes, bytes]) -> Awaitable[None]:
        """Send status and headers; nobody keeps an answer that does not say who may."""
        self.status = status
        sent = [*headers, *self.headers]
        if CACHE_CONTROL not in [name for name, _value in sent]:
            sent.append((CACHE_CONTROL, b"no-store"))
        return self._send_head(status, sent)

    def write(self, data: bytes, *, more: bool = True) -> Awaitable[None]:
        """Send a chunk of the body; `more=False` ends the response."""
        raise NotImplementedError

    async def until_left(self) -> None:
        """Wait until the client disconnects, or the response is complete."""
        raise NotImplementedError

    async def reply(self, status: int, data: bytes, *headers: tuple[bytes, bytes]) -> None:
        """Send a complete response."""
        length = (b"content-length", str(len(data)).encode())
        await self.start(status, length, *headers)
        await self.write(b"" if self.method == "HEAD" else data, more=False)

    async def reply_json(self, status: int, value: Any, *headers: tuple[bytes, bytes]) -> None:
        """Send a complete response as JSON."""
        await self.reply(status, msgspec.json.encode(value), JSON_TYPE, *headers)

    def _send_head(self, status: int, headers: Headers) -> Awaitable[None]:
        raise NotImplementedError


class AsgiExchange(Exchange):
    """An exchange with an ASGI server."""

    def __init__(self, scope: Scope, receive: Receive, send: Send) -> None:
        client = scope.get("client")
        peer = client[0] if client else None
        super().__init__(scope["method"], scope["path"], scope["headers"], peer)
        self.query_string = scope.get("query_string", b"")
        self._receive = receive
        self._send = send

    async def next_piece(self) -> tuple[bytes, bool]:
        """Return the next piece of the body, and whether it is the last.

        Raises:
            ClientGoneError: When the client disconnects.
        """
        message = await self._receive()
        if message["type"] == "http.disconnect":
            raise ClientGoneError
        return message.get("body", b""), not message.get("more_body", False)

    async def until_left(self) -> None:
        """Wait until the client disconnects, or the response is complete."""
        with suppress(ClientGoneError):
            while True:
                await self.next_piece()

    def write(self, data: bytes, *, more: bool = True) -> Awaitable[None]:
        """Send a chunk of the body; `more=False` ends the response."""
        return self._send({"type": "http.response.body", "body": data, "more_body": more})

    def _send_head(self, status: int, headers: Headers) -> Awaitable[None]:
        return self._send({"type": "http.response.start", "status": status, "headers": headers})
