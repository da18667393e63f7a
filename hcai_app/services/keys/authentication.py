"""Authentication: the `Caller` of an API key, of a session cookie or of a session id.

Keys come mostly out of a cache, which holds because every change evicts (`changes.Follower`). While
the database is away an entry serves for a minute, an unknown key gets 503 and never 401. Sessions
are never cached: people type, and one that has ended opens nothing.
"""

import logging
import time
from dataclasses import dataclass
from typing import Any

from limits import RateLimitItemPerMinute
from sqlalchemy import ColumnElement, Row, Select, bindparam, null, select

from hcai_app import clock, formatting, hashing
from hcai_app.db import engine
from hcai_app.db.engine import Database
from hcai_app.db.tables import keys_table, sessions_table, users_table
from hcai_app.errors import NotAllowed, NotAuthenticated, RateLimited, Unavailable
from hcai_app.services.call import Caller, KeyRules
from hcai_app.services.keys import keys, rules
from hcai_app.services.limits.address_limit import AddressLimit
from hcai_app.services.people import sessions
from hcai_app.services.redis_client import RedisClient

log = logging.getLogger(__name__)

# An entry is read anew after so long, and much later while every change is heard of.
FRESH_S = 30.0
FRESH_WHILE_HEARD_S = 600.0
HEARD_S = 2.0
# While the database is away it serves so much longer.
STALE_S = 30.0
MAX_CACHED = 50_000
UNKNOWN_KEYS_PER_MINUTE = 60

HOW_TO_SEND = "Send your key as `Authorization: Bearer sk-hc-v1-…`."
NO_RULES = KeyRules()
SIGN_IN_FIRST = "Sign in first: your session has ended."
# What is read of the user who acts, by key or by session.
USER = (
    users_table.c.id,
    users_table.c.name,
    users_table.c.is_verified,
    users_table.c.banned_at,
    users_table.c.banned_until,
    users_table.c.ban_reason,
    users_table.c.budget_nanousd,
    users_table.c.grant_nanousd,
    users_table.c.granted_until,
)
# And of the key.
RULES = (
    keys_table.c.expires_at,
    keys_table.c.budget_nanousd.label("key_budget_nanousd"),
    keys_table.c.models,
    keys_table.c.is_on,
    keys_table.c.successor_id,
)

# The key of a hash, and its user; built once, since that takes as long as to run it.
OF_KEY = (
    select(*USER, *RULES, keys_table.c.id.label("key_id"), null().label("session_id"))
    .join(keys_table, keys_table.c.user_id == users_table.c.id)
    .where(keys_table.c.hash == bindparam("hash"), keys.is_known())
)


@dataclass(slots=True)
class _Cached:
    caller: Caller
    loaded_at: float


class Authentication:
    """Authenticates keys and sessions for one worker."""

    def __init__(
        self,
        database: Database,
        *,
        secret_key: str,
        require_verified: bool,
        redis: RedisClient | None = None,
    ) -> None:
        self._database = database
        self._secret_key = secret_key
        self._require_verified = require_verified
        self._cache: dict[str, _Cached] = {}
        self._changes = 0
        self._heard_at = float("-inf")
        unknown = RateLimitItemPerMinute(UNKNOWN_KEYS_PER_MINUTE)
        self._unknown = AddressLimit("unknown keys", unknown, redis, secret_key)

    async def by_key(self, key: str | None, address: str) -> Caller:
        """Return who the key belongs to; `check_allowed` says whether its rules let it in.

        Raises:
            NotAuthenticated: When there is no key, or nobody's, or a revoked one.
            RateLimited: When the client's address has tried too many unknown keys.
            Unavailable: When the database is away and no cached entry still serves.
        """
        if not key:
            raise NotAuthenticated(f"You sent no API key. {HOW_TO_SEND}")
        hashed = hashing.keyed_hash(key, self._secret_key)
        cached = self._cache.get(hashed)
        now = time.monotonic()
        if cached is not None and now - cached.loaded_at < self._fresh_s(now):
            return cached.caller
        caller = await self._load(key, hashed, cached, now)
        if caller is None:
            await self._refuse_unknown(address)
            raise NotAuthenticated(
                f"This API key is not valid: it was mistyped or revoked. {HOW_TO_SEND}"
            )
        return caller

    async def by_cookie(self, cookie: str | None, *, even_banned: bool = False) -> Caller:
        """Return who is signed in by a session's cookie.

        A ban ends sessions; with `even_banned` its user is found, to be refused with the reason.

        Raises:
            NotAuthenticated: When the cookie opens no session.
            Unavailable: When the database is away.
        """
        if not cookie:
            raise NotAuthenticated(SIGN_IN_FIRST)
        proof = sessions.proof_of(cookie, self._secret_key)
        return await self._signed_in(sessions_table.c.hash == proof, even_banned=even_banned)

    async def by_session(self, session_id: str) -> Caller:
        """Return who is signed in by a session, named by an id that our own handshake derived.

        Raises:
            NotAuthenticated: When the session has ended.
            Unavailable: When the database is away.
        """
        return await self._signed_in(sessions_table.c.id == session_id)

    def check_allowed(self, caller: Caller) -> None:
        """Refuse whoever may not use the service at all.

        Raises:
            NotAuthenticated: When the key has ended, or is switched off.
            NotAllowed: When the user is banned, or not verified where that is required.
        """
        if caller.rules is not None:
            rules.check_open(caller.rules)
        if caller.is_banned():
            raise _banned(caller)
        if self._require_verified and not caller.is_verified:
            raise NotAllowed(
                "Your account is not verified, or not any more: verify your age with Hack Club, "
                "or sign in on the site again, which tells you what is missing."
            )

    @property
    def serves_known(self) -> bool:
        """Whether there are callers who are served while the database is away."""
        newest = next(reversed(self._cache.values()), None)
        known_at = max(newest.loaded_at, self._heard_at) if newest else float("-inf")
        return time.monotonic() - known_at < FRESH_S + STALE_S

    def hear(self) -> None:
        """Note that all changes up to now are known: what is cached holds."""
        self._heard_at = time.monotonic()

    def _fresh_s(self, now: float) -> float:
        return FRESH_S if now - self._heard_at > HEARD_S else FRESH_WHILE_HEARD_S

    def forget(self, user_id: str, key_id: str | None) -> None:
        """Drop what is cached of a user, or of one key."""
        self._changes += 1
        gone = [
            hashed
            for hashed, cached in self._cache.items()
            if cached.caller.user_id == user_id and key_id in (None, cached.caller.key_id)
        ]
        for hashed in gone:
            del self._cache[hashed]

    async def _load(
        self, key: str, hashed: str, cached: _Cached | None, now: float
    ) -> Caller | None:
        if not keys.PATTERN.fullmatch(key):
            return None
        try:
            caller = await self._find(OF_KEY, "keys", hash=hashed)
        except Exception as error:
            if not engine.is_away(error):
                raise
            log.warning("keys cannot be read: %s", engine.reason(error))
            known_at = max(cached.loaded_at, self._heard_at) if cached is not None else 0
            if cached is not None and now - known_at < FRESH_S + STALE_S:
                return cached.caller
            raise Unavailable("Keys cannot be checked just now; try again in a moment.") from error
        self._remember(hashed, caller, now)
        return caller

    async def _signed_in(self, named: ColumnElement[bool], *, even_banned: bool = False) -> Caller:
        caller = await self._find(_of_session(named), "session")
        if caller is None or (caller.is_banned() and not even_banned):
            raise NotAuthenticated(SIGN_IN_FIRST)
        return caller

    async def _find(
        self, query: Select[*tuple[Any, ...]], what: str, **values: str
    ) -> Caller | None:
        """Read the caller; retry when a change arrived meanwhile, as the read may be stale."""
        while True:
            changes = self._changes
            caller = await self._query(query, what, values)
            if changes == self._changes:
                return caller

    async def _query(
        self, query: Select[*tuple[Any, ...]], what: str, values: dict[str, str]
    ) -> Caller | None:
        row = await self._database.read(lambda it: it.execute(query, values).first(), what)
        if row is None:
            return None
        return Caller(
            user_id=row.id,
            name=row.name,
            key_id=row.key_id,
            session_id=row.session_id,
            is_verified=row.is_verified,
            ban_reason=(row.ban_reason or "ask the team why.") if row.banned_at else None,
            budget_nanousd=row.budget_nanousd,
            pseudonym=hashing.pseudonym_of(row.id, self._secret_key),
            rules=None if row.key_id is None else _rules(row),
            grant_nanousd=row.grant_nanousd,
            granted_until_ms=clock.to_ms(row.granted_until) if row.granted_until else 0,
            banned_until_ms=clock.to_ms(row.banned_until) if row.banned_until else None,
        )

    def _remember(self, hashed: str, caller: Caller | None, now: float) -> None:
        self._cache.pop(hashed, None)
        if caller is None:
            return
        self._cache[hashed] = _Cached(caller, now)
        if len(self._cache) > MAX_CACHED:
            del self._cache[next(iter(self._cache))]

    async def _refuse_unknown(self, address: str) -> None:
        standing = await self._unknown.hit(address)
        if not standing.is_allowed:
            wait = standing.seconds_to_reset()
            raise RateLimited("Too many unknown API keys from your address.", wait)


def _of_session(named: ColumnElement[bool]) -> Select[*tuple[Any, ...]]:
    columns, is_here = sessions_table.c, users_table.c.deleted_at.is_(None)
    return (
        select(*USER, null().label("key_id"), columns.id.label("session_id"))
        .join(sessions_table, columns.user_id == users_table.c.id)
        .where(named, sessions.is_open(), is_here)
    )


def _rules(row: Row[Any]) -> KeyRules | None:
    """Return a key's rules; None where it has none, as most have."""
    found = KeyRules(
        expires_at_ms=clock.to_ms(row.expires_at) if row.expires_at else None,
        budget_nanousd=row.key_budget_nanousd,
        models=rules.models_in(row.models),
        is_on=row.is_on,
        is_rotated=row.successor_id is not None,
    )
    return None if found == NO_RULES else found


def _banned(caller: Caller) -> NotAllowed:
    if caller.banned_until_ms is None:
        return NotAllowed(f"Your account is banned: {caller.ban_reason}")
    ends = formatting.moment(caller.banned_until_ms)
    return NotAllowed(
        f"Your account is banned until {ends}: {caller.ban_reason}",
        metadata={"until": clock.from_ms(caller.banned_until_ms).isoformat()},
    )
