"""One journal file, written through a memory mapping: a line costs no system call.

The kernel keeps what a killed process has written into a mapping, as it keeps a plain write. The
room is written full of zeros first: where a disk is full this is where it shows, as an error and
not as a signal. Readers skip the zeros.
"""

import mmap
import os
from pathlib import Path

# How much room is made at a time: a few dozen lines.
EXTENT_BYTES = 4 * mmap.PAGESIZE


class Segment:
    """A file of whole lines, of which the last extent is mapped."""

    def __init__(self, path: Path) -> None:
        """Make the file.

        Raises:
            OSError: When it cannot be made, or exists.
        """
        self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        self._length = 0  # of the file
        self._room: mmap.mmap | None = None
        self._start = self._end = 0  # what of the room is free

    @property
    def size(self) -> int:
        """How many bytes of the file are used."""
        return self._length - (self._end - self._start)

    def append(self, line: bytes) -> None:
        """Write a line.

        Raises:
            OSError: When the disk has no room for it.
        """
        end = self._start + len(line)
        if self._room is None or end > self._end:
            self._room = self._grow(len(line))
            end = len(line)
        self._room[self._start : end] = line
        self._start = end

    def restart(self) -> None:
        """Empty the file, and give its room back."""
        if self._room is not None:
            self._room.close()
        self._room = None
        os.ftruncate(self._file, 0)
        self._length = self._start = self._end = 0

    def sync(self) -> None:
        """Bring everything to the disk itself."""
        if self._room is not None:
            self._room.flush()
        os.fsync(self._file)

    def close(self) -> None:
        """Close the file."""
        if self._room is not None:
            self._room.close()
        os.close(self._file)

    def _grow(self, wanted: int) -> mmap.mmap:
        extent = -(-wanted // EXTENT_BYTES) * EXTENT_BYTES
        if os.pwrite(self._file, bytes(extent), self._length) != extent:
            os.ftruncate(self._file, self._length)
            raise OSError("the journal's disk is full")
        room = mmap.mmap(self._file, extent, offset=self._length)
        if self._room is not None:
            self._room.close()
        self._length += extent
        self._start, self._end = 0, extent
        return room
