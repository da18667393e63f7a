"""The Redis connection that workers share state over."""

import asyncio
import logging
from collections.abc import Awaitable
from typing import Any

from redis.asyncio import Redis
from redis.exceptions import (
    AuthenticationError,
    BusyLoadingError,
    InvalidResponse,
    ReadOnlyError,
    RedisError,
)

from hcai_app import clock

log = logging.getLogger(__name__)

TIMEOUT_S = 1.0
WORKERS = "hcai:workers"


class RedisClient:
    """This worker's connections to Redis."""

    def __init__(self, url: str) -> None:
        self.client = Redis.from_url(  # pyright: ignore[reportUnknownMemberType]
            url, socket_timeout=TIMEOUT_S, socket_connect_timeout=TIMEOUT_S, decode_responses=True
        )
        self._asking: set[asyncio.Future[Any]] = set()

    async def answers(self) -> bool:
        """Tell whether Redis answers."""
        if fault := await self.fault():
            log.warning("Redis %s", fault)
        return fault is None

    async def fault(self) -> str | None:
        """Say what is wrong with Redis and what to do, as what follows its name."""
        try:
            await self.client.ping()  # pyright: ignore[reportGeneralTypeIssues, reportUnknownMemberType]
        except (RedisError, OSError) as error:
            return _explain(error)
        return None

    async def count_workers(self, name: str, lease_ms: int) -> int:
        """Say that this worker lives; return how many do.

        Raises:
            redis.exceptions.RedisError: When Redis is away.
        """
        now = clock.now_ms()
        async with self.client.pipeline(transaction=True) as pipe:
            pipe.zadd(WORKERS, {name: now + lease_ms})
            pipe.zremrangebyscore(WORKERS, "-inf", now)
            pipe.zcard(WORKERS)
            count = (await pipe.execute())[-1]
        return max(1, int(count))

    def later(self, asking: Awaitable[Any]) -> None:
        """Ask something whose answer nobody waits for; a lease mends what is lost."""
        task = asyncio.ensure_future(asking)
        self._asking.add(task)
        task.add_done_callback(self._done)

    def _done(self, task: asyncio.Future[Any]) -> None:
        self._asking.discard(task)
        if not task.cancelled() and task.exception() is not None:
            log.warning("Redis was not told: %s", type(task.exception()).__name__)

    async def close(self) -> None:
        """Close the connections."""
        await self.client.aclose()


def _explain(error: Exception) -> str:
    text = str(error)
    if isinstance(error, AuthenticationError) or "NOAUTH" in text or "NOPERM" in text:
        return "does not let us in: check user and password in REDIS_URL"
    if "DB index" in text:
        return "has no database of that number: write another in REDIS_URL, like /0"
    if isinstance(error, ReadOnlyError):
        return "is a copy, and cannot be written: name the primary in REDIS_URL"
    if isinstance(error, BusyLoadingError):
        return "is still reading its data: try again (REDIS_URL)"
    if "SSL" in text or "certificate" in text:
        return "cannot be reached over TLS: check rediss:// and the ssl_ options in REDIS_URL"
    if isinstance(error, InvalidResponse):
        return "answers something else: check port and rediss:// in REDIS_URL"
    return f"does not answer ({type(error).__name__}): check REDIS_URL"
