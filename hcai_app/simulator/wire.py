"""Writes bytes to the client, with the scenario's faults.

All delays and disconnects happen here. A disconnect cancels this task, because the server runs
with `handler_cancellation`; so nothing after one ever runs.
"""

import asyncio
import socket
import struct
import zlib
from collections.abc import Mapping

from aiohttp import web

from hcai_app.simulator.scenarios import Place, Scenario

COMMENT = b": OPENROUTER PROCESSING\n\n"
SSE = "text/event-stream"
FOREVER = 10.0**8


class Wire:
    """The writer of one response."""

    def __init__(self, request: web.Request, scenario: Scenario) -> None:
        self.was_cut = False
        self.has_begun = False
        """Whether the headers are sent."""
        self._request = request
        self._scenario = scenario
        self._response = web.StreamResponse()
        self._zip = zlib.compressobj(wbits=31) if scenario.gzip else None
        self._is_stream = False

    async def open(
        self, status: int, content_type: str, headers: Mapping[str, str], length: int | None = None
    ) -> None:
        """Send the headers, after the scenario's delay and early faults."""
        await asyncio.sleep(self._scenario.before)
        await self.meet("before_headers")
        self._is_stream = content_type == SSE
        self._response.set_status(status)
        self._response.headers.update(headers)
        self._response.content_type = content_type
        if self._zip:
            self._response.headers["Content-Encoding"] = "gzip"
        elif length is not None:
            self._response.content_length = length
        await self._response.prepare(self._request)
        self.has_begun = True
        await self.meet("after_headers")

    async def send(self, data: bytes) -> None:
        """Write one event or part of a body."""
        if self._scenario.crlf and self._is_stream:
            data = data.replace(b"\n", b"\r\n")
        if self._zip:
            data = self._zip.compress(data) + self._zip.flush(zlib.Z_SYNC_FLUSH)
        await self._write(data)

    async def pause(self, seconds: float) -> None:
        """Wait, sending the scenario's heartbeat comments meanwhile."""
        every = self._scenario.comment_every
        while self._is_stream and 0 < every < seconds:
            await asyncio.sleep(every)
            await self.send(COMMENT)
            seconds -= every
        if seconds > 0:
            await asyncio.sleep(seconds)

    async def meet(self, place: Place) -> None:
        """Disconnect or hang if the scenario says so at this point."""
        if self._scenario.cut == place:
            await self._cut()
        if self._scenario.hang == place:
            await self.pause(FOREVER)

    async def close(self) -> web.StreamResponse:
        """Finish the body normally."""
        if self._zip:
            await self._response.write(self._zip.flush())
        await self._response.write_eof()
        return self._response

    async def _write(self, data: bytes) -> None:
        step = self._scenario.piece or len(data) or 1
        for start in range(0, len(data), step):
            await self._response.write(data[start : start + step])
            if self._scenario.piece:
                # Yields to the event loop, so that the pieces leave as separate segments.
                await asyncio.sleep(0)

    async def _cut(self) -> None:
        self.was_cut = True
        transport = self._request.transport
        if transport is not None:
            if self._scenario.reset:
                connection: socket.socket = transport.get_extra_info("socket")
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            transport.abort()
        await asyncio.get_running_loop().create_future()
