"""Rate limits per user: a sliding window, exact in memory, shared over Redis."""

from limits import RateLimitItem

from hcai_app.services.limits.windows import Standing, Windows
from hcai_app.services.redis_client import Away, LuaScript, RedisClient

# A window in Redis is a list of the times of its hits, newest first, by Redis' own clock. Where
# that was set back the window begins anew: nobody is locked out until it has caught up.
# limit, window in ms, 1 for a hit or 0 for a look -> allowed, how many hits count, ms to the reset
WINDOW = LuaScript("""
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local hits, limit, window = KEYS[1], tonumber(ARGV[1]), tonumber(ARGV[2])
local newest = redis.call('LINDEX', hits, 0)
if newest and tonumber(newest) > now + 1000 then redis.call('DEL', hits) end
local oldest = redis.call('LINDEX', hits, -1)
while oldest and tonumber(oldest) <= now - window do
  redis.call('RPOP', hits)
  oldest = redis.call('LINDEX', hits, -1)
end
local count = redis.call('LLEN', hits)
local is_allowed = count < limit and 1 or 0
if is_allowed == 1 and ARGV[3] == '1' then
  redis.call('LPUSH', hits, now)
  redis.call('PEXPIRE', hits, window)
  count = count + 1
end
return {is_allowed, count, tonumber(oldest or now) + window - now}
""")


class RateLimit:
    """One limit, by user."""

    def __init__(self, name: str, item: RateLimitItem, redis: RedisClient | None) -> None:
        self._name = name
        self._amount = item.amount
        self._window_ms = item.get_expiry() * 1000
        self._windows = Windows(item.amount, item.get_expiry())
        self._redis = redis

    async def hit(self, user_id: str) -> Standing:
        """Count an attempt and return whether it is allowed."""
        return await self._ask(user_id, 1) or self._windows.hit(user_id)

    async def peek(self, user_id: str) -> Standing:
        """Return a user's standing without counting a hit."""
        return await self._ask(user_id, 0) or self._windows.peek(user_id)

    async def _ask(self, user_id: str, hits: int) -> Standing | None:
        """Ask Redis; None while it is away: then each worker limits by itself."""
        if self._redis is None:
            return None
        key = f"hcai:limit:{self._name}:{user_id}"
        try:
            reply = await self._redis.ask(WINDOW, [key], [self._amount, self._window_ms, hits])
        except Away:
            return None
        is_allowed, count, wait_ms = reply
        left = max(0, self._amount - count)
        return Standing(bool(is_allowed), self._amount, left, wait_ms / 1000)
