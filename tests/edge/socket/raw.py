"""The event socket without a page: WebSocket frames as an attacker writes them."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp

from tests.harness.product import Product

ROAD = "/_event/?EIO=4&transport=websocket"
HELLO = "40/_event,"


def rss_mb(pid: int) -> float:
    """Return the memory of a process in megabytes."""
    status = Path(f"/proc/{pid}/status").read_text()
    (line,) = (line for line in status.splitlines() if line.startswith("VmRSS"))
    return int(line.split()[1]) / 1024


class RawSocket:
    """A socket that says only what a test has it say."""

    def __init__(self, connection: aiohttp.ClientWebSocketResponse) -> None:
        self.connection = connection
        self.seen: list[str] = []

    async def say(self, *messages: str) -> None:
        for message in messages:
            await self.connection.send_str(message)

    async def closed_after(self, patience_s: float) -> float | None:
        """Return the seconds until the server closes the socket; None when it does not."""
        began = time.monotonic()
        try:
            async with asyncio.timeout(patience_s):
                while True:
                    message = await self.connection.receive()
                    if message.type != aiohttp.WSMsgType.TEXT:
                        return time.monotonic() - began
                    self.seen.append(message.data)
        except TimeoutError:
            return None


@asynccontextmanager
async def raw_socket(product: Product, **headers: str) -> AsyncIterator[RawSocket]:
    """Open a socket, without Engine.IO's client and its manners."""
    async with (
        aiohttp.ClientSession() as http,
        http.ws_connect(product.origin + ROAD, headers=headers, autoping=True) as connection,
    ):
        yield RawSocket(connection)
