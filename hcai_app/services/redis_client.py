"""The Redis connection that workers share state over."""

import asyncio
import logging
from collections.abc import Awaitable
from typing import Any

from redis.asyncio import Redis
from redis.exceptions import RedisError

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
        try:
            await self.client.ping()  # pyright: ignore[reportGeneralTypeIssues, reportUnknownMemberType]
        except (RedisError, OSError) as error:
            log.warning("Redis is away: %s", type(error).__name__)
            return False
        return True

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
