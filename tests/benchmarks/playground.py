"""`python -m tests.benchmarks.playground`: what twenty of its streams cost the calls beside them.

64 clients call the API as fast as it answers, in turns alone and beside the streams; the server on
one core, everything else on the other. Exit code 1: their p99 grows by half or more.
"""

import argparse
import asyncio
import shutil
import statistics
import sys
import tempfile
import time
import urllib.request
from dataclasses import dataclass, replace
from pathlib import Path

from sqlalchemy import select

from hcai_app.db.engine import Database
from hcai_app.db.tables import users_table
from hcai_app.services.people import sessions
from hcai_app.settings import journal_folder, read_settings
from tests.benchmarks import procfs, rounds, targets
from tests.benchmarks.cases import Case
from tests.benchmarks.jobs import Job, Result
from tests.benchmarks.keys import make_keys
from tests.benchmarks.processes import (
    LOAD_CORE,
    SERVER_CORE,
    BenchmarkError,
    Processes,
    wait_until_ready,
)
from tests.benchmarks.rounds import Running

CALLS = Case("beside-playground", "answers of 1 KB, 64 clients", 64, seconds=5, warm_calls=600)
CHUNKS, CHUNK_MS = 100, 20
STREAMS = 20
USERS = 100
MAX_GROWTH = 1.5
PATIENCE_S = 20
_UPSTREAM = (sys.executable, "-m", "tests.benchmarks.upstream", "--port", "{port}")


@dataclass(frozen=True)
class Turn:
    """The calls of one turn, and the streams beside them."""

    calls: Result
    streams: Result | None
    cpu: float  # cores that the server took

    def __str__(self) -> str:
        calls, streams = self.calls, self.streams
        told = (
            f"{calls.calls_per_s:6.0f} calls/s, p50 {calls.p50_ms:5.1f} ms, p99 {calls.p99_ms:5.1f}"
            f" ms, {calls.failed} failed; {self.cpu:.0%} of a core"
        )
        if streams is None:
            return f"alone          {told}"
        return (
            f"beside streams {told}; streams: {streams.chunks_per_s:.0f} chunks/s, first token p99 "
            f"{streams.first_p99_ms:.0f} ms, {streams.failed} failed"
        )


def take_turn(one: Running, cookies: list[str]) -> Turn:
    """Measure the calls; with cookies, beside as many streams."""
    job = rounds.job_of(CALLS, one)
    load = rounds.start_load(_streams(job, cookies)) if cookies else None
    _wait_until_running(one, len(cookies))
    before, began = procfs.cpu_seconds(one.server.pid), time.monotonic()
    calls = rounds.end_load(rounds.start_load(job), one)
    cpu = (procfs.cpu_seconds(one.server.pid) - before) / (time.monotonic() - began)
    return Turn(calls, rounds.end_load(load, one) if load else None, cpu)


def _streams(job: Job, cookies: list[str]) -> Job:
    return replace(
        job,
        path="/playground/v1/chat/completions",
        keys=cookies,
        is_page=True,
        clients=len(cookies),
        chunks=CHUNKS,
        delay_ms=CHUNK_MS,
        seconds=CALLS.seconds + rounds.BESIDE_LEAD_S,
        warm_calls=0,
    )


def _wait_until_running(one: Running, count: int) -> None:
    """Wait until the streams, and nothing else, run.

    Raises:
        BenchmarkError: When they do not.
    """
    deadline = time.monotonic() + PATIENCE_S
    wanted = f"hcai_running_calls {count:.1f}\n".encode()
    while time.monotonic() < deadline:
        address = f"http://127.0.0.1:{one.server.port}/metrics"
        with urllib.request.urlopen(address, timeout=5) as answer:
            if wanted in answer.read():
                return
        time.sleep(0.1)
    raise BenchmarkError(f"there never were {count} streams")


async def open_sessions(env: dict[str, str], count: int) -> list[str]:
    """Sign so many users in; return what their cookies hold."""
    given = read_settings(env)
    database = Database(given.database_url)
    some = select(users_table.c.id).limit(count)
    users = await database.read(lambda it: list(it.scalars(some)), "users")
    secret_key = given.secret_key.get_secret_value()
    cookies = [await sessions.create(database, user, secret_key=secret_key) for user in users]
    await database.close()
    return cookies


def measure(processes: Processes, folder: Path, turns: int, streams: int) -> float:
    """Take turns, print each, and return how the calls' p99 grows."""
    upstream = processes.start("upstream", _UPSTREAM, LOAD_CORE, {})
    wait_until_ready(upstream, "/api/v1/models")
    url = f"http://127.0.0.1:{upstream.port}"
    env = targets.our_environment(f"sqlite:///{folder}/bench.db", url)
    try:
        return _measure(processes, env, turns, streams)
    finally:  # its journals: nobody will open the database again
        shutil.rmtree(journal_folder(read_settings(env)), ignore_errors=True)


def _measure(processes: Processes, env: dict[str, str], turns: int, streams: int) -> float:
    target = targets.ours(env, make_keys(USERS, env))
    cookies = asyncio.run(open_sessions(env, streams))
    server = processes.start(target.name, target.command, SERVER_CORE, target.env)
    wait_until_ready(server, target.ready_path)
    one = Running(target, server)
    take_turn(one, cookies)  # what is read once is read now
    found: dict[bool, list[Turn]] = {False: [], True: []}
    for number in range(2 * turns):
        is_beside = number % 4 in (1, 2)
        turn = take_turn(one, cookies if is_beside else [])
        if turn.calls.failed or (turn.streams and turn.streams.failed):
            raise BenchmarkError(f"not all succeeded: {turn}")
        found[is_beside].append(turn)
        print(turn, flush=True)
    alone, beside = ([turn.calls for turn in found[key]] for key in (False, True))
    _print_medians(alone, beside)
    return _median_p99(beside) / _median_p99(alone)


def _print_medians(alone: list[Result], beside: list[Result]) -> None:
    for name, results in (("alone", alone), ("beside", beside)):
        middle = statistics.median(result.p50_ms for result in results)
        rate = statistics.median(result.calls_per_s for result in results)
        print(
            f"median {name:6} {rate:.0f} calls/s, p50 {middle:.1f}, p99 {_median_p99(results):.1f}"
        )


def _median_p99(results: list[Result]) -> float:
    return statistics.median(result.p99_ms for result in results)


def main() -> int:
    """Run the benchmark and return its exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--turns", type=int, default=4, help="of each kind (default 4)")
    parser.add_argument("--streams", type=int, default=STREAMS)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="hcai-bench-") as name:
        folder = Path(name)
        with Processes(folder) as processes:
            growth = measure(processes, folder, options.turns, options.streams)
    print(f"the calls' p99 grows by {growth - 1:+.0%}; wanted: less than {MAX_GROWTH - 1:+.0%}")
    return 0 if growth < MAX_GROWTH else 1


if __name__ == "__main__":
    sys.exit(main())
