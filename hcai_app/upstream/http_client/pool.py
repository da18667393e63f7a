"""The connections to one server: the one used last is used first, others close when idle."""

import asyncio
import socket
from dataclasses import dataclass

from hcai_app.refreshed import Refreshed
from hcai_app.upstream.http_client import happy_eyeballs
from hcai_app.upstream.http_client.connection import HttpConnection
from hcai_app.upstream.http_client.errors import CannotConnectError, UnseenError
from hcai_app.upstream.http_client.response import Response
from hcai_app.upstream.http_client.tls import ResumingContext

# For name, connection and TLS together.
CONNECT_S = 10.0
# Shorter than servers keep idle connections, so that we seldom write into a closing one.
KEEP_ALIVE_S = 15.0
# More than a worker carries calls; one address has no more than 28,000 ports for them.
MAX_CONNECTIONS = 10_000
RESOLVED_FOR_S = 10.0
RESOLVE_AGAIN_S = 1.0


@dataclass(frozen=True, slots=True)
class Server:
    """Where to connect to; without `tls` in plain text."""

    host: str
    port: int
    tls: ResumingContext | None = None


class ConnectionPool:
    """Sends requests to one server, each on a connection of its own; opened in an event loop."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._loop = asyncio.get_running_loop()
        self._idle: list[HttpConnection] = []
        self._open: set[HttpConnection] = set()
        self._opening = 0
        self._addresses = Refreshed(
            f"address of {server.host}",
            self._resolve,
            fresh_s=RESOLVED_FOR_S,
            retry_s=RESOLVE_AGAIN_S,
        )
        self._sweeper = self._loop.call_later(KEEP_ALIVE_S, self._sweep)

    async def send(self, head: bytes, body: bytes) -> Response:
        """Send a request and return the answer at its headers.

        It is sent again only when the server had closed an idle connection before a byte of it
        arrived: whatever else happens, the server may have seen it.

        Raises:
            HttpClientError: When no answer comes.
            TimeoutError: When no connection comes about.
        """
        while (connection := self._take_idle()) is not None:
            try:
                return await _ask(connection, head, body)
            except UnseenError:
                continue
        return await _ask(await self._connect(), head, body)

    def release(self, connection: HttpConnection) -> None:
        """Keep a connection for the next request."""
        if self._server.tls is not None:
            self._server.tls.remember(connection.tls)
        connection.idle_since = self._loop.time()
        self._idle.append(connection)

    def forget(self, connection: HttpConnection) -> None:
        """Drop a connection that is closed."""
        self._open.discard(connection)
        if connection in self._idle:
            self._idle.remove(connection)

    def _take_idle(self) -> HttpConnection | None:
        while self._idle:
            connection = self._idle.pop()
            is_fresh = self._loop.time() - connection.idle_since < KEEP_ALIVE_S
            if connection.is_open and is_fresh:
                return connection
            connection.close()
        return None

    async def _connect(self) -> HttpConnection:
        if len(self._open) + self._opening >= MAX_CONNECTIONS:
            raise CannotConnectError("there are too many connections already")
        self._opening += 1
        try:
            async with asyncio.timeout(CONNECT_S):
                return await self._connect_to_any()
        finally:
            self._opening -= 1

    async def _connect_to_any(self) -> HttpConnection:
        addresses = await self._addresses.find()
        if not addresses:
            raise CannotConnectError(f"{self._server.host} has no address")
        try:
            connection = await happy_eyeballs.first_of(
                addresses, self._connect_to, HttpConnection.abort
            )
        except OSError as error:  # that of TLS is one too
            raise CannotConnectError(str(error)) from error
        self._open.add(connection)
        return connection

    async def _connect_to(self, address: str) -> HttpConnection:
        server = self._server
        _transport, connection = await self._loop.create_connection(
            lambda: HttpConnection(self, self._loop),
            address,
            server.port,
            ssl=server.tls,
            server_hostname=server.host if server.tls else None,
        )
        return connection

    async def _resolve(self) -> list[str]:
        found = await self._loop.getaddrinfo(
            self._server.host, self._server.port, type=socket.SOCK_STREAM
        )
        return happy_eyeballs.interleaved(found)

    def _sweep(self) -> None:
        """Close what was idle for long."""
        oldest = self._loop.time() - KEEP_ALIVE_S
        for connection in [one for one in self._idle if one.idle_since < oldest]:
            self._idle.remove(connection)
            connection.close()
        self._sweeper = self._loop.call_later(KEEP_ALIVE_S, self._sweep)

    def close(self) -> None:
        """Close every connection, also those under way."""
        self._sweeper.cancel()
        for connection in list(self._open):
            connection.abort()


async def _ask(connection: HttpConnection, head: bytes, body: bytes) -> Response:
    response = connection.send(head, body)
    try:
        await response.started()
    except BaseException:
        response.close()
        raise
    return response
