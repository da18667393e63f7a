"""A test that hangs ends, also where the exception of its timeout is lost."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.harness.processes import clean_environment

SETTINGS = (
    "[pytest]\nasyncio_mode = auto\nasyncio_default_fixture_loop_scope = function\ntimeout = 1"
)
CONFTEST = """
from tests.harness import hangs
from tests.harness.hangs import *

hangs.CLEAN_UP_S = hangs.EXIT_S = 1.0
"""
BEGIN = """
import asyncio, contextlib, threading, time
"""
# What keeps the exception to itself, ignores that it is cancelled, or is waited for at the exit.
HANGS = {
    "busy": """
async def test_hangs():
    async def spin():
        while True:
            time.sleep(0.02)
            await asyncio.sleep(0)

    spinning = asyncio.create_task(spin())
    await asyncio.Event().wait()
""",
    "stubborn": """
async def test_hangs():
    async def stay():
        while True:
            with contextlib.suppress(asyncio.CancelledError):
                await asyncio.sleep(3600)

    staying = asyncio.create_task(stay())
    await asyncio.Event().wait()
""",
    "exit": """
def test_hangs():
    threading.Thread(target=threading.Event().wait).start()
""",
}


@pytest.mark.parametrize("hang", HANGS)
def test_what_a_timeout_cannot_end_ends_with_its_process(tmp_path: Path, hang: str):
    (tmp_path / "pytest.ini").write_text(SETTINGS)
    (tmp_path / "conftest.py").write_text(CONFTEST)
    (tmp_path / "test_it.py").write_text(BEGIN + HANGS[hang])
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:xdist", "-p", "no:cacheprovider"],
        cwd=tmp_path,
        env=clean_environment() | {"PYTEST_ADDOPTS": ""},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 1
    assert "Timeout (0:00:0" in done.stderr
