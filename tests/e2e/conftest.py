import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, sync_playwright

CHROMIUM = shutil.which("chromium")
CHROMIUM_ARGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
BUILD_AND_START_SECONDS = 180
STOP_SECONDS = 15


def serve_command(port: int) -> list[str]:
    """The product's own server, pages included."""
    if Path("hcai_app/server.py").exists():
        return [sys.executable, "-m", "hcai_app", "serve", "--port", str(port)]
    return [sys.executable, "-m", "reflex", "run", "--env", "prod", "--backend-port", str(port)]


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Run the server on its own database; give its port-bearing address without a path."""
    folder = tmp_path_factory.mktemp("server")
    port = _free_port()
    own = {"DATABASE_URL": f"sqlite:///{folder / 'hcai.db'}", "OPENROUTER_API_KEY": ""}
    with (folder / "log").open("w") as log:
        process = subprocess.Popen(
            serve_command(port),
            env=os.environ | own,
            stdout=log,
            stderr=subprocess.STDOUT,
        )
        try:
            _wait_until_up(process, port, folder / "log")
            yield f"http://localhost:{port}"
        finally:
            process.terminate()
            try:
                process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    # Per module: Playwright keeps an event loop running, which asynchronous tests cannot have.
    if CHROMIUM is None:
        pytest.skip("chromium is not installed")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=CHROMIUM_ARGS)
        yield browser
        browser.close()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _wait_until_up(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    deadline = time.monotonic() + BUILD_AND_START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            if httpx.get(f"http://127.0.0.1:{port}/", timeout=5).status_code == 200:
                return
        except httpx.TransportError:
            time.sleep(0.25)
    pytest.fail(f"the server did not start:\n{log.read_text()[-3000:]}")
