"""The simulated upstream: a lean HTTP/1.1 server that must never be what limits a measurement.

A prompt that says `chunks=64 delay=20` makes a streamed answer of 64 chunks, 20 ms apart.
"""

import argparse
import asyncio
import itertools
import re
import time
from typing import cast
from urllib.parse import parse_qs, urlsplit

import httptools
import uvloop

from tests.benchmarks import answers

_SHAPE = re.compile(rb"chunks=(\d+) delay=(\d+)")
_CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"
_serial = itertools.count(time.time_ns())


class Stream:
    """One running stream: a word per step, then the end."""

    def __init__(
        self, transport: asyncio.Transport, generation_id: bytes, chunks: int, delay_s: float
    ):
        self.transport = transport
        self.word = answers.stream_delta(generation_id)
        self.end = answers.stream_end(generation_id)
        self.left = chunks
        self.delay_s = delay_s
        self.loop = asyncio.get_running_loop()
        self.due = self.loop.time()
        transport.write(answers.stream_head(generation_id))
        self._schedule()

    def _schedule(self) -> None:
        if not self.delay_s:
            self.loop.call_soon(self._step)
            return
        self.due += self.delay_s
        self.loop.call_at(self.due, self._step)

    def _step(self) -> None:
        if self.transport.is_closing():
            return
        if not self.left:
            self.transport.write(self.end)
            return
        self.left -= 1
        self.transport.write(self.word)
        self._schedule()


class Upstream(asyncio.Protocol):
    """One connection; a relay sends one request at a time on it."""

    transport: asyncio.Transport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)
        self.parser = httptools.HttpRequestParser(self)

    def data_received(self, data: bytes) -> None:
        try:
            self.parser.feed_data(data)
        except httptools.HttpParserError:
            self.transport.close()

    def on_message_begin(self) -> None:
        self.url = b""
        self.body: list[bytes] = []

    def on_url(self, url: bytes) -> None:
        self.url += url

    def on_body(self, body: bytes) -> None:
        self.body.append(body)

    def on_message_complete(self) -> None:
        if b"/chat/completions" in self.url:
            self._chat(b"".join(self.body))
        elif b"/embeddings" in self.url and self.body:
            self.transport.write(answers.embeddings(b"gen-%d" % next(_serial)))
        else:
            self.transport.write(answers.document(_rare(self.url.decode())))

    def _chat(self, body: bytes) -> None:
        generation_id = b"gen-%d" % next(_serial)
        shape = _SHAPE.search(body)
        if not shape:
            self.transport.write(answers.chat(generation_id))
            return
        chunks, delay_ms = int(shape[1]), int(shape[2])
        Stream(self.transport, generation_id, chunks, delay_ms / 1000)


def _rare(url: str) -> object:
    parts = urlsplit(url)
    if parts.path.endswith("/generation"):
        return answers.generation(parse_qs(parts.query).get("id", [""])[0])
    if parts.path.endswith("/models") and not _asks_for_other_outputs(parts.query):
        return answers.models()
    return {"data": [], "links": {"next": None}, "total_count": 0}


def _asks_for_other_outputs(query: str) -> bool:
    asked = parse_qs(query).get("output_modalities", ["text"])[0].split(",")
    return "text" not in asked and "all" not in asked


async def serve(port: int) -> None:
    """Serve until killed."""
    loop = asyncio.get_running_loop()
    server = await loop.create_server(Upstream, "127.0.0.1", port, backlog=4096)
    await server.serve_forever()


def main() -> None:
    parser = argparse.ArgumentParser(description="simulated upstream of the benchmarks")
    parser.add_argument("--port", type=int, required=True)
    uvloop.run(serve(parser.parse_args().port))


if __name__ == "__main__":
    main()
