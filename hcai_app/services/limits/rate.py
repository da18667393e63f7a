"""Rate limits per user: a sliding window, exact in memory, shared over Redis."""

import logging
import time
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

from limits import RateLimitItem
from limits.aio.storage import RedisStorage
from limits.aio.strategies import MovingWindowRateLimiter

from hcai_app.services.limits.windows import Standing, Windows
from hcai_app.services.redis_client import RedisClient

log = logging.getLogger(__name__)

# So long is Redis left alone after a failure: who comes meanwhile does not wait for it again.
RETRY_S = 1.0


class RateLimit:
    """One limit, by user."""

    def __init__(self, name: str, item: RateLimitItem, redis: RedisClient | None) -> None:
        self._name = name
        self._item = item
        self._windows = Windows(item.amount, item.get_expiry())
        self._shared = _shared_limiter(redis) if redis else None
        self._ask_at_s = 0.0  # when Redis may be asked again

    async def hit(self, user_id: str) -> Standing:
        """Count an attempt and return whether it is allowed."""
        return await self._ask(self._hit_shared, self._windows.hit, user_id)

    async def peek(self, user_id: str) -> Standing:
        """Return a user's standing without counting a hit."""
        return await self._ask(self._standing, self._windows.peek, user_id)

    async def _ask(
        self,
        shared: Callable[[MovingWindowRateLimiter, str], Awaitable[Standing]],
        own: Callable[[str], Standing],
        user_id: str,
    ) -> Standing:
        """Ask Redis; while it is away, each worker limits by itself."""
        if self._shared is not None and time.monotonic() >= self._ask_at_s:
            try:
                return await shared(self._shared, user_id)
            except Exception as error:
                self._ask_at_s = time.monotonic() + RETRY_S
                log.warning("the rate limit is not shared: %s", type(error).__name__)
        return own(user_id)

    async def _hit_shared(self, limiter: MovingWindowRateLimiter, user_id: str) -> Standing:
        is_allowed = await limiter.hit(self._item, self._name, user_id)
        standing = await self._standing(limiter, user_id)
        return replace(standing, is_allowed=is_allowed)

    async def _standing(self, limiter: MovingWindowRateLimiter, user_id: str) -> Standing:
        window = await limiter.get_window_stats(self._item, self._name, user_id)
        has_room = window.remaining > 0
        return Standing(has_room, self._item.amount, window.remaining, window.reset_time)


def _shared_limiter(redis: RedisClient) -> MovingWindowRateLimiter:
    # The worker's own connections: their timeouts are kept, and they are closed with the others.
    pool: Any = redis.client.connection_pool
    storage = RedisStorage(
        "async+redis://", implementation="redispy", key_prefix="hcai:limit", connection_pool=pool
    )
    return MovingWindowRateLimiter(storage)
