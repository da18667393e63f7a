"""A tee in a stream of server-sent events: the bytes go on as they came, we read along.

Content chunks are never parsed: a block of whole lines is searched for the few words that matter,
and only a line that holds one is read as JSON. Three things decide what leaves when:

* An unfinished line stays here, of a long one its end: a client cannot use half a line, and so a
  comment can still be put before it, or its bytes be dribbled, while the provider is silent.
* An error is rewritten into the full chunk that every client understands.
* From the event that ends the stream on everything waits for the row to be committed.
"""

from dataclasses import dataclass, field
from typing import Any

from hcai_app.services.call import Usage
from hcai_app.upstream.openrouter.dialects import CHAT, ChatForm
from hcai_app.upstream.openrouter.reading import Reading
from hcai_app.upstream.openrouter.usage import find_usage

# How much of an unfinished line is not sent yet: any error chunk, so that it can be rewritten.
HELD_BYTES = 64 * 1024
# A line is kept whole up to here; of a longer one (a huge image) the end alone is kept.
MAX_LINE_BYTES = 16 * 1024 * 1024
TAIL_BYTES = HELD_BYTES
# How many chunks are read for the generation id and the name of the model that answers.
CHUNKS_READ_FOR_NAMES = 3
KEEP_ALIVE = b": keep-alive\n"
# How much is remembered of what was sent: more than the longest name of an event.
REMEMBERED_BYTES = 100


@dataclass(slots=True)
class StreamTee:
    """Reads along in one answer."""

    form: ChatForm = CHAT
    generation_id: str | None = None
    model: str | None = None
    usage: Usage | None = None
    error: Any = None  # what the provider reported in the middle
    has_failed: bool = False  # a choice ended in an error
    has_content: bool = False  # some chunk had choices: an answer has begun
    is_done: bool = False  # the event that ends the stream was seen
    ending: bytearray = field(default_factory=bytearray)  # from that event on
    _line: bytearray = field(default_factory=bytearray)  # the unfinished line, as read
    _is_cut: bool = False  # only the end of it is kept
    _line_sent: int = 0  # how much of what is kept has been sent
    _parts: bytes = b""  # the data lines of an event that are JSON only together
    _chunks_read: int = 0
    _is_quiet: bool = False  # nothing is awaited of the next lines but content
    _last: bytes = b"\n\n"  # the last bytes sent, as far as they are needed

    def feed(self, data: bytes) -> bytes:
        """Take bytes from the provider, return those that may go to the client now."""
        if (
            self._is_quiet
            and not self._line
            and data[-2:] == b"\n\n"
            and not self.form.has_word(data)
        ):
            self._last = data[-3:]  # what nearly all content is: whole events, nothing to read
            return data
        if self.is_done:
            self.ending += data
            return b""
        cut = data.rfind(b"\n") + 1
        if not cut:
            return self._sent(self._hold(data))
        lines, rest = data[:cut], data[cut:]
        whole = bytes(self._line) + lines if self._line else lines
        reads = not self._is_quiet or self._is_cut or self.form.has_word(whole)
        out = self._read_lines(whole) if reads else whole[self._line_sent :]
        self._drop_line()
        self._is_quiet = not (self.is_done or self._parts or self._is_early())
        if self.is_done:
            self.ending += rest
            return self._sent(out)
        return self._sent(out + self._hold(rest) if rest else out)

    def keep_alive(self) -> bytes:
        """Return what can be sent in the middle of the provider's silence."""
        if self._last.endswith(b"\n"):
            at_event_end = self._last.endswith((b"\n\n", b"\n\r\n"))
            return KEEP_ALIVE + b"\n" if at_event_end else KEEP_ALIVE
        byte = bytes(self._line[self._line_sent : self._line_sent + 1])
        self._line_sent += len(byte)
        return self._sent(byte)

    def finish(self) -> bytes:
        """Return the end of a stream that stopped in the middle of a line, or without `[DONE]`.

        Of a stream that is not whole it is not sent: an event of our own comes in its place.
        """
        rewritten = self._read_line(bytes(self._line)) if self._line else None
        out = bytes(self._line[self._line_sent :])
        if rewritten is not None and not self._line_sent:
            out = rewritten
        self._drop_line()
        return self._sent(out) if self.is_whole else out

    @property
    def is_whole(self) -> bool:
        """Whether the provider has said everything, be it an error."""
        has_usage = self.usage is not None and self.form.ends_with_usage
        return bool(self.is_done or has_usage or self.error)

    def boundary(self) -> bytes:
        """Return what must be sent before an event of our own can begin."""
        self._drop_line()
        if self._last.endswith((b"\n\n", b"\n\r\n")) or self._has_sent_name():
            return b""
        return b"\n" if self._last.endswith(b"\n") else b"\n\n"

    def _has_sent_name(self) -> bool:
        """Tell whether an event has been named and nothing more: ours takes its place.

        An empty line would make it an event without data, on which OpenAI's client breaks.
        """
        *_before, line, rest = (b"\n" + self._last).rsplit(b"\n", 2)
        return not rest and line.startswith(b"event:")

    def _is_early(self) -> bool:
        """Tell whether every chunk is read, for the names that most of them carry."""
        is_known = self.model is not None and self.generation_id is not None
        return self._chunks_read < CHUNKS_READ_FOR_NAMES and not is_known

    def _hold(self, data: bytes) -> bytes:
        """Keep the end of an unfinished line back, return what is before it."""
        line = self._line
        line += data
        ready = max(self._line_sent, len(line) - HELD_BYTES)
        out = bytes(line[self._line_sent : ready])
        self._line_sent = ready
        if len(line) > MAX_LINE_BYTES:
            self.usage = find_usage(bytes(line)) or self.usage
            self._line_sent -= len(line) - TAIL_BYTES
            del line[:-TAIL_BYTES]
            self._is_cut = True
        return out

    def _drop_line(self) -> None:
        self._line.clear()
        self._line_sent, self._is_cut = 0, False

    def _sent(self, out: bytes) -> bytes:
        if out:
            size = REMEMBERED_BYTES
            self._last = out[-size:] if len(out) >= size else (self._last + out)[-size:]
        return out

    def _read_lines(self, block: bytes) -> bytes:
        """Read whole lines one by one; of the first, a part may have been sent."""
        out: list[bytes] = []
        sent = self._line_sent
        for line in block.splitlines(keepends=True):
            rewritten = self._read_line(line)
            unsent, sent = line[sent:], max(0, sent - len(line))
            told = rewritten if rewritten is not None and len(unsent) == len(line) else unsent
            if self.is_done:
                self.ending += told
            else:
                out.append(told)
        return b"".join(out)

    def _read_line(self, line: bytes) -> bytes | None:
        """Learn what the line tells; return what is sent in its place, if it must be changed."""
        if self._is_cut:
            self._is_cut = False
            self.usage = find_usage(line) or self.usage
            return None
        if self.is_done or not line.startswith(b"data:"):
            self._parts = self._parts if line.strip() else b""
            return None
        data = line[5:].strip()
        if data == b"[DONE]":
            self.is_done = True
            return None
        if not (self._is_early() or self._parts or self.form.has_word(data)):
            self.has_content = True
            return None
        chunk = self.form.read(data)
        if chunk is None:
            self._read_part(data)
            return None
        return self._learn(chunk, line)

    def _read_part(self, data: bytes) -> None:
        """Read an event of several data lines as far as it has come; clients join them, too."""
        self._parts = (self._parts + data)[-TAIL_BYTES:]
        chunk = self.form.read(self._parts)
        if chunk is not None:
            self._learn(chunk, b"")
        else:
            self.usage = find_usage(self._parts) or self.usage

    def _learn(self, chunk: Reading, line: bytes) -> bytes | None:
        self._chunks_read += 1
        self.generation_id = self.generation_id or chunk.generation_id
        self.model = chunk.model or self.model
        self.usage = self.form.merge(self.usage, chunk.usage)
        self.is_done = self.is_done or chunk.is_end
        self.has_failed = self.has_failed or chunk.has_failed
        self.has_content = self.has_content or (chunk.has_content and not chunk.error)
        if not chunk.error:
            return None
        self.error = chunk.error
        told = self.form.rewritten(chunk.error, self.generation_id, self.model)
        end = line[len(line.rstrip(b"\r\n")) :]
        return None if told is None else b"data: " + told + end
