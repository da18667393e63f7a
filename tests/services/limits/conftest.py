"""A site of several workers, and a Redis of its own that may be stopped and frozen."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from hcai_app.db.engine import Database
from hcai_app.services import call, redis_client
from tests.harness.own_redis import OwnRedis, own_redis
from tests.services.limits.site import BUSY_S, LIMIT, WORKER_COUNT, Site, site_of


@pytest.fixture
def redis(tmp_path: Path) -> Iterator[OwnRedis]:
    with own_redis(tmp_path) as server:
        yield server


@pytest.fixture
async def site(
    redis: OwnRedis, database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Site]:
    monkeypatch.setattr(call, "FIRST_LOOKUP_MS", 0)
    monkeypatch.setattr(redis_client, "TIMEOUT_S", BUSY_S)
    folder = tmp_path / "journal"
    async with site_of(database, redis.url, folder, LIMIT, WORKER_COUNT, with_beat=False) as opened:
        yield opened
