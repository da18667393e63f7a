"""Builds the compiled pages when sources or settings have changed, and configures serving."""

import fcntl
import hashlib
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path

from hcai_app.edge.reflex_internals import environment
from hcai_app.settings import WEB, load_settings
from hcai_app.settings.models import ModelSettings

BUILT_PAGES = WEB / "build" / "client"
# Reflex removes the folder with every build of its own, and the stamp with it.
STAMP = WEB / "build" / "hcai-sources"
BUILD_LOCK = WEB / "hcai-build.lock"
# What the pages are made of. They import from half of our modules, so all count: a build too many
# costs half a minute at a start, one too few shows what is no longer so.
SOURCES = ("rxconfig.py", "hcai_app", "assets", "reflex.lock")
# What Python and Reflex make in them.
MADE = frozenset({"__pycache__", "external"})
# The settings whose values are written into the pages, the pages' configuration included.
SHOWN_SETTINGS = (
    *ModelSettings.model_fields,
    "base_url",
    "hackclub_issuer",
    "data_policy",
    "chat_rate_limit",
    "moderation_rate_limit",
    "daily_budget_usd",
    "max_body_mb",
    "max_keys",
    "max_in_flight",
    "heartbeat_seconds",
    "upstream_timeout_seconds",
    "retention_days",
)
# Runs a command as a process group that is killed when its standard input ends: Node's processes
# are grandchildren of a build, which nothing else would end when we are killed.
LEASH = (
    *("sh", "-c"),
    'exec 3<&0; (cat <&3; kill -9 -$$) >/dev/null 2>&1 & exec "$@" </dev/null 3<&-',
    "build",
)


class BuildError(Exception):
    """The build failed; the message holds the end of its output."""


def ensure_built() -> None:
    """Build the pages unless the present build is of these sources and settings.

    Takes about 25 s. Of several processes one builds and the others wait for it.

    Raises:
        BuildError: When the build fails.
    """
    if _is_fresh():
        return
    with _build_lock():
        if not _is_fresh():
            _build()


def serve_built_pages(port: int, *, with_pages: bool = True) -> None:
    """Make `hcai_app.hcai_app:app` serve the built pages, here and in every worker started here.

    Without pages it serves only the API and the pages' events, and needs no build.

    Call it before that module is imported.
    """
    environment.serve_compiled(port, with_pages=with_pages)


def _is_fresh() -> bool:
    return STAMP.exists() and STAMP.read_text() == _fingerprint()


def _fingerprint() -> str:
    """Return a hash of the pages' sources and of the settings that they show."""
    settings = load_settings()
    shown = [settings.is_simulated, *(str(getattr(settings, name)) for name in SHOWN_SETTINGS)]
    digest = hashlib.sha256(repr([version("reflex"), *shown]).encode())
    for file in _source_files():
        digest.update(str(file).encode() + b"\0" + file.read_bytes() + b"\0")
    return digest.hexdigest()


def _source_files() -> Iterator[Path]:
    for source in map(Path, SOURCES):
        if source.is_file():
            yield source
        for file in sorted(source.rglob("*")):
            if file.is_file() and MADE.isdisjoint(file.parts):
                yield file


@contextmanager
def _build_lock() -> Iterator[None]:
    BUILD_LOCK.parent.mkdir(exist_ok=True)
    with BUILD_LOCK.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _build() -> None:
    fingerprint = _fingerprint()
    command = [sys.executable, "-m", "reflex", "export", "--frontend-only", "--no-zip"]
    result = run_leashed(command)
    if result.returncode != 0:
        raise BuildError("\n".join(result.stdout.splitlines()[-20:]))
    STAMP.write_text(fingerprint)


def run_leashed(command: list[str]) -> subprocess.CompletedProcess[str]:
    """Run a command that ends with this process, its own children too, however this one ends."""
    held, ours = os.pipe()
    try:
        return subprocess.run(  # noqa: S603 - a fixed command
            [*LEASH, *command],
            stdin=held,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
            start_new_session=True,
        )
    finally:
        os.close(ours)
        os.close(held)
