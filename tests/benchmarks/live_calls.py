"""`python -m tests.benchmarks.live_calls`: what 200 live tabs cost the calls beside them.

The same 200 calls a second, in turns without a tab and beside 200 of them; server on one core, tabs
and calls on the other. The exit code tells whether all calls are answered at more than four fifths
of the rate. How much longer one takes (p50, p99) is printed: tenths of a millisecond, of which the
tabs' own work beside the load is a part.
"""

import argparse
import asyncio
import itertools
import json
import os
import statistics
import sys
import tempfile
import time
from dataclasses import asdict, dataclass
from pathlib import Path

import aiohttp

from tests.benchmarks import procfs
from tests.benchmarks.answers import MODEL
from tests.benchmarks.live import close, open_tabs
from tests.benchmarks.processes import LOAD_CORE, SERVER_CORE, Processes, wait_until_ready
from tests.benchmarks.targets import UPSTREAM, our_environment
from tests.harness.product import Backend, Product
from tests.harness.tabs import Tab, open_session

PER_SECOND = 200
SECONDS = 8.0
ROUNDS = 3
LEAST_RATE = 0.8  # of what it is without tabs
BODY = {"model": MODEL, "messages": [{"role": "user", "content": "hi"}]}


@dataclass(frozen=True)
class Figures:
    """What the calls of a turn took."""

    per_second: float
    p50_ms: float
    p99_ms: float
    failed: int


async def pace(url: str, keys: list[str]) -> Figures:
    """Make so many calls a second, whether those before have been answered or not."""
    taken: list[float] = []
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as http:

        async def call(key: str) -> None:
            began = time.perf_counter()
            headers = {"Authorization": f"Bearer {key}"}
            async with http.post(url, json=BODY, headers=headers) as answer:
                if b'"cost"' in await answer.read():
                    taken.append(time.perf_counter() - began)

        began = time.perf_counter()
        async with asyncio.TaskGroup() as calls:
            for number in range(int(PER_SECOND * SECONDS)):
                late = time.perf_counter() - began - number / PER_SECOND
                await asyncio.sleep(max(0.0, -late))
                calls.create_task(call(keys[number % len(keys)]))
        seconds = time.perf_counter() - began
    cuts = statistics.quantiles(taken, n=100)
    failed = int(PER_SECOND * SECONDS) - len(taken)
    return Figures(len(taken) / seconds, cuts[49] * 1000, cuts[98] * 1000, failed)


async def make_calls(product: Product, keys: list[str]) -> Figures:
    """Make them from a process of their own."""
    url = f"{product.base_url}/chat/completions"
    load = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        __spec__.name if __spec__ else __name__,
        "--calls",
        json.dumps([url, keys]),
        stdout=asyncio.subprocess.PIPE,
    )
    output, _ = await load.communicate()
    return Figures(**json.loads(output))


async def measure(product: Product, students: int, count: int) -> float:
    """Take turns, print each, and return which part of the rate is left beside the tabs."""
    names = [f"ULIVE{number}" for number in range(students)]
    keys = [product.make_key(name) for name in names]
    cookies = [await open_session(product, name) for name in names]
    assert product.process is not None
    pid = product.process.pid
    os.sched_setaffinity(0, {LOAD_CORE})
    for one in procfs.tree(pid):
        for thread in Path(f"/proc/{one}/task").iterdir():
            os.sched_setaffinity(int(thread.name), {SERVER_CORE})
    await make_calls(product, keys)  # what is read once is read now
    print(f"{PER_SECOND} calls/s; {count} tabs of {students} students", flush=True)
    turns: dict[int, list[Figures]] = {0: [], count: []}
    for beside in [0, count] * ROUNDS:
        tabs = await _open(product, cookies, beside)
        before = procfs.cpu_seconds(pid)
        seen = sum(len(one.frames) for one in tabs)
        found = await make_calls(product, keys)
        cpu = (procfs.cpu_seconds(pid) - before) / SECONDS
        shown = sum(len(one.frames) for one in tabs) - seen
        print(
            f"  beside {beside:3} tabs: {found.per_second:.0f} calls/s, p50 {found.p50_ms:.1f} ms, "
            f"p99 {found.p99_ms:.1f} ms, {found.failed} failed; {cpu:.0%} of a core, "
            f"{shown / SECONDS:.0f} updates/s",
            flush=True,
        )
        await close(tabs)
        assert found.failed == 0
        turns[beside].append(found)
    rate, p50, p99 = (
        _ratio(turns[count], turns[0], name) for name in ("per_second", "p50_ms", "p99_ms")
    )
    print(
        f"the rate is {rate:.2f}x, p50 {p50:.2f}x, p99 {p99:.2f}x; wanted: {LEAST_RATE}x the rate"
    )
    return rate


def _ratio(beside: list[Figures], alone: list[Figures], name: str) -> float:
    """Compare medians."""
    one, other = (statistics.median(getattr(it, name) for it in its) for its in (beside, alone))
    return one / other


async def _open(product: Product, cookies: list[str], count: int) -> list[Tab]:
    share, rest = divmod(count, len(cookies))
    counts = [share + (number < rest) for number in range(len(cookies))]
    pairs = [pair for pair in zip(cookies, counts, strict=True) if pair[1]]
    opened = [await open_tabs(product, cookie, wanted) for cookie, wanted in pairs]
    return list(itertools.chain(*opened))


def main() -> int:
    """Run the benchmark and return its exit code; with --calls, be its load."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tabs", type=int, default=200)
    parser.add_argument("--students", type=int, nargs="+", default=[1, 50])
    parser.add_argument("--calls", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.calls:
        print(json.dumps(asdict(asyncio.run(pace(*json.loads(options.calls))))))
        return 0
    rates: list[float] = []
    for students in options.students:
        with tempfile.TemporaryDirectory(prefix="hcai-live-") as name:
            rates.append(_measure_in(Path(name), students, options.tabs))
    return 0 if min(rates) > LEAST_RATE else 1


def _measure_in(folder: Path, students: int, tabs: int) -> float:
    (folder / "product").mkdir()
    with Processes(folder) as processes:
        upstream = processes.start("upstream", UPSTREAM, LOAD_CORE, {})
        wait_until_ready(upstream, "/api/v1/models")
        database = f"sqlite:///{folder}/product/hcai.db"
        env = our_environment(database, f"http://127.0.0.1:{upstream.port}")
        product = Backend(folder / "product", **env)
        try:
            return asyncio.run(measure(product.start(), students, tabs))
        finally:
            product.stop()


if __name__ == "__main__":
    sys.exit(main())
