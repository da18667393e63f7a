"""The wire to the provider, which can be cut: it passes bytes on, refuses, hangs, resets or lies.

The provider behind it goes on and remembers what it was asked, so that rows can be counted.
"""

import asyncio
import contextlib
import socket
import struct
import threading
from collections.abc import Coroutine
from typing import Any, Literal, Self

Mood = Literal["pass", "refuse", "hang", "reset", "garbage"]
GARBAGE = b"\x00\xff this is no HTTP \r\n\r\n"
PIECE = 65_536
# A closed socket that does not linger sends a reset.
NO_LINGER = struct.pack("ii", 1, 0)


class Gateway:
    """Listens on a port of its own for connections to another one; runs in its own thread."""

    def __init__(self, target_port: int) -> None:
        self.port = 0
        self._target_port = target_port
        self._mood: Mood = "pass"
        self._open: set[asyncio.StreamWriter] = set()
        self._loop = asyncio.new_event_loop()
        self._flows = asyncio.Event()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        self._run(self._listen())
        return self

    def __exit__(self, *_error: object) -> None:
        self._run(self._break_all())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def behave(self, mood: Mood) -> None:
        """Behave like this from now on, towards the open connections too."""
        self._run(self._change(mood))

    async def _listen(self) -> None:
        self._flows.set()
        server = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]

    async def _change(self, mood: Mood) -> None:
        self._mood = mood
        if mood == "hang":
            self._flows.clear()
        else:
            self._flows.set()
        if mood not in ("pass", "hang"):
            await self._break_all()

    async def _break_all(self) -> None:
        for writer in list(self._open):
            _reset(writer)

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._open.add(writer)
        try:
            await self._flows.wait()
            if self._mood == "pass":
                await self._join(reader, writer)
            else:
                await self._fail(reader, writer)
        except OSError:
            pass
        finally:
            self._open.discard(writer)
            writer.close()

    async def _fail(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._mood == "garbage":
            await reader.read(PIECE)
            writer.write(GARBAGE)
            await writer.drain()
        else:
            _reset(writer)

    async def _join(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self._target_port)
        ways = (
            asyncio.create_task(self._pipe(reader, far_writer)),
            asyncio.create_task(self._pipe(far_reader, writer)),
        )
        await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        for way in ways:
            way.cancel()
        far_writer.close()

    async def _pipe(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            while piece := await reader.read(PIECE):
                await self._flows.wait()
                writer.write(piece)
                await writer.drain()

    def _run(self, work: Coroutine[Any, Any, None]) -> None:
        asyncio.run_coroutine_threadsafe(work, self._loop).result(10)


def _reset(writer: asyncio.StreamWriter) -> None:
    sock = writer.get_extra_info("socket")
    with contextlib.suppress(OSError):
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, NO_LINGER)
    writer.transport.abort()
