"""The load before a real upstream: what it sees of streams, and nginx between the two."""

import asyncio
import os
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from tests.benchmarks import relay_nginx, targets
from tests.benchmarks.cases import CASES, PLAIN_64, STREAMS_2000
from tests.benchmarks.jobs import Job, Result
from tests.benchmarks.load import Load
from tests.benchmarks.processes import LOAD_CORE, Processes, free_port, wait_until_ready
from tests.benchmarks.upstream import Upstream
from tests.harness.databases import missing


class Slow(Upstream):
    """An upstream that takes its time between two chunks, whatever it is asked for."""

    def _chat(self, body: bytes) -> None:
        super()._chat(body.replace(b"delay=10", b"delay=300"))


@asynccontextmanager
async def serving(kind: Callable[[], asyncio.Protocol]) -> AsyncIterator[int]:
    port = free_port()
    server = await asyncio.get_running_loop().create_server(kind, "127.0.0.1", port)
    async with server:
        yield port


async def loaded(
    port: int, *, chunks: int = 0, delay_ms: int = 0, is_embeddings: bool = False
) -> Result:
    path = "/api/v1/embeddings" if is_embeddings else "/api/v1/chat/completions"
    job = Job(
        port, path, os.getpid(), 4, ["bench"], chunks, delay_ms, 8, is_embeddings=is_embeddings
    )
    return await Load(job).run()


async def test_the_largest_gap_between_two_chunks_is_noted() -> None:
    async with serving(Slow) as port:
        result = await loaded(port, chunks=3, delay_ms=10)
    assert (result.answered, result.failed) == (8, 0)
    assert result.gap_ms >= 290


async def test_a_plain_answer_has_no_gap() -> None:
    async with serving(Upstream) as port:
        result = await loaded(port)
    assert (result.answered, result.failed, result.gap_ms) == (8, 0, 0)


async def test_nginx_relays_streams_and_large_answers_whole(tmp_path: Path) -> None:
    if relay_nginx.find() is None:
        missing("nginx")
    async with serving(Upstream) as port:
        relays = targets.relays(f"http://127.0.0.1:{port}")
        (nginx,) = [one for one in relays if one.name == targets.NGINX]
        with Processes(tmp_path) as processes:
            server = processes.start(nginx.name, nginx.command, LOAD_CORE, nginx.env)
            await asyncio.to_thread(wait_until_ready, server, nginx.ready_path)
            streams = await loaded(server.port, chunks=5, delay_ms=10)
            large = await loaded(server.port, is_embeddings=True)
    assert (streams.failed, streams.faults, streams.answered) == (0, [], 8)
    assert (large.failed, large.faults, large.answered) == (0, [], 8)


def test_where_nginx_is_missing_there_is_one_yardstick_less(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(relay_nginx, "find", lambda: None)
    names = [target.name for target in targets.relays("http://127.0.0.1:1")]
    assert names == [targets.AIOHTTP, targets.HTTPX]


def test_a_case_leaves_out_who_takes_no_part_in_it() -> None:
    cases = {case.name: case for case in CASES}
    everyone = [*targets.relays("http://127.0.0.1:1"), targets.ours_on_postgres({}, [])]
    streams = [one.name for one in everyone if one.takes(cases[STREAMS_2000])]
    assert targets.HTTPX not in streams
    assert targets.OURS_ON_POSTGRES not in streams
    assert all(one.takes(cases[PLAIN_64]) for one in everyone)
