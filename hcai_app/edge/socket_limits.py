"""What one event socket, and one address, may take of a worker.

A page opens one socket, says at once who it is, and sends a few small events a second. Whatever
else comes is nobody's page: the socket is closed without a word, and a page that was meant comes
back by itself. Sockets of pages at another origin than ours are refused, with a line in the log
for the operator who set the wrong one.
"""

import asyncio
import logging
import time
from collections.abc import Collection
from dataclasses import dataclass, field

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from hcai_app.api.client_address import client_address
from hcai_app.edge.socket_handshake import EVENTS

log = logging.getLogger(__name__)

# Seconds until a socket has said who it is, and that it may be silent: it is pinged every 25.
FIRST_PACKET_S, SILENCE_S = 5.0, 60.0
# Bytes of a message. Our largest event says what a browser keeps for us: three short values.
MAX_MESSAGE = 64 * 1024
# Sockets open at once, of a worker and of an address (a whole school may be one), and how many a
# second an address may open after that many at once.
MAX_SOCKETS, MAX_OF_ADDRESS, OPENED_A_SECOND = 5_000, 500, 20
MAX_ADDRESSES = 10_000
# Messages of a socket: a burst, and a second.
BURST, MESSAGES_A_SECOND = 100, 50
# Events of a socket that wait for their turn.
MAX_WAITING = 64
# Other origins that are logged.
MAX_LOGGED, MAX_ORIGIN = 20, 100
# Engine.IO's and Socket.IO's packets: what opens a page's socket, what answers a ping, an event.
CONNECT, PONG, EVENT = f"40{EVENTS},", "3", f"42{EVENTS},"
CLOSED: Message = {"type": "websocket.disconnect", "code": 1008}
CONNECTION = "hcai.connection"


@dataclass
class TokenBucket:
    """So many at once, and so many a second after that."""

    burst: float
    a_second: float
    left: float = field(init=False)
    at: float = field(default_factory=time.monotonic)

    def __post_init__(self) -> None:
        self.left = self.burst

    def take(self) -> bool:
        """Take one; return whether there was one."""
        now = time.monotonic()
        self.left = min(self.burst, self.left + (now - self.at) * self.a_second)
        self.at = now
        if self.left < 1:
            return False
        self.left -= 1
        return True


@dataclass
class Address:
    """The sockets of one address."""

    opened: int = 0
    openings: TokenBucket = field(
        default_factory=lambda: TokenBucket(MAX_OF_ADDRESS, OPENED_A_SECOND)
    )


class Connection:
    """One event socket: what it may still send, and whether it is to be closed."""

    def __init__(self, receive: Receive) -> None:
        self._receive = receive
        self._messages = TokenBucket(BURST, MESSAGES_A_SECOND)
        self._is_accepted = self._is_open = False
        self.is_ending = False

    async def receive(self) -> Message:
        """Return the next message; the end, when the socket does what no page does."""
        if not self._is_accepted:  # the server's own message, which is there already
            self._is_accepted = True
            return await self._receive()
        if self.is_ending:
            return CLOSED
        try:
            async with asyncio.timeout(SILENCE_S if self._is_open else FIRST_PACKET_S):
                message = await self._receive()
        except TimeoutError:
            return CLOSED
        return message if self._is_a_pages(message) else CLOSED

    def _is_a_pages(self, message: Message) -> bool:
        if message["type"] != "websocket.receive":
            return True
        text = message.get("text")
        if not text or len(text) > MAX_MESSAGE or not self._messages.take():
            return False
        if not self._is_open:
            self._is_open = text.startswith(CONNECT)
            return self._is_open
        return text == PONG or text.startswith(EVENT)


class SocketLimits:
    """Holds event sockets within their limits, and to pages of our own origin."""

    def __init__(self, app: ASGIApp, *, origins: Collection[str], proxy_hops: int) -> None:
        self.app = app
        self.origins = origins
        self.proxy_hops = proxy_hops
        self._open = 0
        self._addresses: dict[str, Address] = {}
        self._logged: set[str] = set()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Call the wrapped app; a socket that is one too many is refused."""
        if scope["type"] != "websocket":
            await self.app(scope, receive, send)
            return
        address = self._address_of(scope)
        origin = dict(scope["headers"]).get(b"origin")
        if not self._is_ours(origin) or not self._has_room(address):
            await receive()
            await send({"type": "websocket.close"})
            return
        address.opened += 1
        self._open += 1
        try:
            connection = Connection(receive)
            await self.app({**scope, CONNECTION: connection}, connection.receive, send)
        finally:
            address.opened -= 1
            self._open -= 1

    def _has_room(self, address: Address) -> bool:
        return (
            self._open < MAX_SOCKETS and address.opened < MAX_OF_ADDRESS and address.openings.take()
        )

    def _address_of(self, scope: Scope) -> Address:
        seen = [value for name, value in scope["headers"] if name == b"x-forwarded-for"]
        forwarded = b",".join(seen).decode("latin-1").split(",") if seen else []
        name = client_address((scope.get("client") or ("",))[0], forwarded, self.proxy_hops)
        if len(self._addresses) >= MAX_ADDRESSES and name not in self._addresses:
            self._addresses = {
                known: address for known, address in self._addresses.items() if address.opened
            }
        return self._addresses.setdefault(name, Address())

    def _is_ours(self, origin: bytes | None) -> bool:
        """Return whether a page of this origin may connect; no browser leaves its origin out."""
        if origin is None:
            return True
        shown = origin.decode("latin-1")[:MAX_ORIGIN]
        if shown in self.origins:
            return True
        if shown not in self._logged and len(self._logged) < MAX_LOGGED:
            self._logged.add(shown)
            # Whole, not with arguments: each origin is a message of its own to `log_lines`.
            log.warning(_advice(shown, next(iter(self.origins))))
        return False


def _advice(origin: str, ours: str) -> str:
    return (
        f"pages opened at {origin!a} cannot connect: set HCAI_BASE_URL to the address that "
        f"people open, or have them open {ours}"
    )
