"""Revocation: what a ban, a deleted account, a revoked key and an ended session end.

`ended` reads it, for calls and tabs alike. On each worker `Revocation` applies a change: it drops
what is cached, has the user's tabs checked, and cancels the calls that have ended.
"""

import asyncio
import logging
from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Select, select

from hcai_app import clock
from hcai_app.db import engine
from hcai_app.db.engine import Database
from hcai_app.db.tables import keys_table, sessions_table, users_table
from hcai_app.errors import HcaiError, NotAllowed, NotAuthenticated
from hcai_app.services.call import Caller
from hcai_app.services.keys import keys
from hcai_app.services.keys.authentication import Authentication
from hcai_app.services.limits.in_flight import InFlight
from hcai_app.services.live.tabs import Tabs
from hcai_app.services.people import sessions, users

log = logging.getLogger(__name__)

RETRY_S = 0.5


@dataclass(frozen=True, slots=True)
class Ended:
    """What has ended for a user: all of it with their account, else what is not listed here."""

    is_deleted: bool
    is_banned: bool
    open_keys: frozenset[str]
    open_sessions: frozenset[str]  # none of a deleted account or a banned user

    def reason(self, caller: Caller) -> HcaiError | None:
        """Return why a caller's calls end; None when they go on."""
        if self.is_deleted:
            return NotAuthenticated("This account was deleted.")
        if self.is_banned:
            return NotAllowed("Your account was banned; this call ends here.")
        if caller.key_id is not None and caller.key_id not in self.open_keys:
            return NotAuthenticated("This API key was revoked or switched off, or has ended.")
        if caller.session_id is not None and caller.session_id not in self.open_sessions:
            return NotAuthenticated("Your session has ended, and this call with it; sign in again.")
        return None


async def ended(database: Database, user_ids: Collection[str]) -> dict[str, Ended]:
    """Return what has ended for each of the users, in one read.

    Raises:
        Unavailable: When the database is away.
    """
    return await database.read(lambda it: _ended(it, user_ids), "sessions")


def _ended(connection: Connection, user_ids: Collection[str]) -> dict[str, Ended]:
    user, key, session = users_table.c, keys_table.c, sessions_table.c
    is_banned = users.is_banned().label("is_banned")
    states = select(user.id, user.deleted_at, is_banned).where(user.id.in_(user_ids))
    accounts = {row.id: row for row in connection.execute(states)}
    active = select(key.id, key.user_id).where(key.user_id.in_(user_ids), keys.is_open())
    is_open = session.user_id.in_(user_ids) & sessions.is_open()
    opened = select(session.id, session.user_id).where(is_open)
    active_keys, open_sessions = (_by_user(connection, query) for query in (active, opened))
    found: dict[str, Ended] = {}
    for user_id in user_ids:
        account = accounts.get(user_id)
        is_deleted = account is None or account.deleted_at is not None
        is_banned = account is not None and account.is_banned
        is_closed = is_deleted or is_banned
        found[user_id] = Ended(
            is_deleted,
            is_banned,
            open_keys=frozenset(active_keys[user_id]),
            open_sessions=frozenset(() if is_closed else open_sessions[user_id]),
        )
    return found


def _by_user(connection: Connection, query: Select[*tuple[Any, ...]]) -> defaultdict[str, set[str]]:
    found: defaultdict[str, set[str]] = defaultdict(set)
    for row in connection.execute(query):
        found[row.user_id].add(row.id)
    return found


class Revocation:
    """Applies changes to one worker."""

    def __init__(
        self,
        database: Database,
        authentication: Authentication,
        in_flight: InFlight,
        tabs: Tabs,
    ) -> None:
        self._database = database
        self._authentication = authentication
        self._in_flight = in_flight
        self._tabs = tabs
        self._tasks: set[asyncio.Task[None]] = set()

    def apply(self, user_id: str, key_id: str | None) -> None:
        """Drop what is cached of the user or the key at once, and end what runs and is open."""
        self._authentication.forget(user_id, key_id)
        self._tabs.recheck(user_id)
        self._tabs.touch(user_id, clock.now_ms())
        if self._in_flight.has(user_id):
            task = asyncio.create_task(self._cancel_until_done(user_id), name="revocation")
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    def end_expired(self) -> None:
        """Cancel the calls whose key's end has passed: no change tells of it."""
        self._in_flight.cut_where(_expired)

    async def close(self) -> None:
        """Stop what still runs: each may hold a connection, and the database closes next."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _cancel_until_done(self, user_id: str) -> None:
        """Try again when the database goes away in between: a revocation must not be missed."""
        while self._in_flight.has(user_id):
            try:
                found = await ended(self._database, [user_id])
            except Exception as error:
                log.warning("what a change ends cannot be read: %s", engine.reason(error))
                await asyncio.sleep(RETRY_S)
            else:
                self._cancel(user_id, found[user_id])
                return

    def _cancel(self, user_id: str, found: Ended) -> None:
        cancelled = self._in_flight.cut(user_id, found.reason)
        if cancelled:
            log.info("%d running calls of %s were cancelled", cancelled, user_id)


def _expired(caller: Caller) -> HcaiError | None:
    if caller.rules is None or not caller.rules.has_expired():
        return None
    return NotAuthenticated("This API key has ended, and this call with it.")
