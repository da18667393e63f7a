"""A tee in a stream of server-sent events: bytes pass unchanged, usage and errors are parsed.

Content chunks are never parsed: a block of whole lines is searched for a few keywords, and only a
line with one of them is parsed as JSON. Three rules decide when bytes leave:

* An incomplete line is held back, of a long one its last 64 KB: a client cannot use half a line,
  and a heartbeat comment can still go before it, or its bytes one by one as the heartbeat. Of one
  that is larger still (a picture) head and tail are searched: to parse 5 MB held up all calls for
  80 ms.
* An error is rewritten into the full chunk that every client can parse.
* From the final event on, everything waits for the row's commit.
"""

import re
from dataclasses import dataclass, field
from typing import Any

from hcai_app.services.call import Usage
from hcai_app.upstream.openrouter import inner_errors, reading
from hcai_app.upstream.openrouter.dialects import CHAT, ChatDialect
from hcai_app.upstream.openrouter.reading import Reading
from hcai_app.upstream.openrouter.usage import find_usage

# Bytes of an incomplete line that are held back: enough to rewrite any error chunk.
HELD_BYTES = 64 * 1024
# A line is buffered whole up to this size; of a longer one only the tail.
MAX_LINE_BYTES = 256 * 1024
TAIL_BYTES = HELD_BYTES
# Chunks that are parsed for the generation id and the model.
CHUNKS_READ_FOR_NAMES = 3
KEEP_ALIVE = b": keep-alive\n"
# Bytes of sent output that are kept: more than the longest event name.
REMEMBERED_BYTES = 100


DATA_LINE = re.compile(rb"(?:^|[\r\n])data:")


@dataclass(slots=True)
class StreamTee:
    """Parses one streamed answer as it passes."""

    dialect: ChatDialect = CHAT
    generation_id: str | None = None
    model: str | None = None
    usage: Usage | None = None
    error: Any = None  # the provider's mid-stream error
    has_failed: bool = False  # a choice ended in an error
    has_content: bool = False  # some chunk had choices
    is_done: bool = False  # the final event was seen
    ending: bytearray = field(default_factory=bytearray)  # bytes from the final event on
    _line: bytearray = field(default_factory=bytearray)  # the incomplete line, as received
    _cut: Reading | None = None  # what its head has said, when only its tail is kept
    _line_sent: int = 0  # bytes of it that were sent
    _parts: bytes = b""  # data lines of one event, JSON only when joined
    _chunks_read: int = 0
    _is_quiet: bool = False  # the next lines hold only content
    _last: bytes = b"\n\n"  # the last bytes sent

    def feed(self, data: bytes) -> bytes:
        """Take bytes from the provider; return the bytes that may go to the client now."""
        if (
            self._is_quiet
            and not self._line
            and data[-2:] == b"\n\n"
            and not self.dialect.has_word(data)
        ):
            self._last = data[-3:]  # the common case: whole events of content
            return data
        if self.is_done:
            self.ending += data
            return b""
        cut = data.rfind(b"\n") + 1
        if not cut:
            return self._sent(self._hold(data))
        lines, rest = data[:cut], data[cut:]
        whole = bytes(self._line) + lines if self._line else lines
        reads = not self._is_quiet or self._cut is not None or self.dialect.has_word(whole)
        out = self._read_lines(whole) if reads else whole[self._line_sent :]
        self._drop_line()
        self._is_quiet = not (self.is_done or self._parts or self._is_early())
        if self.is_done:
            self.ending += rest
            return self._sent(out)
        return self._sent(out + self._hold(rest) if rest else out)

    def keep_alive(self) -> bytes:
        """Return a heartbeat: a comment, or one byte of the incomplete line."""
        if self._last.endswith(b"\n"):
            at_event_end = self._last.endswith((b"\n\n", b"\n\r\n"))
            return KEEP_ALIVE + b"\n" if at_event_end else KEEP_ALIVE
        byte = bytes(self._line[self._line_sent : self._line_sent + 1])
        self._line_sent += len(byte)
        return self._sent(byte)

    def finish(self) -> bytes:
        """Return the rest of a stream that stopped within a line, or without `[DONE]`.

        An incomplete stream gets an error event of our own in its place.
        """
        rewritten = self._read_line(bytes(self._line)) if self._line else None
        out = bytes(self._line[self._line_sent :])
        if rewritten is not None and not self._line_sent:
            out = rewritten
        self._drop_line()
        return self._sent(out) if self.is_whole else out

    @property
    def is_whole(self) -> bool:
        """Whether the stream is complete, with an answer or with an error."""
        has_usage = self.usage is not None and self.dialect.ends_with_usage
        return bool(self.is_done or has_usage or self.error)

    def boundary(self) -> bytes:
        """Return the line ends that an event of our own needs before it."""
        self._drop_line()
        if self._last.endswith((b"\n\n", b"\n\r\n")) or self._has_sent_name():
            return b""
        return b"\n" if self._last.endswith(b"\n") else b"\n\n"

    def _has_sent_name(self) -> bool:
        """Whether only an event's name was sent: our event continues it.

        An empty line would make it an event without data, on which OpenAI's client breaks.
        """
        *_before, line, rest = (b"\n" + self._last).rsplit(b"\n", 2)
        return not rest and line.startswith(b"event:")

    def _is_early(self) -> bool:
        """Whether chunks are still parsed for the generation id and the model."""
        is_known = self.model is not None and self.generation_id is not None
        return self._chunks_read < CHUNKS_READ_FOR_NAMES and not is_known

    def _hold(self, data: bytes) -> bytes:
        """Hold back the tail of an incomplete line; return the bytes before it."""
        line = self._line
        line += data
        ready = max(self._line_sent, len(line) - HELD_BYTES)
        out = bytes(line[self._line_sent : ready])
        self._line_sent = ready
        if len(line) > MAX_LINE_BYTES:
            self._cut_line(bytes(line))
        return out

    def _cut_line(self, line: bytes) -> None:
        """Keep the tail of a line that is too long, and what else it has said."""
        if self._cut is None:
            is_data = line.startswith(b"data:")
            self._cut = self.dialect.read_head(line) if is_data else Reading()
            self.generation_id = self.generation_id or self._cut.generation_id
            self.model = self._cut.model or self.model
        self.usage = find_usage(line) or self.usage
        self._line_sent -= len(line) - TAIL_BYTES
        del self._line[:-TAIL_BYTES]

    def _drop_line(self) -> None:
        self._line.clear()
        self._line_sent, self._cut = 0, None

    def _sent(self, out: bytes) -> bytes:
        if out:
            size = REMEMBERED_BYTES
            self._last = out[-size:] if len(out) >= size else (self._last + out)[-size:]
        return out

    def _read_lines(self, block: bytes) -> bytes:
        """Parse whole lines, content in one piece; part of the first may be sent already."""
        out: list[bytes] = []
        at, end, sent = 0, len(block), self._line_sent
        words, word_at = self.dialect.places_in(block), -1
        while at < end:
            is_cut = self._cut is not None
            if not (sent or self._parts or is_cut or self.is_done or self._is_early()):
                while word_at < at:
                    word_at = next(words, end)
                if content := _lines_before(block, at, word_at):
                    self.has_content = self.has_content or DATA_LINE.search(content) is not None
                    out.append(content)
                    at += len(content)
                    continue
            line = _line_at(block, at)
            at += len(line)
            rewritten = self._read_line(line)
            unsent, sent = line[sent:], max(0, sent - len(line))
            kept = rewritten if rewritten is not None and len(unsent) == len(line) else unsent
            if self.is_done:
                self.ending += kept
            else:
                out.append(kept)
        return b"".join(out)

    def _read_line(self, line: bytes) -> bytes | None:
        """Parse a line; return its replacement, if it must be rewritten."""
        if self._cut is not None:
            self._read_cut(self._cut, line)
            return None
        if self.is_done or not line.startswith(b"data:"):
            self._parts = self._parts if line.strip() else b""
            return None
        data = line[5:].strip()
        if data == b"[DONE]":
            self.is_done = True
            return None
        if not (self._is_early() or self._parts or self.dialect.has_word(data)):
            self.has_content = True
            return None
        chunk = self.dialect.read(data)
        if chunk is None:
            self._read_part(data)
            return None
        return self._learn(chunk, line)

    def _read_cut(self, head: Reading, tail: bytes) -> None:
        """Take the end of a line that was too long."""
        self._cut = None
        self._chunks_read += 1
        self.usage = find_usage(tail) or self.usage
        self.is_done = self.is_done or head.is_end
        self.has_content = self.has_content or head.has_content
        self.has_failed = self.has_failed or head.has_failed or reading.ends_in_error(tail)

    def _read_part(self, data: bytes) -> None:
        """Parse an event of several data lines, joined as clients join them."""
        self._parts = (self._parts + data)[-TAIL_BYTES:]
        chunk = self.dialect.read(self._parts)
        if chunk is not None:
            self._learn(chunk, b"")
        else:
            self.usage = find_usage(self._parts) or self.usage

    def _learn(self, chunk: Reading, line: bytes) -> bytes | None:
        self._chunks_read += 1
        self.generation_id = self.generation_id or chunk.generation_id
        self.model = chunk.model or self.model
        self.usage = self.dialect.merge(self.usage, chunk.usage)
        self.is_done = self.is_done or chunk.is_end
        self.has_failed = self.has_failed or chunk.has_failed
        self.has_content = self.has_content or (chunk.has_content and not chunk.error)
        data = line[5:].strip()
        if chunk.error:
            self.error = chunk.error
            shown = self.dialect.rewritten(chunk.error, self.generation_id, self.model, data)
        else:
            shown = inner_errors.in_choices(data) if chunk.has_failed else None
        end = line[len(line.rstrip(b"\r\n")) :]
        return None if shown in (None, data) else b"data: " + shown + end


def _line_at(block: bytes, at: int) -> bytes:
    """Return a line with its end, which is a line feed, a carriage return, or both."""
    end = block.find(b"\n", at) + 1 or len(block)
    alone = block.find(b"\r", at, end)
    if alone >= 0 and not block.startswith(b"\n", alone + 1):
        end = alone + 1
    return block[at:end]


def _lines_before(block: bytes, at: int, place: int) -> bytes:
    """Return the whole lines from one place on that end before another."""
    if place >= len(block):
        return block[at:]
    start = max(block.rfind(b"\n", at, place), block.rfind(b"\r", at, place)) + 1
    return block[at : max(at, start)]
