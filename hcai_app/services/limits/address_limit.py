"""Limits per client address, of all workers together; no address leaves the process as it is."""

from limits import RateLimitItem

from hcai_app import hashing
from hcai_app.services.limits.rate import RateLimit
from hcai_app.services.limits.windows import Standing
from hcai_app.services.redis_client import RedisClient


class AddressLimit:
    """One limit, by the client's address, which is counted under a keyed hash of itself."""

    def __init__(
        self, name: str, item: RateLimitItem, redis: RedisClient | None, secret_key: str
    ) -> None:
        self._limit = RateLimit(name, item, redis)
        self._secret_key = secret_key

    async def hit(self, address: str) -> Standing:
        """Count an attempt of an address and return whether it is allowed."""
        hashed = hashing.keyed_hash(address, self._secret_key, b"client address")
        return await self._limit.hit(hashed)
