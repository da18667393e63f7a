"""A pooler in transaction mode, as PgBouncer is: each transaction gets whatever session is free.

It stands in for PgBouncer where that is not installed: sessions are handed on without being reset,
so that a prepared statement of one client meets another's.
"""

import asyncio
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

SSL_REQUEST = 80877103
IDLE = b"I"
Session = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class Pooler:
    """Serves clients with the sessions of one PostgreSQL server, which must trust them."""

    def __init__(self, host: str, port: int) -> None:
        self._address = (host, port)
        self._free: list[Session] = []  # the last one freed is taken first
        self._hello = b""
        self._tasks: set[asyncio.Task[None]] = set()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve one client."""
        startup = await _read_startup(reader, writer)
        if not self._free:
            self._free.append(await self._open(startup))
        writer.write(self._hello)
        try:
            while True:
                first = await _read_message(reader)
                if first[:1] == b"X":
                    return
                session = self._free.pop() if self._free else await self._open(startup)
                await self._transaction(first, reader, writer, session)
                self._free.append(session)
        except (asyncio.IncompleteReadError, ConnectionError):
            return
        finally:
            writer.close()

    async def _open(self, startup: bytes) -> Session:
        session = await asyncio.open_connection(*self._address)
        session[1].write(startup)
        self._hello = b""
        while not self._hello or message[:1] != b"Z":  # noqa: F821 - set by the first turn
            message = await _read_message(session[0])
            self._hello += message
        return session

    async def _transaction(
        self,
        first: bytes,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        session: Session,
    ) -> None:
        """Pass everything on until the session is idle again."""
        session[1].write(first)
        asking = asyncio.create_task(_pass_on(reader, session[1]))
        try:
            while True:
                message = await _read_message(session[0])
                writer.write(message)
                if message[:1] == b"Z" and message[-1:] == IDLE:
                    return
        finally:
            asking.cancel()
            await asyncio.gather(asking, return_exceptions=True)

    def close(self) -> None:
        """Close the sessions."""
        for _, writer in self._free:
            writer.close()


async def _read_startup(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bytes:
    while True:
        size = await reader.readexactly(4)
        body = await reader.readexactly(struct.unpack("!i", size)[0] - 4)
        if struct.unpack("!i", body[:4])[0] != SSL_REQUEST:
            return size + body
        writer.write(b"N")


async def _read_message(reader: asyncio.StreamReader) -> bytes:
    head = await reader.readexactly(5)
    return head + await reader.readexactly(struct.unpack("!i", head[1:])[0] - 4)


async def _pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Pass on whole bytes as they come; nothing waits in a buffer when it is cancelled."""
    while chunk := await reader.read(65_536):
        writer.write(chunk)


@asynccontextmanager
async def pooler(host: str, port: int) -> AsyncIterator[int]:
    """Run a pooler; give its port."""
    made = Pooler(host, port)
    server = await asyncio.start_server(made.serve, "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        made.close()
