"""The product as its users have it: the server process, the command line, the rows it writes."""

import contextlib
import json
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx

from tests.harness.operator import OPERATOR
from tests.harness.processes import (
    ROOT,
    START_SECONDS,
    TLS,
    Process,
    clean_environment,
    free_port,
)

# How long a revocation, a ban or another budget may take to reach the server.
CHANGED_S = 1.0
# What a folder needs so that the product runs there as in its own tree, with its own data.
PARTS = ("hcai_app", "alembic", "alembic.ini", "rxconfig.py", "assets", "reflex.lock")


class Product:
    """One installation of HCAI in a folder of its own; its server is the API's."""

    part = "--api-only"

    def __init__(self, folder: Path, **settings: str) -> None:
        self.folder = folder
        for part in PARTS:
            if not (folder / part).exists():
                (folder / part).symlink_to(ROOT / part)
        self.port = free_port()
        self.origin = f"http://127.0.0.1:{self.port}"
        self.settings = {
            "DATABASE_URL": f"sqlite:///{folder / 'hcai.db'}",
            "HCAI_SECRET_KEY": "a secret of the tests, long enough for it",
            "HCAI_BASE_URL": self.origin,
            **settings,
        }
        self.base_url = f"{self.origin}/proxy/v1"
        self.process: Process | None = None

    @property
    def env(self) -> dict[str, str]:
        return {**clean_environment(), **self.settings}

    def start(self, workers: int = 1, api_workers: int = 0) -> "Product":
        """Start the server and wait until each of its workers is ready."""
        self.launch(workers, api_workers).wait_until_ready()
        if (count := workers + api_workers) > 1:
            self._wait_for_workers(count)
        return self

    def _wait_for_workers(self, count: int) -> None:
        """Wait until so many show their metrics: the first that is ready answers for itself."""
        token = self.settings.get("HCAI_METRICS_TOKEN", "")
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        deadline, shown = time.monotonic() + START_SECONDS, ""
        while time.monotonic() < deadline:
            with contextlib.suppress(httpx.HTTPError):  # of a server before, on the same port
                url = f"{self.origin}/metrics"
                shown = httpx.get(url, headers=headers, timeout=10, verify=TLS).text
            if shown.count("process_resident_memory_bytes{worker=") == count:
                return
            time.sleep(0.05)
        raise RuntimeError(f"not {count} workers after {START_SECONDS} s: {shown[-500:]}")

    def launch(self, workers: int = 1, api_workers: int = 0) -> Process:
        """Start the server, which may have to wait for what it needs."""
        arguments = ["serve", self.part, "--host", "127.0.0.1", "--port", str(self.port)]
        if workers > 1:
            arguments += ["--workers", str(workers)]
        if api_workers:
            arguments += ["--api-workers", str(api_workers)]
        self.process = Process(
            arguments,
            folder=self.folder,
            env=self.env,
            ready=f"{self.origin}/readyz",
            # What Python loads at its start has been loaded long before a fork.
            is_forked="PYTHONPATH" not in self.settings,
        )
        return self.process

    def stop(self) -> None:
        if self.process is not None:
            self.process.stop()
            self.process = None

    def kill(self) -> None:
        """`kill -9`."""
        assert self.process is not None
        self.process.kill()
        self.process = None

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run a command as an operator does."""
        return subprocess.run(
            [sys.executable, "-m", "hcai_app", *arguments],
            cwd=self.folder,
            env=self.env,
            capture_output=True,
            text=True,
            check=False,
        )

    def attempt(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run a command that may fail, without a process of its own."""
        return OPERATOR.run(arguments, folder=self.folder, env=self.env)

    def cli(self, *arguments: str) -> str:
        """Run a command that must succeed, without a process of its own; return what it prints."""
        done = self.attempt(*arguments)
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    def change(self, *arguments: str) -> str:
        """Run a command that changes who may do what, and wait until every worker knows."""
        printed = self.cli(*arguments)
        time.sleep(CHANGED_S)
        return printed

    def make_key(self, slack_id: str = "U1", *more: str) -> str:
        """Make a user and a key for them, return the key."""
        self.cli("users", "create", "--slack-id", slack_id, "--name", "Ada", *more)
        return self.cli("keys", "create", "--user", slack_id, "--name", "laptop")

    def rows(self, *more: str) -> list[dict[str, Any]]:
        """The ledger, as the export tells it."""
        text = self.cli("usage", "export", "--format", "jsonl", *more)
        return [json.loads(line) for line in text.splitlines()]

    def wait_for_rows(
        self, are_right: Callable[[list[dict[str, Any]]], bool], seconds: float = 20
    ) -> list[dict[str, Any]]:
        """Read the ledger until it is as it should be; the last reading, when it never is."""
        deadline = time.monotonic() + seconds
        rows = self.rows()
        while not are_right(rows) and time.monotonic() < deadline:
            time.sleep(0.1)
            rows = self.rows()
        return rows

    def chat(self, key: str, text: str = "hi", **fields: Any) -> httpx.Response:
        """Ask for a chat completion; the text may hold a `/simulate` line."""
        body = {
            "model": "qwen/qwen3-32b",
            "messages": [{"role": "user", "content": text}],
            **fields,
        }
        return self.post("/chat/completions", key, json=body)

    def post(self, path: str, key: str | None, **request: Any) -> httpx.Response:
        return self.request("POST", path, key, **request)

    def get(self, path: str, key: str | None = None, **request: Any) -> httpx.Response:
        return self.request("GET", path, key, **request)

    def request(
        self, method: str, path: str, key: str | None = None, **request: Any
    ) -> httpx.Response:
        headers = {"Authorization": f"Bearer {key}"} if key else {}
        headers |= request.pop("headers", {})
        url = self.base_url + path
        return httpx.request(method, url, headers=headers, timeout=60, verify=TLS, **request)


class Backend(Product):
    """An installation whose server answers pages' events too: it loads Reflex."""

    part = "--backend-only"
