"""Starting and stopping, inside a loop and as a process."""

import asyncio
import signal
import subprocess
import sys
import time
from pathlib import Path

import httpx
import msgspec

from hcai_app.simulator.server import Simulator

ROOT = Path(__file__).parents[2]
CODE = "from hcai_app.simulator.server import run; run('127.0.0.1', 0)"


async def test_stop_does_not_wait_for_silent_streams(ask):
    simulator = Simulator()
    await simulator.start()
    headers = {"Authorization": "Bearer x"}
    async with httpx.AsyncClient(base_url=simulator.base_url, headers=headers) as client:
        body = ask("hang=after_headers", stream=True)
        async with client.stream("POST", "/chat/completions", json=body):
            started = time.monotonic()
            await simulator.stop()
    assert time.monotonic() - started < 2


async def test_calls_are_recorded_in_a_file(tmp_path: Path, ask):
    file = tmp_path / "calls.jsonl"
    simulator = Simulator(record_file=file)
    await simulator.start()
    headers = {"Authorization": "Bearer x"}
    async with httpx.AsyncClient(base_url=simulator.base_url, headers=headers) as client:
        answer = await client.post("/chat/completions", json=ask("delay=0"))
    await simulator.stop()
    (line,) = file.read_text().splitlines()
    assert msgspec.json.decode(line)["id"] == answer.json()["id"]


async def test_two_simulators_live_side_by_side():
    first, second = Simulator(), Simulator()
    await asyncio.gather(first.start(), second.start())
    assert first.base_url != second.base_url
    await asyncio.gather(first.stop(), second.stop())


def test_process_prints_its_address_and_stops_on_sigterm():
    with subprocess.Popen(
        [sys.executable, "-c", CODE], cwd=ROOT, stdout=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        url = process.stdout.readline().decode().split()[-1]
        response = httpx.get(f"{url}/models", headers={"Authorization": "Bearer x"})
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=10) == 0
    assert response.status_code == 200
