"""Child processes of a test: started on a free port, waited for, and always ended."""

import os
import signal
import socket
import ssl
import subprocess
import sys
import time
from pathlib import Path

import httpx

from tests.harness.operator import OPERATOR, Fork

ROOT = Path(__file__).resolve().parents[2]
# Where nothing is compiled or cached yet, and other things run.
START_SECONDS = 240
STOP_SECONDS = 45
# Nothing here speaks TLS; made once, as httpx would take 70 ms for it at each request.
TLS = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


class Process:
    """One `python -m hcai_app …`, or of another module, that listens on a port.

    A fork has loaded what it needs before it begins: most tests are not about that.
    """

    def __init__(
        self,
        arguments: list[str],
        *,
        folder: Path,
        env: dict[str, str],
        ready: str,
        module: str = "hcai_app",
        is_forked: bool = False,
    ):
        self.log_path = folder / f"{arguments[0].strip('-')}-{time.monotonic_ns()}.log"
        self._log = self.log_path.open("wb")
        self._ready = ready
        self._popen: subprocess.Popen[bytes] | Fork
        if is_forked:
            self._popen = OPERATOR.start(arguments, folder=folder, env=env, log=self.log_path)
            return
        self._popen = subprocess.Popen(
            [sys.executable, "-m", module, *arguments],
            cwd=folder,
            env=env,
            stdout=self._log,
            stderr=subprocess.STDOUT,
        )

    @property
    def pid(self) -> int:
        return self._popen.pid

    @property
    def log(self) -> str:
        return self.log_path.read_text(errors="replace")

    def wait_until_ready(self) -> None:
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            if self._popen.poll() is not None:
                self._log.close()
                raise RuntimeError(f"ended with {self._popen.returncode} at start:\n{self.log}")
            try:
                if httpx.get(self._ready, timeout=2, verify=TLS).is_success:
                    return
            except httpx.HTTPError:
                pass
            time.sleep(0.05)
        raise RuntimeError(f"not ready after {START_SECONDS} s:\n{self.log}")

    def signal(self, number: int) -> None:
        self._popen.send_signal(number)

    def wait(self, seconds: float = STOP_SECONDS) -> int:
        return self._popen.wait(seconds)

    def kill(self) -> None:
        """End it as `kill -9` does: nothing of it runs any more."""
        self._popen.kill()
        self._popen.wait()
        self._log.close()

    def stop(self) -> None:
        """End it as an operator does, or, when that takes too long, by force."""
        if self._popen.poll() is None:
            self._popen.send_signal(signal.SIGTERM)
            try:
                self._popen.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                self.kill()
        self._log.close()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def clean_environment() -> dict[str, str]:
    """The environment without any setting of HCAI, whoever runs the tests."""
    ours = ("HCAI_", "OPENROUTER_", "OPENAI_", "HACKCLUB_", "DATABASE_URL", "REDIS_URL", "SENTRY_")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    return {**kept, "PYTHONUNBUFFERED": "1", "PYTHONPATH": str(ROOT)}
