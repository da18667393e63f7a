"""The whole product, pages included, beside a sign-in provider; and people with browsers."""

import itertools
import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
from playwright.sync_api import Browser, Page

from tests.harness.identity import Identity
from tests.harness.operator import OPERATOR
from tests.harness.processes import ROOT, clean_environment, free_port

BUILD_AND_START_S = 240
STOP_S = 20
SETTLED_S = 30
ADDRESSES = itertools.count(1)
KEY_SECRET = "a secret of the browser tests, long enough"


class Site:
    """One installation, served from the source tree so that its pages are built once."""

    def __init__(self, folder: Path, identity: Identity, **settings: str) -> None:
        self.folder, self.identity = folder, identity
        self.port = free_port()
        self.origin = f"http://localhost:{self.port}"
        self.base_url = f"{self.origin}/proxy/v1"
        self.database_url = f"sqlite:///{folder / 'hcai.db'}"
        self.env = {
            **clean_environment(),
            "DATABASE_URL": self.database_url,
            "HCAI_BASE_URL": self.origin,
            "HCAI_SECRET_KEY": KEY_SECRET,
            "HCAI_REQUIRE_VERIFIED": "true",
            # Everybody comes from an address of their own: sign-ins are counted by address.
            "HCAI_TRUSTED_PROXY_HOPS": "1",
            **identity.settings(),
            **settings,
        }
        self._log_path = folder / "server.log"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self, *, workers: int = 1, **settings: str) -> "Site":
        """Start it, with settings beside its own; it can be stopped and started again."""
        command = [sys.executable, "-m", "hcai_app", "serve"]
        command += ["--port", str(self.port), "--workers", str(workers)]
        with self._log_path.open("ab") as log:
            self._process = subprocess.Popen(
                command,
                cwd=ROOT,
                env={**self.env, **settings},
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        deadline = time.monotonic() + BUILD_AND_START_S
        # One client: each makes a TLS context, which takes longer than a request.
        with httpx.Client(timeout=5) as client:
            while time.monotonic() < deadline and self._process.poll() is None:
                try:
                    if client.get(f"{self.origin}/").status_code == 200:
                        return self
                except httpx.TransportError:
                    time.sleep(0.25)
        raise RuntimeError(f"the site did not start:\n{self.log[-3000:]}")

    def stop(self) -> None:
        if self._process is not None:
            self._process.terminate()
            try:
                self._process.wait(STOP_S)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()

    @property
    def log(self) -> str:
        return self._log_path.read_text(errors="replace")

    def cli(self, *arguments: str) -> str:
        done = OPERATOR.run(arguments, folder=self.folder, env=self.env)
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    def rows(self, slack_id: str) -> list[dict[str, Any]]:
        """The books' rows of a student, the oldest call first."""
        text = self.cli("usage", "export", "--user", slack_id, "--format", "jsonl")
        rows = [json.loads(line) for line in text.splitlines()]
        return sorted(rows, key=lambda row: row["started_at"])

    def settled_rows(self, slack_id: str, count: int) -> list[dict[str, Any]]:
        """The same, as soon as there are so many of them and each has its cost."""
        deadline = time.monotonic() + SETTLED_S
        while time.monotonic() < deadline:
            rows = self.rows(slack_id)
            if len(rows) >= count and all(row["settled"] for row in rows):
                return rows
            time.sleep(0.1)
        raise AssertionError(f"not {count} settled rows: {self.rows(slack_id)}")


class Person:
    """Somebody with a browser, and everything that went wrong in it."""

    def __init__(
        self, browser: Browser, site: Site, *, width: int = 1280, height: int = 900, **options: Any
    ) -> None:
        self.site = site
        number = next(ADDRESSES)
        self.context = browser.new_context(
            viewport={"width": width, "height": height},
            extra_http_headers={"X-Forwarded-For": f"10.0.{number >> 8}.{number & 255}"},
            **options,
        )
        self.page: Page = self.context.new_page()
        self.width = width
        self.problems: list[str] = []
        self.frames: list[str] = []
        self.page.on("console", self._note_console)
        self.page.on("pageerror", lambda error: self.problems.append(str(error)))
        self.page.on("request", lambda request: self._note_address(request.url))
        self.page.on("websocket", self._note_socket)

    def sign_in(self, name: str = "Ada", **claims: Any) -> "Person":
        """Sign in as the person whom the provider knows by this Slack id, or else by this name.

        The browser follows, but shows no page: `test_journey.py` signs in as people do.
        """
        if "slack_id" in claims:
            claims.setdefault("sub", f"ident!{claims['slack_id']}")
        self.site.identity.person(name, **claims)
        self.context.request.get(f"{self.site.origin}/auth/login")
        return self

    def open(self, path: str) -> Page:
        self.page.goto(self.site.origin + path, wait_until="networkidle")
        return self.page

    def turn_to(self, width: int, mode: str) -> None:
        """Make the window so wide, and have the machine turn light or dark."""
        self.width = width
        self.page.set_viewport_size({"width": width, "height": 900})
        self.page.emulate_media(color_scheme=mode)  # pyright: ignore[reportArgumentType]

    def overflow(self) -> int:
        """How many pixels the page is wider than its window."""
        return self.page.evaluate("document.documentElement.scrollWidth") - self.width

    def close(self) -> None:
        self.context.close()

    def _note_console(self, message: Any) -> None:
        address = message.location.get("url", "")
        if message.type in {"error", "warning"} and not address.startswith(
            self.site.identity.issuer
        ):
            self.problems.append(f"{message.text} {address}")

    def _note_socket(self, socket: Any) -> None:
        self._note_address(socket.url)
        socket.on("framereceived", lambda data: self.frames.append(str(data)))
        socket.on("framesent", lambda data: self.frames.append(str(data)))

    def _note_address(self, url: str) -> None:
        parts = urlsplit(url)
        own = {urlsplit(self.site.origin).netloc, urlsplit(self.site.identity.issuer).netloc}
        if parts.scheme not in {"data", "blob"} and parts.netloc not in own:
            self.problems.append(f"foreign request: {url}")
