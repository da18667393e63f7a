"""Tells the other workers, over Redis, whose figures have changed, and hears it from them.

While Redis is away each worker's tabs follow its own calls; when it is back all are refreshed.
"""

import asyncio
import logging
import uuid
from typing import Any

import msgspec
from redis.exceptions import RedisError

from hcai_app import clock
from hcai_app.services.live.tabs import Tabs
from hcai_app.services.redis_client import RedisClient

log = logging.getLogger(__name__)

CHANNEL = "hcai:live"
# Seconds: changes are gathered; the first goes at once, then at most 20 messages a second.
GATHER_S = 0.05
# Users in one message; the others' tabs catch up at their next call.
MOST_USERS = 5_000
# Seconds between attempts to subscribe while Redis is away.
RETRY_S = 1.0
# Seconds of silence after which the connection is pinged.
QUIET_S = 5.0


class Message(msgspec.Struct, frozen=True, array_like=True):
    """What is published: by whom, and per user the earliest start of what is new."""

    worker: str
    changed: dict[str, int]


class OtherWorkers:
    """One worker's connection to the tabs of the others."""

    def __init__(self, redis: RedisClient) -> None:
        self._client = redis.client
        self._name = uuid.uuid4().hex
        self._unsent: dict[str, int] = {}
        self._has_unsent = asyncio.Event()
        self._away_since_ms: int | None = clock.now_ms()

    def tell(self, user_id: str, since_ms: int) -> None:
        """Publish soon that a user's figures have changed here."""
        known = self._unsent.get(user_id)
        if known is not None or len(self._unsent) < MOST_USERS:
            self._unsent[user_id] = min(since_ms, known or since_ms)
        self._has_unsent.set()

    async def run(self, tabs: Tabs) -> None:
        """Publish what is told, and touch this worker's tabs as others publish; does not end."""
        async with asyncio.TaskGroup() as both:
            both.create_task(self._publish_changes(), name="live: publishing")
            both.create_task(self._stay_subscribed(tabs), name="live: subscribed")

    async def _publish_changes(self) -> None:
        while True:
            await self._has_unsent.wait()
            self._has_unsent.clear()
            changed, self._unsent = self._unsent, {}
            try:
                await self._publish(Message(self._name, changed))
            except (RedisError, OSError) as error:
                log.debug("live changes were not published: %s", type(error).__name__)
            await asyncio.sleep(GATHER_S)

    async def _publish(self, message: Message) -> None:
        client: Any = self._client
        await client.publish(CHANNEL, msgspec.json.encode(message))

    async def _stay_subscribed(self, tabs: Tabs) -> None:
        while True:
            try:
                await self._subscribe(tabs)
            except (RedisError, OSError) as error:
                self._note_away(error)
            await asyncio.sleep(RETRY_S)

    def _note_away(self, error: Exception) -> None:
        if self._away_since_ms is None:
            self._away_since_ms = clock.now_ms()
            log.warning("other workers' live changes do not arrive: %s", type(error).__name__)

    async def _subscribe(self, tabs: Tabs) -> None:
        channel: Any = self._client.pubsub()  # pyright: ignore[reportUnknownMemberType]
        async with channel:
            await channel.subscribe(CHANNEL)
            await _receive(channel)  # Redis says that we are subscribed
            if self._away_since_ms is not None:
                tabs.touch_all(self._away_since_ms)
                self._away_since_ms = None
            while True:
                if (data := await _receive(channel)) is not None:
                    self._apply(tabs, data)

    def _apply(self, tabs: Tabs, data: str) -> None:
        try:
            message = msgspec.json.decode(data, type=Message)
        except msgspec.DecodeError as error:
            log.warning("a message about live changes cannot be read: %s", error)
            return
        if message.worker != self._name:
            for user_id, since_ms in message.changed.items():
                tabs.touch(user_id, since_ms)


async def _receive(channel: Any) -> str | None:
    """Receive what a worker has published; None for Redis' own messages.

    Raises:
        redis.exceptions.RedisError: When Redis is away.
        TimeoutError: When it does not answer a ping.
    """
    message = await channel.get_message(timeout=QUIET_S)
    if message is None:
        await channel.ping()
        message = await channel.get_message(timeout=QUIET_S)
    if message is None:
        raise TimeoutError
    return message["data"] if message["type"] == "message" else None
