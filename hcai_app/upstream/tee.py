"""A tee in a stream of server-sent events: the bytes go on as they came, we read along.

Content chunks are never parsed: a block of whole lines is searched for the few words that matter,
and only a line that holds one is read as JSON. Three things decide what leaves when:

* The last bytes of an unfinished line stay here: a client cannot use half a line, and so a comment
  can still be put before it, or the bytes themselves be dribbled, while the provider is silent.
* An error is rewritten into the full chunk that every client understands.
* From `data: [DONE]` on everything waits for the row to be committed.
"""

from dataclasses import dataclass, field
from typing import Any

from hcai_app.services.calls import Usage
from hcai_app.upstream import reading
from hcai_app.upstream.chunks import error_chunk
from hcai_app.upstream.reading import Reading

HELD_BYTES = 256
# A line is kept whole up to here; of a longer one (a huge image) only the end is looked at.
MAX_LINE_BYTES = 16 * 1024 * 1024
TAIL_BYTES = 64 * 1024
# How many chunks are read for the name of the model that answers.
CHUNKS_READ_FOR_MODEL = 3
KEEP_ALIVE = b": keep-alive\n"
WORDS = (b'"usage"', b'"error"', b"[DONE]")


@dataclass(slots=True)
class StreamTee:
    """Reads along in one answer."""

    generation_id: str | None = None
    model: str | None = None
    usage: Usage | None = None
    error: Any = None  # what the provider reported in the middle
    has_content: bool = False  # some chunk had choices: an answer has begun
    is_done: bool = False  # `data: [DONE]` was seen
    ending: bytearray = field(default_factory=bytearray)  # from `data: [DONE]` on
    _line: bytearray = field(default_factory=bytearray)  # the unfinished line, as read
    _is_cut: bool = False  # only the end of it is kept
    _held: bytes = b""  # the end of it, which has not been sent
    _chunks_read: int = 0
    _last: bytes = b"\n\n"  # the last bytes sent

    def feed(self, data: bytes) -> bytes:
        """Take bytes from the provider, return those that may go to the client now."""
        if self.is_done:
            self.ending += data
            return b""
        cut = data.rfind(b"\n") + 1
        if not cut:
            return self._sent(self._hold(data))
        lines, rest = data[:cut], data[cut:]
        whole = bytes(self._line) + lines if self._line else lines
        out = self._read_lines(lines) if self._needs_reading(whole) else self._held + lines
        self._line.clear()
        self._held, self._is_cut = b"", False
        if self.is_done:
            self.ending += rest
            return self._sent(out)
        return self._sent(out + self._hold(rest) if rest else out)

    def keep_alive(self) -> bytes:
        """Return what can be sent in the middle of the provider's silence."""
        if self._last.endswith(b"\n"):
            at_event_end = self._last.endswith((b"\n\n", b"\n\r\n"))
            return KEEP_ALIVE + b"\n" if at_event_end else KEEP_ALIVE
        byte, self._held = self._held[:1], self._held[1:]
        return self._sent(byte)

    def finish(self) -> bytes:
        """Return the end of a stream that stopped in the middle of a line, or without `[DONE]`."""
        if self._line and not self._is_cut:
            self._read_line(bytes(self._line))
        out, self._held = self._held, b""
        return self._sent(out)

    def boundary(self) -> bytes:
        """Return what must be sent before an event of our own can begin."""
        self._held = b""
        if self._last.endswith((b"\n\n", b"\n\r\n")):
            return b""
        return b"\n" if self._last.endswith(b"\n") else b"\n\n"

    def _needs_reading(self, block: bytes) -> bool:
        if self._chunks_read < CHUNKS_READ_FOR_MODEL and self.model is None:
            return True
        return self._is_cut or any(word in block for word in WORDS)

    def _hold(self, data: bytes) -> bytes:
        """Keep the end of an unfinished line back, return what is before it."""
        self._line += data
        if len(self._line) > MAX_LINE_BYTES:
            del self._line[:-TAIL_BYTES]
            self._is_cut = True
        held = self._held + data
        self._held = held[-HELD_BYTES:]
        return held[:-HELD_BYTES]

    def _sent(self, out: bytes) -> bytes:
        if out:
            self._last = out[-3:] if len(out) > 2 else (self._last + out)[-3:]
        return out

    def _read_lines(self, lines: bytes) -> bytes:
        """Read whole lines one by one; the first of them completes the unfinished one."""
        out: list[bytes] = []
        for number, line in enumerate(lines.splitlines(keepends=True)):
            first = number == 0
            whole = bytes(self._line) + line if first else line
            rewritten = self._read_line(whole)
            unsent = self._held + line if first else line
            if self.is_done:
                self.ending += unsent
            elif rewritten is not None and len(unsent) == len(whole):
                out.append(rewritten)
            else:
                out.append(unsent)
        return b"".join(out)

    def _read_line(self, line: bytes) -> bytes | None:
        """Learn what the line tells; return what is sent in its place, if it must be changed."""
        if self._is_cut:
            self._is_cut = False
            self.usage = reading.find_usage(line) or self.usage
            return None
        if self.is_done or not line.startswith(b"data:"):
            return None
        data = line[5:].strip()
        if data == b"[DONE]":
            self.is_done = True
            return None
        is_early = self._chunks_read < CHUNKS_READ_FOR_MODEL and self.model is None
        if not is_early and not any(word in data for word in WORDS):
            return None
        chunk = reading.read(data)
        return self._learn(chunk, line) if chunk is not None else None

    def _learn(self, chunk: Reading, line: bytes) -> bytes | None:
        self._chunks_read += 1
        self.generation_id = self.generation_id or chunk.generation_id
        self.model = chunk.model or self.model
        self.usage = chunk.usage or self.usage
        self.has_content = self.has_content or chunk.has_choices
        if not chunk.error:
            return None
        self.error = chunk.error
        end = line[len(line.rstrip(b"\r\n")) :]
        return b"data: " + error_chunk(chunk.error, self.generation_id, self.model) + end
