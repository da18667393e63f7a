"""Calls in flight on all workers, in Redis: a place is a lease, by Redis' clock."""

import asyncio

from hcai_app.services.limits.in_flight import Slot, too_many
from hcai_app.services.redis_client import LEASE_MS, Away, LuaScript, RedisClient, Reply

RENEW_S = 4.0
# KEYS[1], a sorted set, holds when the lease of each of a user's running calls ends.
# lease, the most at once, then call ids; the most is 0 where places are renewed, not taken
PLACES = LuaScript("""
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local running, lease, most = KEYS[1], tonumber(ARGV[1]), tonumber(ARGV[2])
redis.call('ZREMRANGEBYSCORE', running, '-inf', now)
if most > 0 and redis.call('ZCARD', running) >= most then return 0 end
for i = 3, #ARGV do redis.call('ZADD', running, now + lease, ARGV[i]) end
redis.call('PEXPIRE', running, lease)
return 1
""")
LEAVE = LuaScript("return redis.call('ZREM', KEYS[1], unpack(ARGV))")

Places = dict[str, set[str]]  # user's key -> call ids


class SharedInFlight:
    """How many calls a user has running on all workers; without Redis each counts its own."""

    def __init__(self, redis: RedisClient, max_per_user: int) -> None:
        self._redis = redis
        self._max_per_user = max_per_user
        self._held: dict[int, tuple[str, str]] = {}  # slot -> key, call id
        self._left: Places = {}  # while Redis was away
        redis.on_join.append(self)

    async def check(self, slot: Slot, call_id: str) -> None:
        """Take a place among all workers' calls.

        Raises:
            RateLimited: When too many run already.
        """
        key = f"hcai:running:{slot.caller.user_id}"
        self._held[id(slot)] = (key, call_id)
        try:
            has_room = await self._redis.ask(PLACES, [key], [LEASE_MS, self._max_per_user, call_id])
        except Away:
            return
        if not has_room:
            del self._held[id(slot)]
            raise too_many(self._max_per_user)

    def leave(self, slot: Slot) -> Reply | None:
        """Give the place back; the future is done when Redis knows."""
        held = self._held.pop(id(slot), None)
        if held is None:
            return None
        key, call_id = held
        return self._redis.tell(LEAVE, [key], [call_id], lambda: self._note_left(key, {call_id}))

    async def run(self) -> None:
        """Renew the leases until cancelled."""
        while True:
            await asyncio.sleep(RENEW_S)
            if not self._redis.is_away:
                self.register()

    def register(self) -> list[Reply]:
        """Take every place that is held, and give back those left while Redis was away."""
        left, self._left = self._left, {}
        held: Places = {}
        for key, call_id in self._held.values():
            held.setdefault(key, set()).add(call_id)
        return [
            *(self._give_back(key, ids) for key, ids in left.items()),
            *(self._redis.post(PLACES, [key], [LEASE_MS, 0, *ids]) for key, ids in held.items()),
        ]

    def _give_back(self, key: str, ids: set[str]) -> Reply:
        return self._redis.post(LEAVE, [key], [*ids], lambda: self._note_left(key, ids))

    def _note_left(self, key: str, ids: set[str]) -> None:
        self._left.setdefault(key, set()).update(ids)
