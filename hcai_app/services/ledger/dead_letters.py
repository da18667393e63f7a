"""Dead letters: rows that the database refuses, set aside in a file beside the journals.

Workers add lines while `ledger replay` takes others out: for that moment both lock the folder.
"""

import fcntl
import os
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec
from sqlalchemy import Connection

from hcai_app.db.engine import Database
from hcai_app.services import audit, changes
from hcai_app.services.audit import Act
from hcai_app.services.call import LedgerEntry
from hcai_app.services.ledger import booking
from hcai_app.services.ledger.rollups import Rollups
from hcai_app.services.limits.accounts import EVERYBODY

FILE = "rejected.jsonl"
BATCH = 500
# The worker's name in the site's sums.
REPLAY = "replay"

_decoder = msgspec.json.Decoder(LedgerEntry)


def add(folder: Path, line: bytes) -> None:
    """Set a row aside, on the disk itself: after this it is nowhere else.

    Raises:
        OSError: When it cannot be written.
    """
    with _locked(folder):
        # Half a line that a full disk or a power cut left behind ends here.
        _write(_path(folder), os.O_APPEND, b"\n" + line + b"\n")


def size(folder: Path) -> int:
    """Return how many bytes of rows are set aside."""
    path = _path(folder)
    return path.stat().st_size if path.exists() else 0


async def replay(database: Database, folder: Path) -> tuple[int, int]:
    """Write the rows that were set aside; return how many that made, and how many stay aside.

    Raises:
        Unavailable: When the database is away; what is not written by then stays aside.
        OSError: When the file cannot be written.
    """
    lines = _lines(folder)
    entries = {line: entry for line in lines if (entry := _entry_of(line)) is not None}
    made = 0
    for batch in _batches(entries):
        rows = [entries[line] for line in batch]
        booked = await booking.put(database, Rollups(REPLAY), rows)
        made += len(booked.inserted)
        written = booked.inserted | booked.settled
        await _tell(database, {e.user_id for e in rows if e.id in written}, len(written))
        _take_out(folder, {line for line in batch if entries[line].id not in booked.refused})
    return made, len(_lines(folder))


async def _tell(database: Database, users: set[str], written: int) -> None:
    """Have workers read the spending of these users again, and write the act down."""

    def work(connection: Connection) -> None:
        for user_id in (*sorted(users), EVERYBODY):
            changes.append(connection, user_id)
        act = Act("ledger.replay", audit.COMMAND_LINE, after={"rows": written})
        audit.append(connection, act)

    if users:
        await database.write(work, "changes")


def _take_out(folder: Path, written: set[bytes]) -> None:
    path = _path(folder)
    with _locked(folder):
        left = [line for line in _lines(folder) if line not in written]
        if not left:
            path.unlink(missing_ok=True)
            return
        new, owner = path.with_suffix(".new"), path.stat()
        _write(new, os.O_TRUNC, b"".join(line + b"\n" for line in left))
        os.chown(new, owner.st_uid, owner.st_gid)  # the operator may be another user
        new.replace(path)


def _write(path: Path, how: int, data: bytes) -> None:
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | how, 0o600), "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def _lines(folder: Path) -> list[bytes]:
    path = _path(folder)
    return [line for line in path.read_bytes().splitlines() if line] if path.exists() else []


def _entry_of(line: bytes) -> LedgerEntry | None:
    try:
        return _decoder.decode(line)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None  # a power cut in the middle of it, or an editor


def _batches(lines: dict[bytes, LedgerEntry]) -> Iterator[list[bytes]]:
    ordered = list(lines)
    for start in range(0, len(ordered), BATCH):
        yield ordered[start : start + BATCH]


def _path(folder: Path) -> Path:
    return folder / FILE


@contextmanager
def _locked(folder: Path) -> Generator[None]:
    handle = os.open(folder, os.O_RDONLY | os.O_CLOEXEC)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)
