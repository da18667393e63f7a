"""Refused calls on their way to the database: noted on the road, written off it in groups.

The road only appends to a queue. A queue holds as much of a user as is kept of them, so a flood
grows nothing, and a database that is away delays no answer. Nothing that the client wrote is kept:
no content, and of a model only the name of one that exists.
"""

import asyncio
import logging
import re
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from datetime import datetime
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import Connection, delete, select

from hcai_app import clock
from hcai_app.db import engine
from hcai_app.db.bulk import Bulk
from hcai_app.db.engine import Database
from hcai_app.db.tables import refusals_table
from hcai_app.errors import HcaiError, UpstreamFailed
from hcai_app.services.call import Caller, first_id_at
from hcai_app.services.models.catalog import MODEL_ID

log = logging.getLogger(__name__)

KEPT = 500  # of each user
KEPT_MS = 7 * 24 * clock.MS_PER_HOUR
MAX_WAITING = 20_000
FLUSH_S = 0.5
# A user's oldest are deleted when so many are new, and every so many seconds at the latest.
PRUNE_AFTER, PRUNE_S = 50, 5.0
MAX_MESSAGE, MAX_MODEL = 600, 200
# A provider's own words may repeat a request without any quotes.
PROVIDERS_WORDS = "The provider refused this call or failed; its words are not kept."
# What a message repeats of a request stands in quotes; an apostrophe follows a letter.
_QUOTED = re.compile(r"""(?<!\w)(?:'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")(?!\w)""")
columns = refusals_table.c


class RefusedCall(msgspec.Struct, frozen=True):
    """A refused call, field for field a row of its table."""

    id: str
    user_id: str
    key_id: str | None
    endpoint: str
    model: str | None
    code: int
    type: str
    message: str
    rule: str | None
    until_ms: int | None

    @property
    def at_ms(self) -> int:
        """When it was refused."""
        return int(self.id[:12], 16)


INSERT = Bulk(refusals_table, RefusedCall.__struct_fields__, on_conflict="ON CONFLICT DO NOTHING")


class _Noted(NamedTuple):
    """What the road knows; nothing of it refers to the call's body, as an exception would."""

    id: str
    caller: Caller
    endpoint: str
    model: str | None
    code: int
    type: str
    message: str
    metadata: Mapping[str, Any] | None
    headers: Mapping[str, str]


def _nobody(_user_id: str, _since_ms: int) -> None:
    """Tell nobody."""


class Refusals:
    """The refused calls that one worker has not written yet."""

    def __init__(self, database: Database, on_written: Callable[[str, int], Any] = _nobody) -> None:
        """Write into the database; `on_written` hears whose, and when the first one was."""
        self._database = database
        self._on_written = on_written
        self._waiting: dict[str, deque[_Noted]] = {}
        self._writing: dict[str, deque[_Noted]] = {}  # on its way, and perhaps not there yet
        self._count = 0
        self._unpruned: dict[str, int] = {}

    def note(
        self, request_id: str, caller: Caller, endpoint: str, model: str | None, error: HcaiError
    ) -> None:
        """Keep a refusal for its owner; this is all that the road waits for."""
        waiting = self._waiting.get(caller.user_id)
        if waiting is None:
            waiting = self._waiting[caller.user_id] = deque(maxlen=KEPT)
        if len(waiting) < KEPT:
            self._count += 1
            if self._count > MAX_WAITING:
                self._drop_oldest()
        message = PROVIDERS_WORDS if isinstance(error, UpstreamFailed) else error.message
        noted = (request_id, caller, endpoint, model, error.code, error.type, message)
        waiting.append(_Noted(*noted, error.metadata, error.headers))

    def waiting_of(self, user_id: str) -> list[RefusedCall]:
        """Return what is not written yet of a user, oldest first."""
        parts = (self._writing.get(user_id, ()), self._waiting.get(user_id, ()))
        return [_refusal(noted) for part in parts for noted in part]

    async def run(self) -> None:
        """Write what waits, until cancelled, and then the rest."""
        loop = asyncio.get_running_loop()
        prune_at = loop.time() + PRUNE_S
        try:
            while True:
                await asyncio.sleep(FLUSH_S)
                is_due = loop.time() >= prune_at
                if self._waiting or (is_due and self._unpruned):
                    await self._flush_or_wait(prunes_all=is_due)
                if is_due:
                    prune_at = loop.time() + PRUNE_S
        finally:
            with suppress(Exception):
                await self.flush(prunes_all=True)

    async def flush(self, *, prunes_all: bool = False) -> None:
        """Write what waits in one transaction; keep each user's newest.

        Raises:
            Unavailable: When the database is away; then it waits on.
        """
        taken, self._waiting, self._count = self._waiting, {}, 0
        self._writing = taken
        rows = [_refusal(noted) for waiting in taken.values() for noted in waiting]
        for user_id, waiting in taken.items():
            self._unpruned[user_id] = self._unpruned.get(user_id, 0) + len(waiting)
        full = [one for one, count in self._unpruned.items() if prunes_all or count >= PRUNE_AFTER]
        try:
            await self._database.write(lambda it: _write(it, rows, full), "refused calls")
        except BaseException:
            self._put_back(taken)
            raise
        finally:
            self._writing = {}
        for user_id, waiting in taken.items():
            self._on_written(user_id, int(waiting[0].id[:12], 16))
        for user_id in full:
            self._unpruned.pop(user_id, None)

    async def _flush_or_wait(self, *, prunes_all: bool) -> None:
        try:
            await self.flush(prunes_all=prunes_all)
        except Exception as error:
            log.warning("refused calls are written later: %s", engine.reason(error))

    def _put_back(self, taken: dict[str, deque[_Noted]]) -> None:
        newer, self._waiting, self._count = self._waiting, taken, sum(map(len, taken.values()))
        for user_id, waiting in newer.items():
            kept = self._waiting.setdefault(user_id, deque(maxlen=KEPT))
            self._count -= len(kept)
            kept.extend(waiting)
            self._count += len(kept)

    def _drop_oldest(self) -> None:
        """Forget whom something is kept of for longest: the database has been away for long."""
        self._count -= len(self._waiting.pop(next(iter(self._waiting))))


def prune(connection: Connection) -> None:
    """Delete what is older than it is kept."""
    oldest = first_id_at(clock.now_ms() - KEPT_MS)
    connection.execute(delete(refusals_table).where(columns.id < oldest))


def drop_all(connection: Connection, user_id: str) -> None:
    """Delete all of a user's, as their account is."""
    connection.execute(delete(refusals_table).where(columns.user_id == user_id))


def _write(connection: Connection, rows: list[RefusedCall], full: Iterable[str]) -> None:
    if rows:
        INSERT.insert(connection, [msgspec.structs.astuple(row) for row in rows])
    for user_id in full:
        _keep_newest(connection, user_id)


def _keep_newest(connection: Connection, user_id: str) -> None:
    of_user = columns.user_id == user_id
    ordered = select(columns.id).where(of_user).order_by(columns.id.desc())
    first_over = connection.scalar(ordered.offset(KEPT).limit(1))
    if first_over is not None:
        connection.execute(delete(refusals_table).where(of_user, columns.id <= first_over))


def kept_words(message: str) -> str:
    """Return what is kept of a refusal's message: nothing that it repeats of the request."""
    return _QUOTED.sub("…", message)[:MAX_MESSAGE]


def _refusal(noted: _Noted) -> RefusedCall:
    metadata = noted.metadata or {}
    rule = metadata.get("rule")
    return RefusedCall(
        id=noted.id,
        user_id=noted.caller.user_id,
        key_id=noted.caller.key_id,
        endpoint=noted.endpoint,
        model=_model(noted.model),
        code=noted.code,
        type=noted.type,
        message=kept_words(noted.message),
        rule=rule if isinstance(rule, str) else None,
        until_ms=_until_ms(noted, metadata),
    )


def _model(name: str | None) -> str | None:
    is_one = name is not None and len(name) <= MAX_MODEL and MODEL_ID.fullmatch(name) is not None
    return name if is_one else None


def _until_ms(noted: _Noted, metadata: Mapping[str, Any]) -> int | None:
    """Return when the same call may pass, where time alone can help."""
    moment = metadata.get("resets_at") or metadata.get("until")
    if moment is not None:
        return clock.to_ms(datetime.fromisoformat(moment))
    wait_s = noted.headers.get("Retry-After")
    return None if wait_s is None else int(noted.id[:12], 16) + int(wait_s) * 1000
