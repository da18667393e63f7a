"""A server that says any bytes, in any pieces, and ends its connections in any way."""

import asyncio
import socket
import ssl
import struct
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Literal

Ending = Literal["keep", "close", "reset"]
BASE = b"HTTP/1.1 200 OK\r\n"


def answer(body: bytes, *headers: bytes, status: bytes = b"200 OK") -> bytes:
    """A good answer with its length."""
    lines = (b"HTTP/1.1 " + status, *headers, b"Content-Length: %d" % len(body), b"", body)
    return b"\r\n".join(lines)


@dataclass(frozen=True)
class Say:
    """What the server says to one request, and what it does then."""

    pieces: Sequence[bytes]
    ending: Ending = "keep"


@dataclass
class ScriptedServer:
    """Answers with what `script` holds, in order; then with `b"fine"`."""

    script: list[Say] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)  # of the requests that came whole
    heads: list[bytes] = field(default_factory=list)
    connections: int = 0
    running: set[asyncio.Task[None]] = field(default_factory=set)
    port: int = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task
        self.running.add(task)
        self.connections += 1
        try:
            while await self._answer_one(reader, writer):
                pass
        except (OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass
        finally:
            self.running.discard(task)
            writer.close()

    async def _answer_one(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        head = await reader.readuntil(b"\r\n\r\n")
        length = int(head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0])
        self.heads.append(head)
        self.bodies.append(await reader.readexactly(length))
        say = self.script.pop(0) if self.script else Say([answer(b"fine")])
        for piece in say.pieces:
            writer.write(piece)
            await writer.drain()
            await asyncio.sleep(0)  # so that the pieces leave by themselves
        if say.ending == "reset":
            _reset(writer)
        return say.ending == "keep"


def _reset(writer: asyncio.StreamWriter) -> None:
    connection: socket.socket = writer.get_extra_info("socket")
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()


@asynccontextmanager
async def scripted_server(
    tls: ssl.SSLContext | None = None, host: str = "127.0.0.1"
) -> AsyncIterator[ScriptedServer]:
    scripted = ScriptedServer()
    server = await asyncio.start_server(scripted.serve, host, 0, ssl=tls)
    scripted.port = server.sockets[0].getsockname()[1]
    try:
        yield scripted
    finally:
        server.close()
        for task in list(scripted.running):
            task.cancel()
        await asyncio.gather(*scripted.running, return_exceptions=True)
        await asyncio.sleep(0)
