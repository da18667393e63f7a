"""Tells the other workers, over Redis, whose figures have changed, and hears it from them.

While Redis is away each worker's tabs hear of its own calls; when it is back they all look again.
"""

import asyncio
import logging
import uuid
from typing import Any

import msgspec
from redis.exceptions import RedisError

from hcai_app import clock
from hcai_app.services.live.watching import Live
from hcai_app.services.redis_client import RedisClient

log = logging.getLogger(__name__)

CHANNEL = "hcai:live"
# Calls of so long are told together: the first at once, then at most 20 messages a second.
GATHER_S = 0.05
# So many users fit into one message; the others' tabs catch up at their next call.
MOST_USERS = 5_000
RETRY_S = 1.0
# Nothing heard for so long: ask whether the connection still lives.
QUIET_S = 5.0


class News(msgspec.Struct, frozen=True, array_like=True):
    """A message: who says it, and per user the earliest start of what is new."""

    worker: str
    touched: dict[str, int]


class RedisLive:
    """One worker's mouth and ear."""

    def __init__(self, live: Live, redis: RedisClient) -> None:
        self._live = live
        self._client = redis.client
        self._name = uuid.uuid4().hex
        self._untold: dict[str, int] = {}
        self._has_untold = asyncio.Event()
        self._deaf_since_ms: int | None = clock.now_ms()
        live.tell_others = self.tell

    def tell(self, user_id: str, since_ms: int) -> None:
        """Have the other workers told that a user's figures have changed here."""
        known = self._untold.get(user_id)
        if known is not None or len(self._untold) < MOST_USERS:
            self._untold[user_id] = min(since_ms, known or since_ms)
        self._has_untold.set()

    async def run(self) -> None:
        """Tell and hear, for ever."""
        async with asyncio.TaskGroup() as both:
            both.create_task(self._tell_forever(), name="live: telling")
            both.create_task(self._hear_forever(), name="live: hearing")

    async def _tell_forever(self) -> None:
        while True:
            await self._has_untold.wait()
            self._has_untold.clear()
            touched, self._untold = self._untold, {}
            try:
                await self._publish(News(self._name, touched))
            except (RedisError, OSError) as error:
                log.debug("live news were not told: %s", type(error).__name__)
            await asyncio.sleep(GATHER_S)

    async def _publish(self, news: News) -> None:
        client: Any = self._client
        await client.publish(CHANNEL, msgspec.json.encode(news))

    async def _hear_forever(self) -> None:
        while True:
            try:
                await self._hear()
            except (RedisError, OSError) as error:
                self._lose(error)
            await asyncio.sleep(RETRY_S)

    def _lose(self, error: Exception) -> None:
        if self._deaf_since_ms is None:
            self._deaf_since_ms = clock.now_ms()
            log.warning("other workers' live news are not heard: %s", type(error).__name__)

    async def _hear(self) -> None:
        channel: Any = self._client.pubsub()  # pyright: ignore[reportUnknownMemberType]
        async with channel:
            await channel.subscribe(CHANNEL)
            await self._receive(channel)  # Redis says that we are subscribed
            if self._deaf_since_ms is not None:
                self._live.touch_all(self._deaf_since_ms)
                self._deaf_since_ms = None
            while True:
                await self._receive(channel)

    async def _receive(self, channel: Any) -> None:
        """Take one message; what stays silent when asked is gone.

        Raises:
            redis.exceptions.RedisError: When Redis is away.
            TimeoutError: When it does not answer.
        """
        message = await channel.get_message(timeout=QUIET_S)
        if message is None:
            await channel.ping()
            message = await channel.get_message(timeout=QUIET_S)
        if message is None:
            raise TimeoutError
        if message["type"] == "message":
            self._take(message["data"])

    def _take(self, data: str) -> None:
        try:
            news = msgspec.json.decode(data, type=News)
        except msgspec.DecodeError as error:
            log.warning("live news cannot be read: %s", error)
            return
        if news.worker != self._name:
            for user_id, since_ms in news.touched.items():
                self._live.touch(user_id, since_ms)
