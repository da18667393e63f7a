"""What a change of a user or a key does on this worker: cached is forgotten, running is cut."""

import asyncio
import logging
from collections.abc import Callable

from sqlalchemy import select

from hcai_app.db import engine
from hcai_app.db.engine import Database
from hcai_app.db.tables import keys_table, users_table
from hcai_app.errors import HcaiError, NotAllowed, NotAuthenticated
from hcai_app.services.call import Caller
from hcai_app.services.keys.authentication import Authentication
from hcai_app.services.limits.in_flight import InFlight
from hcai_app.services.people import sessions

log = logging.getLogger(__name__)

RETRY_S = 0.5


class Revocation:
    """Applies changes to one worker."""

    def __init__(self, database: Database, keyring: Authentication, running: InFlight) -> None:
        self._database = database
        self._keyring = keyring
        self._running = running
        self._tasks: set[asyncio.Task[None]] = set()

    def apply(self, user_id: str, key_id: str | None) -> None:
        """Forget the user or the key at once, and look at what they have running."""
        self._keyring.forget(user_id, key_id)
        if self._running.has(user_id):
            task = asyncio.create_task(self._review_until_done(user_id), name="review of calls")
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def close(self) -> None:
        """End the looks that go on: each may hold a connection, and the database closes next."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _review_until_done(self, user_id: str) -> None:
        """Look again when the database goes away in between: a revocation must not be missed."""
        while self._running.has(user_id):
            try:
                await self._review(user_id)
            except Exception as error:
                log.warning("running calls cannot be reviewed: %s", engine.reason(error))
            else:
                return
            await asyncio.sleep(RETRY_S)

    async def _review(self, user_id: str) -> None:
        """Cut a banned or deleted user's calls, those of revoked keys and of ended sessions."""
        columns = users_table.c
        async with self._database.reading() as connection:
            query = select(columns.banned_at, columns.deleted_at).where(columns.id == user_id)
            user = (await connection.execute(query)).first()
            is_revoked = (keys_table.c.user_id == user_id) & keys_table.c.revoked_at.is_not(None)
            revoked = set(await connection.scalars(select(keys_table.c.id).where(is_revoked)))
            current = await sessions.current(connection, user_id)
        if user is not None and user.deleted_at is not None:
            self._cut(user_id, _anyone, NotAuthenticated("This account was deleted."))
        if user is not None and user.banned_at is not None:
            self._cut(user_id, _anyone, NotAllowed("Your account was banned; this call ends here."))
        self._cut(
            user_id,
            lambda caller: caller.key_id in revoked,
            NotAuthenticated("This API key was revoked."),
        )
        self._cut(
            user_id,
            lambda caller: caller.session_id is not None and caller.session_id not in current,
            NotAuthenticated("Your session has ended, and this call with it; sign in again."),
        )

    def _cut(self, user_id: str, is_over: Callable[[Caller], bool], error: HcaiError) -> None:
        cut = self._running.cut(user_id, is_over, error)
        if cut:
            log.info("%d running calls of %s were cut", cut, user_id)


def _anyone(_caller: Caller) -> bool:
    return True
