"""What several workers share over Redis."""

import logging

from redis.asyncio import Redis
from redis.exceptions import RedisError

log = logging.getLogger(__name__)

TIMEOUT_S = 1.0


class SharedRedis:
    """This worker's connections to Redis."""

    def __init__(self, url: str) -> None:
        self.client = Redis.from_url(  # pyright: ignore[reportUnknownMemberType]
            url, socket_timeout=TIMEOUT_S, socket_connect_timeout=TIMEOUT_S, decode_responses=True
        )

    async def answers(self) -> bool:
        """Tell whether Redis answers."""
        try:
            await self.client.ping()  # pyright: ignore[reportGeneralTypeIssues, reportUnknownMemberType]
        except (RedisError, OSError) as error:
            log.warning("Redis is away: %s", type(error).__name__)
            return False
        return True

    async def close(self) -> None:
        """Close the connections."""
        await self.client.aclose()
