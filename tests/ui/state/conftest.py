"""A worker that is open in this process, and pages' states as Reflex makes them."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from hcai_app.settings import read_settings
from hcai_app.worker import context, starting
from hcai_app.worker.context import Worker
from hcai_app.worker.opening import open_worker
from tests.harness.processes import ROOT
from tests.harness.provider import Provider

STARTED_S = 30
SECRET = "a secret of the tests, long enough for it"


@pytest.fixture
async def serving(
    provider: Provider, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Worker]:
    """This process's worker, on an empty database."""
    for part in ("alembic", "alembic.ini"):
        (tmp_path / part).symlink_to(ROOT / part)
    monkeypatch.chdir(tmp_path)
    given = read_settings(
        {
            "DATABASE_URL": f"sqlite:///{tmp_path / 'books.db'}",
            "HCAI_SECRET_KEY": SECRET,
            "HCAI_MAX_KEYS": "3",
            "OPENROUTER_API_KEY": "sk-or-v1-test",
            "OPENROUTER_BASE_URL": provider.base_url,
        }
    )
    async with open_worker(given, host="127.0.0.1") as opened, starting.serving(opened):
        async with asyncio.timeout(STARTED_S):
            while context.current() is not opened:  # noqa: ASYNC110 - the start tells nobody
                await asyncio.sleep(0.01)
        yield opened
