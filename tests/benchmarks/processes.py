"""The benchmark's child processes: each pinned to a core, none left behind."""

import contextlib
import os
import resource
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path

_CORES = sorted(os.sched_getaffinity(0))
SERVER_CORE = _CORES[0]
LOAD_CORE = _CORES[1 % len(_CORES)]
_START_S = 120
_STOP_S = 20


class BenchmarkError(Exception):
    """The benchmark cannot run; the message says why."""


@dataclass
class Server:
    """A running server."""

    name: str
    port: int
    process: subprocess.Popen[bytes]
    log: Path

    @property
    def pid(self) -> int:
        return self.process.pid


class Processes:
    """Starts servers, and ends all of them when the block is left."""

    def __init__(self, folder: Path):
        self.folder = folder
        self.servers: list[Server] = []

    def __enter__(self) -> "Processes":
        return self

    def __exit__(self, *_: object) -> None:
        for server in self.servers:
            self.stop(server)

    def start(self, name: str, command: tuple[str, ...], core: int, env: dict[str, str]) -> Server:
        """Start a server on a free port; `{port}` in its command is filled in."""
        port = free_port()
        log = self.folder / f"{name.replace(' ', '-')}-{port}.log"
        with log.open("wb") as output:
            process = subprocess.Popen(
                [part.format(port=port) for part in command],
                env={**os.environ, "TMPDIR": str(self.folder), **env},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                preexec_fn=lambda: pin(core),
            )
        server = Server(name, port, process, log)
        self.servers.append(server)
        return server

    def stop(self, server: Server) -> None:
        """Ask a server to end, then end it and whatever it started."""
        with contextlib.suppress(ProcessLookupError, subprocess.TimeoutExpired):
            if server.process.poll() is None:
                server.process.send_signal(signal.SIGTERM)
                server.process.wait(_STOP_S)
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(server.pid, signal.SIGKILL)
        server.process.wait()


def pin(core: int) -> None:
    """Keep this process on a core, and let it open as many sockets as it may."""
    os.sched_setaffinity(0, {core})
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


def wait_until_ready(server: Server, path: str) -> None:
    """Return when the server answers 200.

    Raises:
        BenchmarkError: When it ends or takes too long; with the last lines it wrote.
    """
    deadline = time.monotonic() + _START_S
    while time.monotonic() < deadline and server.process.poll() is None:
        if _answers(f"http://127.0.0.1:{server.port}{path}"):
            return
        time.sleep(0.1)
    code = server.process.poll()
    why = f"did not answer {path} within {_START_S} s" if code is None else f"ended with {code}"
    last = "\n".join(server.log.read_text(errors="replace").splitlines()[-25:])
    raise BenchmarkError(f"{server.name} {why}; the end of its log:\n{last}")


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=2) as answer:  # noqa: S310
            return answer.status == 200
    except (OSError, urllib.error.URLError):
        return False


def free_port() -> int:
    """Find a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
