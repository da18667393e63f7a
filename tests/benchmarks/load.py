"""The load generator, a process of its own: `python -m tests.benchmarks.load < job.json`.

Keep-alive connections in a closed loop; every answer is checked, and a wrong one counts as failed.
"""

import asyncio
import itertools
import json
import statistics
import sys
import time
from collections.abc import Iterator
from typing import Any, cast

import httptools
import uvloop

from tests.benchmarks import procfs
from tests.benchmarks.jobs import Job, Result

_TOKEN = b"data: {"
_DELTA = b'"delta"'
_PATIENCE_S = 240


class Client(asyncio.Protocol):
    """One connection, one call at a time."""

    transport: asyncio.Transport

    def __init__(self, phase: "Load"):
        self.load = phase
        self.busy = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)
        self.parser = httptools.HttpResponseParser(self)

    def ask(self, request: bytes) -> None:
        self.parts: list[bytes] = []
        self.first = self.last = self.gap = 0.0  # when a chunk came; the longest without one
        self.busy = True
        self.started = time.perf_counter()
        self.transport.write(request)

    def data_received(self, data: bytes) -> None:
        try:
            self.parser.feed_data(data)
        except httptools.HttpParserError as error:
            self.transport.abort()
            self._done(f"not HTTP: {error}")

    def on_body(self, body: bytes) -> None:
        if _TOKEN in body:
            now = time.perf_counter()
            if self.first:
                self.gap = max(self.gap, now - self.last)
            self.first, self.last = self.first or now, now
        self.parts.append(body)

    def on_message_complete(self) -> None:
        self._done(self.load.phase.fault(self.parser.get_status_code(), b"".join(self.parts)))

    def connection_lost(self, exc: Exception | None) -> None:
        self._done(f"connection lost: {exc}")

    def _done(self, fault: str) -> None:
        if self.busy:
            self.busy = False
            self.load.phase.finished(self, fault)


class Phase:
    """Some calls with one aim: to warm up, or to be measured."""

    def __init__(self, job: Job, chunks: int, calls: int, seconds: float):
        self.chunks = chunks
        self.left = calls or sys.maxsize
        self.deadline = time.perf_counter() + (seconds or _PATIENCE_S)
        self.requests: Iterator[bytes] = itertools.cycle(job.requests(chunks))
        self.latencies: list[float] = []
        self.firsts: list[float] = []
        self.gap_s = 0.0
        self.faults: list[str] = []
        self.running = 0
        self.over = asyncio.Event()

    def start(self, clients: list[Client]) -> None:
        self.began = self.ended = time.perf_counter()
        for client in clients:
            self._next(client)

    def _next(self, client: Client) -> None:
        if self.left and time.perf_counter() < self.deadline and not client.transport.is_closing():
            self.left -= 1
            self.running += 1
            client.ask(next(self.requests))
        elif not self.running:
            self.over.set()

    def finished(self, client: Client, fault: str) -> None:
        self.ended = time.perf_counter()
        self.running -= 1
        if fault:
            self.faults.append(fault)
        else:
            self.latencies.append(self.ended - client.started)
            self.firsts.append((client.first or self.ended) - client.started)
            self.gap_s = max(self.gap_s, client.gap)
        self._next(client)

    def fault(self, status: int, body: bytes) -> str:
        """Say what is wrong with an answer; empty if it is right and whole."""
        if status != 200:
            return f"status {status}: {body[:200].decode(errors='replace')}"
        if b'"cost"' not in body:
            return f"no cost in an answer of {len(body)} bytes"
        if not self.chunks:
            return "" if body.rstrip().endswith(b"}") else "cut short"
        if body.count(_DELTA) != self.chunks:
            return f"{body.count(_DELTA)} of {self.chunks} chunks"
        return "" if b"data: [DONE]\n\n" in body else "no [DONE]"

    def result(self, cpu_s: float) -> Result:
        seconds = max(self.ended - self.began, 1e-9)
        good = len(self.latencies)
        return Result(
            answered=good,
            failed=len(self.faults),
            faults=sorted(set(self.faults))[:3],
            calls_per_s=good / seconds,
            chunks_per_s=good * self.chunks / seconds,
            cpu_per_1000=cpu_s / max(good, 1) * 1000,
            p50_ms=_percentile(self.latencies, 50),
            p99_ms=_percentile(self.latencies, 99),
            first_p50_ms=_percentile(self.firsts, 50),
            first_p99_ms=_percentile(self.firsts, 99),
            gap_ms=self.gap_s * 1000,
        )


class Load:
    """Opens the connections, warms up, then measures."""

    phase: Phase

    def __init__(self, job: Job):
        self.job = job

    async def run(self) -> Result:
        job = self.job
        clients = [await self._connect() for _ in range(job.clients)]
        warm = Phase(job, min(job.chunks, 2), job.warm_calls, 0)
        if job.warm_calls:
            await self._phase(clients, warm)
        cpu_before = procfs.cpu_seconds(job.pid)
        main = Phase(job, job.chunks, job.calls, job.seconds)
        await self._phase(clients, main)
        result = main.result(procfs.cpu_seconds(job.pid) - cpu_before)
        result.answered_warm = len(warm.latencies)
        result.failed += len(warm.faults)
        result.faults += sorted(set(warm.faults))[:3]
        for client in clients:
            client.transport.abort()
        return result

    async def _connect(self) -> Client:
        loop = asyncio.get_running_loop()
        _, client = await loop.create_connection(lambda: Client(self), "127.0.0.1", self.job.port)
        return client

    async def _phase(self, clients: list[Client], phase: Phase) -> None:
        self.phase = phase
        phase.start(clients)
        try:
            await asyncio.wait_for(phase.over.wait(), _PATIENCE_S)
        except TimeoutError:
            phase.faults.extend(["no end within the time limit"] * phase.running)


def _percentile(seconds: list[float], percent: int) -> float:
    if len(seconds) < 2:
        return sum(seconds) * 1000
    return statistics.quantiles(seconds, n=100, method="inclusive")[percent - 1] * 1000


def main() -> None:
    job = Job(**json.load(sys.stdin))
    result: dict[str, Any] = vars(uvloop.run(Load(job).run()))
    json.dump(result, sys.stdout)


if __name__ == "__main__":
    main()
