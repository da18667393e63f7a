"""Rate limits per user: a moving window, exact in memory, shared over Redis by several workers."""

import logging
from dataclasses import replace

from limits import RateLimitItem
from limits.aio.storage import RedisStorage
from limits.aio.strategies import MovingWindowRateLimiter

from hcai_app.services.windows import Standing, Windows

log = logging.getLogger(__name__)


class RateLimit:
    """One limit, by user."""

    def __init__(self, name: str, item: RateLimitItem, redis_url: str | None) -> None:
        self._name = name
        self._item = item
        self._windows = Windows(item.amount, item.get_expiry())
        self._shared = _shared_limiter(redis_url) if redis_url else None

    async def hit(self, user_id: str) -> Standing:
        """Count an attempt; the standing tells whether it passes."""
        if self._shared is not None:
            try:
                return await self._hit_shared(self._shared, user_id)
            except Exception as error:  # each worker limits by itself while Redis is away
                log.warning("the rate limit is not shared: %s", type(error).__name__)
        return self._windows.hit(user_id)

    async def peek(self, user_id: str) -> Standing:
        """Tell where a user stands, without counting anything."""
        if self._shared is not None:
            try:
                return await self._standing(self._shared, user_id)
            except Exception as error:
                log.warning("the rate limit cannot be looked at: %s", type(error).__name__)
        return self._windows.peek(user_id)

    async def _hit_shared(self, limiter: MovingWindowRateLimiter, user_id: str) -> Standing:
        is_allowed = await limiter.hit(self._item, self._name, user_id)
        standing = await self._standing(limiter, user_id)
        return replace(standing, is_allowed=is_allowed)

    async def _standing(self, limiter: MovingWindowRateLimiter, user_id: str) -> Standing:
        window = await limiter.get_window_stats(self._item, self._name, user_id)
        has_room = window.remaining > 0
        return Standing(has_room, self._item.amount, window.remaining, window.reset_time)


def _shared_limiter(redis_url: str) -> MovingWindowRateLimiter:
    storage = RedisStorage(f"async+{redis_url}", implementation="redispy", key_prefix="hcai:limit")
    return MovingWindowRateLimiter(storage)
