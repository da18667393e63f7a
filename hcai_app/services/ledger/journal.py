"""The write-ahead journal: each worker's files of started calls, safe from a killed process.

A line is written before the provider is asked (`CallStart`), another when the generation id is
known (`Named`), and, while the database is away, one with the finished row (`LedgerEntry`). The
kernel keeps what is written when the process dies (`journal_file`). A worker holds the lock of
its slot; the files of a slot that nobody holds belong to a dead worker, and whoever takes the lock
adopts them.
"""

import fcntl
import os
import re
import uuid
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import msgspec

from hcai_app.services.call import CallStart, LedgerEntry, RunningCall
from hcai_app.services.ledger import dead_letters
from hcai_app.services.ledger.journal_file import EXTENT_BYTES, Segment

# A file that grew past this is followed by a new one, and deleted when its last call has its row.
SEGMENT_BYTES = 4 * 1024 * 1024
# What one whose calls have all ended may hold, before its room is given back.
IDLE_BYTES = 64 * 1024
MAX_SLOTS = 1024
NAME = re.compile(r"([0-9]+)-([0-9]+)\.jsonl")


class Named(msgspec.Struct, frozen=True):
    """The generation id of a call, written when the provider's headers arrive."""

    id: str
    generation_id: str
    model: str


class _Line(msgspec.Struct, omit_defaults=True):
    """One line of a journal: exactly one member is set."""

    o: CallStart | None = None
    n: Named | None = None
    e: LedgerEntry | None = None


_encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder(_Line)


class Journal:
    """One worker's journal."""

    def __init__(self, folder: Path) -> None:
        """Take the first free slot of the folder.

        Raises:
            OSError: When the folder cannot be written.
        """
        for made in (folder.parent, folder):
            made.mkdir(mode=0o700, exist_ok=True)
        self.folder = folder
        self.slot, self._lock = _take_free_slot(folder)
        self.worker = f"{_name_of(folder)}-{self.slot}"  # of no other worker that lives
        self.first_segment = 1 + max(_segments(folder, self.slot), default=0)
        self._segment = self.first_segment - 1
        self._calls_in: dict[int, int] = {}  # segment -> calls that still need it
        self._file: Segment = self._start_segment()
        self._is_full = False

    def has_room(self) -> bool:
        """Whether a call could begin: the last one did, or there is room on the disk again."""
        if self._is_full:
            with suppress(OSError):  # the folder is gone, or something else is in its place
                disk = os.statvfs(f"{self.folder}/.")
                self._is_full = disk.f_bavail * disk.f_frsize < EXTENT_BYTES
        return not self._is_full

    def workers_known(self) -> int:
        """Return how many workers have had a slot here at once, this one included."""
        return len(list(self.folder.glob("*.lock")))

    def open(self, call: RunningCall) -> None:
        """Write that the call begins.

        Raises:
            OSError: When it cannot be written; then the provider must not be asked.
        """
        try:
            self._make_room()
            self._append(_Line(o=call.opening))
        except OSError:
            self._is_full = True
            raise
        self._is_full = False
        call.segment = self._segment
        self._calls_in[self._segment] += 1

    def name(self, call: RunningCall) -> None:
        """Write the call's generation id, by which its cost is found after a crash.

        It goes into one file with the opening, so that neither is deleted without the other.
        """
        if call.generation_id is None:
            return
        self._make_room()
        if call.segment != self._segment:
            opened_in = call.segment
            self.open(call)
            self.release(opened_in)
        self._append(_Line(n=Named(call.id, call.generation_id, call.model)))

    def hold(self, call: RunningCall) -> None:
        """Keep the call's lines beyond its row, for its amendment: its answer is on its way."""
        self._calls_in[call.segment] += 1

    def keep(self, entry: LedgerEntry, segment: int) -> int:
        """Write a finished row while the database is away; return the segment that now holds it.

        It counts as committed once `sync` has returned.
        """
        self._make_room()
        self._append(_Line(e=entry))
        self._calls_in[self._segment] += 1
        self.release(segment)
        return self._segment

    def sync(self) -> None:
        """Bring what was kept to the disk itself."""
        self._file.sync()

    def set_aside(self, entry: LedgerEntry) -> None:
        """Put a row aside that the database refuses, until `ledger replay`."""
        dead_letters.add(self.folder, _encoder.encode(entry))

    def release(self, segment: int) -> None:
        """Note that a call needs the segment no longer; delete it when it was the last."""
        self._calls_in[segment] -= 1
        if segment != self._segment:
            self._delete_if_free(segment)

    def close(self) -> None:
        """Give the slot back; a journal without open calls leaves no file."""
        self._file.close()
        self._delete_if_free(self._segment)
        os.close(self._lock)

    def _make_room(self) -> None:
        try:
            self._turn_over()
        except OSError:
            self._is_full = True
            raise

    def _turn_over(self) -> None:
        """Begin the file anew, or another one, when it has grown long."""
        if self._file.size > IDLE_BYTES and self._calls_in[self._segment] == 0:
            self._file.restart()
        elif self._file.size > SEGMENT_BYTES:
            full, full_file = self._segment, self._file
            self._file = self._start_segment()
            full_file.sync()  # finished rows may lie in it, which `sync` no longer reaches
            full_file.close()
            self._delete_if_free(full)

    def _append(self, line: _Line) -> None:
        data = _encoder.encode(line) + b"\n"
        try:
            self._file.append(data)
        except OSError:
            if self._calls_in[self._segment] > 0:
                raise
            self._file.restart()  # a full disk: what lies in the file is needed no longer
            self._file.append(data)

    def _start_segment(self) -> Segment:
        file = Segment(_segment_path(self.folder, self.slot, self._segment + 1))
        self._segment += 1
        self._calls_in[self._segment] = 0
        return file

    def _delete_if_free(self, segment: int) -> None:
        if self._calls_in[segment] == 0:
            del self._calls_in[segment]
            with suppress(OSError):  # it stays until the next start, which finds its rows written
                _segment_path(self.folder, self.slot, segment).unlink()


class Orphans:
    """The files that a dead worker left, held under its lock until they are in the ledger."""

    def __init__(self, paths: list[Path], lock: int | None) -> None:
        self._paths = paths
        self._lock = lock

    def read(self) -> tuple[list[RunningCall], list[LedgerEntry]]:
        """Return the calls that were running, and the finished rows kept for the database."""
        calls: dict[str, RunningCall] = {}
        entries: dict[str, LedgerEntry] = {}
        for line in _lines(self._paths):
            if line.o is not None:
                calls[line.o.id] = RunningCall(line.o, line.o.requested_model)
            elif line.n is not None and line.n.id in calls:
                call = calls[line.n.id]
                call.generation_id, call.model = line.n.generation_id, line.n.model
                call.has_answer = True
            elif line.e is not None:
                entries[line.e.id] = line.e
        return [call for call in calls.values() if call.id not in entries], list(entries.values())

    def discard(self) -> None:
        """Delete the files: everything in them is in the ledger."""
        for path in self._paths:
            path.unlink(missing_ok=True)

    def release(self) -> None:
        """Give the dead worker's slot back."""
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None


def find_orphans(journal: Journal) -> Iterator[Orphans]:
    """Yield what dead workers left in the journal's folder: first in this worker's own slot."""
    own = [n for n in _segments(journal.folder, journal.slot) if n < journal.first_segment]
    if own:
        yield Orphans([_segment_path(journal.folder, journal.slot, n) for n in own], None)
    for slot in _slots(journal.folder):
        if slot == journal.slot:
            continue
        lock = _try_lock(journal.folder, slot)
        if lock is None:
            continue
        paths = [_segment_path(journal.folder, slot, n) for n in _segments(journal.folder, slot)]
        yield Orphans(paths, lock)


def _name_of(folder: Path) -> str:
    """Return the folder's own name, which is random and stays: hosts may be called alike."""
    path, made = folder / "name", folder / f"name.{os.getpid()}"
    handle = os.open(made, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, 0o600)
    os.write(handle, uuid.uuid4().hex.encode())
    os.close(handle)
    with suppress(FileExistsError):
        os.link(made, path)
    made.unlink()
    return path.read_text()


def _take_free_slot(folder: Path) -> tuple[int, int]:
    for slot in range(MAX_SLOTS):
        lock = _try_lock(folder, slot)
        if lock is not None:
            return slot, lock
    raise OSError(f"no free journal slot in {folder}")


def _try_lock(folder: Path, slot: int) -> int | None:
    handle = os.open(folder / f"{slot}.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(handle)
        return None
    return handle


def _slots(folder: Path) -> list[int]:
    return sorted({slot for slot, _segment in _numbers(folder)})


def _segments(folder: Path, slot: int) -> list[int]:
    return sorted(segment for owner, segment in _numbers(folder) if owner == slot)


def _numbers(folder: Path) -> Iterator[tuple[int, int]]:
    """Yield slot and segment of each journal file, whatever else lies in the folder."""
    for path in folder.iterdir():
        if found := NAME.fullmatch(path.name):
            yield int(found[1]), int(found[2])


def _segment_path(folder: Path, slot: int, segment: int) -> Path:
    return folder / f"{slot}-{segment}.jsonl"


def _lines(paths: list[Path]) -> Iterator[_Line]:
    for path in paths:
        with path.open("rb") as file:
            for data in file:
                try:
                    yield _decoder.decode(data.lstrip(b"\0"))  # room that a longer line left
                except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
                    continue  # the power went in the middle of the line
