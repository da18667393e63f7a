"""The operator's command line without its second of imports: each command is a fork of one process.

`python -m tests.harness.operator` reads a job a line (folder, environment, arguments) and answers
each with a line: exit code, output and errors.
"""

import atexit
import contextlib
import io
import json
import os
import subprocess
import sys
import threading
import traceback
from pathlib import Path
from typing import Any

from hcai_app.cli.main import main as run_command

ROOT = Path(__file__).resolve().parents[2]


class Operator:
    """Runs commands in any installation; its process starts with the first of them."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[str] | None = None
        self._lock = threading.Lock()

    def run(
        self, arguments: tuple[str, ...], *, folder: Path, env: dict[str, str]
    ) -> subprocess.CompletedProcess[str]:
        """Run one command to its end."""
        job = json.dumps({"folder": str(folder), "env": env, "arguments": arguments})
        with self._lock:
            process = self._process or self._start()
            assert process.stdin
            assert process.stdout
            process.stdin.write(job + "\n")
            process.stdin.flush()
            told = json.loads(process.stdout.readline())
        return subprocess.CompletedProcess(
            arguments, told["code"], stdout=told["output"], stderr=told["errors"]
        )

    def _start(self) -> subprocess.Popen[str]:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.harness.operator"],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        atexit.register(self._stop)
        return self._process

    def _stop(self) -> None:
        if self._process is not None:
            self._process.communicate()


OPERATOR = Operator()


def main() -> None:
    for line in sys.stdin:
        sys.stdout.write(_in_a_fork(json.loads(line)) + "\n")
        sys.stdout.flush()


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
    os.chdir(job["folder"])
    os.environ.clear()
    os.environ.update(job["env"])
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
