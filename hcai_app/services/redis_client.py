"""The connection to Redis that workers share state over: one pipe and one circuit breaker.

Everything a worker asks goes down one pipe, in order; what is asked in one turn of the event loop
is one round trip. The first failure opens the breaker: until `run` has heard from Redis again, all
questions fail at once with `Away`, and nobody waits for a Redis that is not there.

A worker is a member while its lease in `WORKERS` lasts, by Redis' clock. It joins after what it
holds has been registered (`on_join`): at its start, after an outage, and when Redis lost its data.
"""

import asyncio
import logging
import time
import uuid
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from hashlib import sha1
from typing import Any, Protocol

log = logging.getLogger(__name__)

TIMEOUT_S = 1.0
BEAT_S = 1.0
LEASE_MS = 15_000
# A lease that ends sooner is of a worker that has stopped: nobody waits for it to register.
SETTLED_MS = 5_000
BATCH = 500
WORKERS = "hcai:workers"

Arg = str | int
Reply = asyncio.Future[Any]


class Away(Exception):
    """Redis is away: whoever asked does without it."""


class LuaScript:
    """A script in Lua, called by the hash of its text."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.sha = sha1(text.encode(), usedforsecurity=False).hexdigest()


# worker, lease, and: 0 stay a member, 1 join, 2 join while all others must join again; then when
# its lease ends: one that ends sooner is of data from the past, which are as good as none
# -> Redis' time in ms, whether the worker is a member, the members and when their leases end
BEAT = LuaScript("""
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
if ARGV[3] == '2' then redis.call('DEL', KEYS[1]) end
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now)
local ends = redis.call('ZSCORE', KEYS[1], ARGV[1])
local is_member = ends and tonumber(ends) >= tonumber(ARGV[4]) and 1 or 0
if is_member == 1 or ARGV[3] ~= '0' then
  redis.call('ZADD', KEYS[1], now + ARGV[2], ARGV[1])
  is_member = 1
end
return {now, is_member, unpack(redis.call('ZRANGE', KEYS[1], 0, -1, 'WITHSCORES'))}
""")
CLOCK = LuaScript("local t = redis.call('TIME') return t[1] * 1000 + math.floor(t[2] / 1000)")
STAY, JOIN, JOIN_AND_CLEAR = 0, 1, 2


class Registered(Protocol):
    """What a worker holds in Redis, and registers again after an outage or a loss."""

    def register(self) -> Iterable[Reply]:
        """Ask for everything that Redis should know, with `RedisClient.post`."""
        ...


@dataclass(slots=True, eq=False)
class _Asked:
    script: LuaScript
    keys: list[str]
    args: list[Arg]
    on_failure: Callable[[], Any] | None
    reply: Reply = field(default_factory=lambda: asyncio.get_running_loop().create_future())


class RedisClient:
    """This worker's connections to Redis."""

    def __init__(self, url: str, workers: int = 1) -> None:
        """Open nothing yet; `workers` is how many there are as long as Redis has not told."""
        from redis import exceptions  # noqa: PLC0415 - 4 MB, which one worker alone never needs
        from redis.asyncio import Redis  # noqa: PLC0415 - as above

        self._errors = exceptions
        self.client = Redis.from_url(  # pyright: ignore[reportUnknownMemberType]
            url, socket_timeout=TIMEOUT_S, socket_connect_timeout=TIMEOUT_S, decode_responses=True
        )
        self.name = uuid.uuid4().hex
        self.on_join: list[Registered] = []
        self.is_away = False
        self.clock_ahead_s: float | None = None  # Redis' clock, before this host's
        self.epoch = 0  # changes when Redis goes away, and when this worker joins
        self.workers = workers  # how many there are: one that is not heard of counts for a lease
        self.registered_workers = 0  # how many of them must have registered what they hold
        self._leases: dict[str, int] = {}  # worker -> when its lease ends, by Redis' clock
        self._asked: list[_Asked] = []
        self._sender: asyncio.Task[None] | None = None
        self._beat_now = asyncio.Event()
        self._is_watched = False  # else whoever asks tells what is wrong, as a command does

    def ask(self, script: LuaScript, keys: list[str], args: list[Arg]) -> Reply:
        """Run a script; the future is its reply, or fails with `Away`.

        Raises:
            Away: At once, while the breaker is open.
        """
        if self.is_away:
            raise Away
        return self.post(script, keys, args)

    def tell(
        self, script: LuaScript, keys: list[str], args: list[Arg], on_failure: Callable[[], Any]
    ) -> Reply | None:
        """Run a script whose reply nobody needs; `on_failure` when it may not have been run."""
        if not self.is_away:
            return self.post(script, keys, args, on_failure)
        on_failure()
        return None

    def post(
        self,
        script: LuaScript,
        keys: list[str],
        args: list[Arg],
        on_failure: Callable[[], Any] | None = None,
    ) -> Reply:
        """Run a script whether or not the breaker is open: for `Registered.register` alone."""
        asked = _Asked(script, keys, args, on_failure)
        self._asked.append(asked)
        if self._sender is None or self._sender.done():
            self._sender = asyncio.create_task(self._send(), name="redis pipe")
        return asked.reply

    async def fault(self) -> str | None:
        """Say what is wrong with Redis and what to do, as what follows its name."""
        try:
            await self.client.ping()  # pyright: ignore[reportGeneralTypeIssues, reportUnknownMemberType]
        except (self._errors.RedisError, OSError) as error:
            return self._explain(error)
        return None

    async def measure_clock(self) -> float:
        """Return by how much Redis' clock is before ours.

        Raises:
            Away: When Redis is away.
        """
        began = time.time()
        now_ms = await self.ask(CLOCK, [], [])
        return now_ms / 1000 - (began + time.time()) / 2

    async def is_there(self) -> bool:
        """Return whether Redis answered last."""
        return not self.is_away

    async def run(self) -> None:
        """Keep this worker a member, and watch for outages and their end, until cancelled."""
        while True:
            await self.beat()
            self._beat_now.clear()
            try:
                await asyncio.wait_for(self._beat_now.wait(), BEAT_S)
            except TimeoutError:
                continue

    async def beat(self) -> None:
        """Renew this worker's membership; join when it is none, or after an outage."""
        self._is_watched = True
        try:
            is_member = await self._renew_membership(STAY)
            if self.is_away or not is_member:
                await self._join()
        except Exception as error:  # it is away, or what it says is none of our words
            self._open(str(error))

    async def close(self) -> None:
        """Send what waits, then close the connections."""
        if self._sender is not None:
            await self._sender
        await self.client.aclose()

    async def _join(self) -> None:
        """Register what this worker holds, then become a member.

        After an outage all workers do, before what Redis knows of any of them is relied on.
        """
        replies = [reply for held in self.on_join for reply in held.register()]
        await asyncio.gather(*replies)
        self._leases = dict.fromkeys(self._leases, 1 << 62)  # begin anew: nobody was heard
        await self._renew_membership(JOIN_AND_CLEAR if self.is_away else JOIN)
        self.epoch += 1
        if self.is_away:
            self.is_away = False  # nothing is awaited from here on: the pipe keeps the order
            for held in self.on_join:
                held.register()
            log.warning("the redis is back")

    async def _renew_membership(self, how: int) -> bool:
        began, known_end = time.time(), self._leases.get(self.name, 0)
        beat = self.post(BEAT, [WORKERS], [self.name, LEASE_MS, how, known_end])
        now_ms, is_member, *members = await beat
        self.clock_ahead_s = now_ms / 1000 - (began + time.time()) / 2
        latest = now_ms + LEASE_MS
        known = {name: min(end_ms, latest) for name, end_ms in self._leases.items()}
        known |= {name: int(end) for name, end in zip(members[::2], members[1::2], strict=True)}
        self._leases = {name: end_ms for name, end_ms in known.items() if end_ms > now_ms}
        self.workers = max(1, len(self._leases))
        settled_ms = now_ms + SETTLED_MS
        self.registered_workers = sum(end_ms > settled_ms for end_ms in self._leases.values())
        return bool(is_member)

    async def _send(self) -> None:
        while self._asked:
            batch, self._asked = self._asked[:BATCH], self._asked[BATCH:]
            try:
                replies = await self._round_trip(batch)
            except Exception as error:  # whatever it is, whoever asked must hear of it
                batch, self._asked = batch + self._asked, []
                self._open(type(error).__name__)
                replies = [error] * len(batch)
            for asked, reply in zip(batch, replies, strict=True):
                self._answer(asked, reply)

    def _answer(self, asked: _Asked, reply: Any) -> None:
        if not isinstance(reply, Exception):
            if not asked.reply.done():  # else whoever asked has been cancelled
                asked.reply.set_result(reply)
            return
        if not (self.is_away or self._beat_now.is_set()):
            log.warning("the redis refuses a question: %s", reply)
            self._beat_now.set()  # is it this question, or Redis?
        if asked.on_failure is not None:
            asked.on_failure()
        if not asked.reply.done():
            asked.reply.set_exception(Away(type(reply).__name__))
            asked.reply.exception()  # it may be that nobody waits for it

    async def _round_trip(self, batch: list[_Asked]) -> list[Any]:
        """Return a reply, or an error, for each question."""
        async with asyncio.timeout(TIMEOUT_S):
            replies = await self._execute(batch)
            lost = self._errors.NoScriptError
            unknown = [n for n, reply in enumerate(replies) if isinstance(reply, lost)]
            if unknown:  # Redis was restarted
                for script in {batch[n].script for n in unknown}:
                    await self.client.script_load(script.text)
                again = await self._execute([batch[n] for n in unknown])
                for n, reply in zip(unknown, again, strict=True):
                    replies[n] = reply
            await self._drop_foreign(batch, replies)
        return replies

    async def _drop_foreign(self, batch: list[_Asked], replies: list[Any]) -> None:
        """Delete what somebody else has put in the place of ours, as if Redis had lost it."""
        for asked, reply in zip(batch, replies, strict=True):
            if isinstance(reply, self._errors.ResponseError) and "WRONGTYPE" in str(reply):
                await self.client.delete(*asked.keys)

    async def _execute(self, batch: list[_Asked]) -> list[Any]:
        pipe: Any = self.client.pipeline(transaction=False)
        for asked in batch:
            pipe.evalsha(asked.script.sha, len(asked.keys), *asked.keys, *asked.args)
        return await pipe.execute(raise_on_error=False)

    def _open(self, reason: str) -> None:
        if not self.is_away:
            self.is_away = True
            self.epoch += 1
            if self._is_watched:
                log.warning("the redis is away: %s", reason)

    def _explain(self, error: Exception) -> str:
        errors, text = self._errors, str(error)
        if isinstance(error, errors.AuthenticationError) or "NOAUTH" in text or "NOPERM" in text:
            return "does not let us in: check user and password in REDIS_URL"
        if "DB index" in text:
            return "has no database of that number: write another in REDIS_URL, like /0"
        if isinstance(error, errors.ReadOnlyError):
            return "is a copy, and cannot be written: name the primary in REDIS_URL"
        if isinstance(error, errors.BusyLoadingError):
            return "is still reading its data: try again (REDIS_URL)"
        if "SSL" in text or "certificate" in text:
            return "cannot be reached over TLS: check rediss:// and the ssl_ options in REDIS_URL"
        if isinstance(error, errors.InvalidResponse):
            return "answers something else: check port and rediss:// in REDIS_URL"
        return f"does not answer ({type(error).__name__}): check REDIS_URL"
