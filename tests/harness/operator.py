"""The operator's commands and servers without their second of imports: forks of one process.

`python -m tests.harness.operator` reads a job a line and answers each with a line. A command
(folder, environment, arguments) runs to its end: exit code, output and errors. A server (its log
besides) goes on: its process id. How a server has ended (its process id) is null while it runs.
"""

import atexit
import contextlib
import gc
import importlib
import io
import json
import multiprocessing
import os
import signal
import subprocess
import sys
import threading
import time
import traceback
from multiprocessing.connection import Connection, Pipe
from multiprocessing.process import BaseProcess
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from hcai_app.cli.checks import read_data
from hcai_app.cli.main import main as run_command
from hcai_app.upstream.rare_calls import open_client

ROOT = Path(__file__).resolve().parents[2]
# What `serve` and `simulate` load when they start or are first asked; nothing of it reads a setting
# then. Of what answers pages' events it is Reflex alone: our pages are made of settings.
SERVERS = (
    *("hcai_app.edge.api_server", "hcai_app.simulator.server", "uvloop", "wsproto"),
    *("hcai_app.edge.reflex_internals.sockets", "hcai_app.edge.reflex_internals.states"),
    "hcai_app.services.live.redis",
    *("authlib.oauth2.client", "authlib.oidc.core", "joserfc.jwt", "joserfc.jwk"),
)
POLL_S = 0.02


class Operator:
    """Runs commands and servers in any installation; its process starts with the first of them."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[str] | None = None
        self._lock = threading.Lock()

    def run(
        self, arguments: tuple[str, ...], *, folder: Path, env: dict[str, str]
    ) -> subprocess.CompletedProcess[str]:
        """Run one command to its end."""
        told = self._ask(folder=str(folder), env=env, arguments=arguments)
        return subprocess.CompletedProcess(
            arguments, told["code"], stdout=told["output"], stderr=told["errors"]
        )

    def start(
        self, arguments: list[str], *, folder: Path, env: dict[str, str], log: Path
    ) -> "Fork":
        """Start a server, which writes into that log."""
        job = {"folder": str(folder), "env": env, "arguments": arguments, "log": str(log)}
        return Fork(self, self._ask(**job)["pid"])

    def exit_code(self, pid: int) -> int | None:
        """How a server has ended, which can be asked until it has: None while it runs."""
        return self._ask(pid=pid)["code"]

    def _ask(self, **job: Any) -> dict[str, Any]:
        with self._lock:
            process = self._process or self._start()
            assert process.stdin
            assert process.stdout
            process.stdin.write(json.dumps(job) + "\n")
            process.stdin.flush()
            return json.loads(process.stdout.readline())

    def _start(self) -> subprocess.Popen[str]:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.harness.operator"],
            cwd=ROOT,
            env={**os.environ, "PYTHONUNBUFFERED": "1"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        atexit.register(self._stop)
        return self._process

    def _stop(self) -> None:
        if self._process is not None:
            self._process.communicate()


class Fork:
    """A server that the operator's process has forked, as `subprocess.Popen` would show it."""

    def __init__(self, operator: Operator, pid: int) -> None:
        self._operator, self.pid = operator, pid
        self.returncode: int | None = None

    def poll(self) -> int | None:
        if self.returncode is None:
            self.returncode = self._operator.exit_code(self.pid)
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        deadline = None if timeout is None else time.monotonic() + timeout
        while (code := self.poll()) is None:
            if deadline is not None and time.monotonic() > deadline:
                raise subprocess.TimeoutExpired(str(self.pid), timeout or 0)
            time.sleep(POLL_S)
        return code

    def send_signal(self, number: int) -> None:
        if self.poll() is None:
            os.kill(self.pid, number)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)


OPERATOR = Operator()


def main() -> None:
    for name in SERVERS:
        importlib.import_module(name)
    # Every server reads these at its start, and keeps them: rules and authorities for TLS.
    read_data()
    open_client()
    gc.freeze()  # what all share is never written to
    for line in sys.stdin:
        sys.stdout.write(json.dumps(_answer(json.loads(line))) + "\n")
        sys.stdout.flush()


def _answer(job: dict[str, Any]) -> dict[str, Any]:
    if "pid" in job:
        pid, status = os.waitpid(job["pid"], os.WNOHANG)
        return {"code": os.waitstatus_to_exitcode(status) if pid else None}
    return {"pid": _serving(job)} if "log" in job else json.loads(_in_a_fork(job))


def _serving(job: dict[str, Any]) -> int:
    """Fork a server; the child ends with it, as a process does: by `SystemExit`."""
    if child := os.fork():
        return child
    log = os.open(job["log"], os.O_WRONLY | os.O_APPEND)
    nothing = os.open(os.devnull, os.O_RDONLY)
    for source, target in ((nothing, 0), (log, 1), (log, 2)):
        os.dup2(source, target)
        os.set_inheritable(target, True)
    _settle_in(job)
    _fork_workers()
    raise SystemExit(run_command(job["arguments"]))


def _fork_workers() -> None:
    """Have a supervisor fork its workers: each would load for itself what is loaded here."""
    supervisor: Any = importlib.import_module("hcai_app.edge.supervisor")
    fork, lines = multiprocessing.get_context("fork"), list[Connection]()

    def pipe() -> tuple[Connection, Connection]:
        ours, theirs = Pipe()
        lines.append(ours)
        return ours, theirs

    def process(target: Any, args: tuple[int, Connection]) -> BaseProcess:
        return fork.Process(target=_work, args=(lines, target, *args))

    supervisor.multiprocessing = SimpleNamespace(Pipe=pipe)
    supervisor.SPAWN = SimpleNamespace(Process=process)


def _work(lines: list[Connection], target: Any, number: int, line: Connection) -> None:
    """Be a worker, which has nothing of its supervisor's: else no line would end with that."""
    for one in lines:
        one.close()
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    target(number, line)


def _settle_in(job: dict[str, Any]) -> None:
    os.chdir(job["folder"])
    os.environ.clear()
    os.environ.update(job["env"])


def _in_a_fork(job: dict[str, Any]) -> str:
    reader, writer = os.pipe()
    child = os.fork()
    if not child:
        os.close(reader)
        with os.fdopen(writer, "w") as answer:
            answer.write(json.dumps(_done(job)))
        os._exit(0)
    os.close(writer)
    with os.fdopen(reader) as answer:
        told = answer.read()
    os.waitpid(child, 0)
    return told


def _done(job: dict[str, Any]) -> dict[str, Any]:
    _settle_in(job)
    output, errors = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(output), contextlib.redirect_stderr(errors):
        code = _exit_code(job["arguments"])
    return {"code": code, "output": output.getvalue(), "errors": errors.getvalue()}


def _exit_code(arguments: list[str]) -> int:
    try:
        return run_command(arguments)
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else 1
    except Exception:
        traceback.print_exc()
        return 1


if __name__ == "__main__":
    main()
