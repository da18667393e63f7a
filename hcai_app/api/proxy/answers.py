"""The two kinds of relayed answers, an event stream and a plain JSON body, as values without I/O.

Each takes what the provider sends and says what the client may have of it now, what it may be sent
in a silence, and how the answer ends or fails.
"""

import re
from collections import deque

from hcai_app.api import errors
from hcai_app.api.exchange import JSON_TYPE, STREAM_TYPE
from hcai_app.errors import HcaiError, UpstreamFailed
from hcai_app.services.call import Outcome, Usage
from hcai_app.upstream import failures
from hcai_app.upstream.openrouter import inner_errors, reading
from hcai_app.upstream.openrouter.dialects import ChatDialect
from hcai_app.upstream.openrouter.reading import Reading
from hcai_app.upstream.openrouter.tee import StreamTee
from hcai_app.upstream.openrouter.usage import find_usage

# Answers up to this size are buffered and parsed once; larger ones (images) are streamed.
MAX_WHOLE_BYTES = 1024 * 1024
# How much of the end of a large answer is searched for its usage.
TAIL_BYTES = 64 * 1024
# Null where Anthropic has a list or nothing: `@ai-sdk/anthropic` takes it for an invalid answer. No
# text holds this key, and what a tool is called with is the student's own.
CITATIONS_KEY, TOOL_USE = b'"citations"', b'"tool_use"'
NULL_CITATIONS = re.compile(rb',\s*"citations"\s*:\s*null\b|"citations"\s*:\s*null\s*,')
BLANK_LINES = (b"\n\n", b"\n\r\n")
NO_COMMENT_LINE = re.compile(rb"(?:\A|[\r\n])[^:\r\n]")
# Comments before the first event, and whatever follows the last one, are held up to so many bytes.
HELD_BYTES = 64 * 1024


class StreamAnswer:
    """Events that pass unchanged, while a tee reads along.

    The provider's comments before the first event wait for it, or for the first heartbeat: they
    would commit our 200 while an early failure can still have its true status.
    """

    content_type = STREAM_TYPE
    is_sized = False

    def __init__(self, dialect: ChatDialect) -> None:
        self._tee = StreamTee(dialect)
        self._comments = b""
        self._has_begun = False  # something was given out
        self._rest = b""

    @property
    def generation_id(self) -> str | None:
        """The generation's id, as far as it is known."""
        return self._tee.generation_id

    @generation_id.setter
    def generation_id(self, value: str | None) -> None:
        self._tee.generation_id = value

    @property
    def model(self) -> str | None:
        """The model that answers, as far as it is known."""
        return self._tee.model

    @property
    def usage(self) -> Usage | None:
        """The usage, as far as it is known."""
        return self._tee.usage

    @property
    def has_content(self) -> bool:
        """Whether there was anything that is billed."""
        return self._tee.has_content

    @property
    def is_done(self) -> bool:
        """Whether the final event has come; all from it on waits for the row's commit."""
        return self._tee.is_done

    @property
    def is_overlong(self) -> bool:
        """Whether more has come behind the final event than anybody holds."""
        return len(self._tee.ending) > HELD_BYTES

    def feed(self, data: bytes) -> bytes:
        """Take a piece; return what may go to the client now.

        Raises:
            UpstreamFailed: When an error comes before any content, so that it sets the status.
        """
        out = self._tee.feed(data)
        if self._has_begun or not out:
            return out
        if self._tee.error is not None and not self._tee.has_content:
            raise failures.from_error(self._tee.error)
        if not self.speaks(out):
            if len(self._comments) < HELD_BYTES:
                self._comments += out
            return b""
        self._has_begun = True
        return self._take_comments() + out

    def speaks(self, out: bytes) -> bool:
        """Return whether there is anything that a client would look at, and no comments alone."""
        return NO_COMMENT_LINE.search(out) is not None

    def filler(self) -> bytes:
        """Return a heartbeat: a comment, or a byte of an incomplete line."""
        self._has_begun = True
        return self._take_comments() or self._tee.keep_alive()

    def failure(self, error: HcaiError, _body: bytes) -> bytes:
        """Return an error chunk, and the end of the stream."""
        tee = self._tee
        event = tee.dialect.error_event(errors.error_object(error), tee.generation_id, tee.model)
        return tee.boundary() + event + tee.dialect.last

    def finish(self) -> Outcome:
        """Take the end of the stream; return how the call ended.

        Raises:
            UpstreamFailed: When the stream is not complete.
        """
        self._rest = self._tee.finish()
        if not self._tee.is_whole:
            raise UpstreamFailed("The provider's answer ended too early; it is not complete.")
        has_failed = self._tee.error or self._tee.has_failed
        return Outcome.UPSTREAM_ERROR if has_failed else Outcome.COMPLETED

    def ending(self, *, is_cut: bool) -> bytes:
        """Return all that was held back, closed by a blank line if the rest did not come."""
        ending = bytes(self._tee.ending)
        if is_cut and not ending.endswith(BLANK_LINES):
            ending += b"\n\n"
        return self._take_comments() + self._rest + ending

    def _take_comments(self) -> bytes:
        comments, self._comments = self._comments, b""
        return comments


class WholeAnswer:
    """A JSON body: held and parsed once, or passed on as it comes when it is large."""

    content_type = JSON_TYPE
    is_sized = True
    is_done = is_overlong = False  # its end is that of the body

    def __init__(self, *, is_anthropic: bool = False) -> None:
        self.generation_id: str | None = None
        self.model: str | None = None
        self.usage: Usage | None = None
        self.has_content = False
        self._is_anthropic = is_anthropic
        self._pieces: deque[bytes] = deque()  # joined once: at each piece it would copy all
        self._size = 0
        self._is_large = False
        self._held = b""  # the end of it, or all of it, until the commit

    def feed(self, data: bytes) -> bytes:
        """Take a piece; return what may go to the client now: of a small body nothing."""
        self._pieces.append(data)
        self._size += len(data)
        if self._is_large:
            while self._size - len(self._pieces[0]) >= TAIL_BYTES:
                self._size -= len(self._pieces.popleft())
            out, self._held = self._held, data
            return out
        if self._size > MAX_WHOLE_BYTES:
            self._is_large = True
            self._held = b"".join(self._pieces)
            self._pieces = deque([self._held])
            self._learn(reading.read_head(self._held))
        return b""

    def speaks(self, _out: bytes) -> bool:
        """Return whether there is anything that a client would look at."""
        return True

    def filler(self) -> bytes:
        """Return a heartbeat: white space, or a byte of what is held of a large body."""
        if not self._is_large:
            return b" "
        data = self._held[:1] if len(self._held) > 1 else b""
        self._held = self._held[len(data) :]
        return data

    def failure(self, _error: HcaiError, body: bytes) -> bytes | None:
        """Return the error as the body; a large one under way is truncated instead."""
        return None if self._is_large else body

    def finish(self) -> Outcome:
        """Take the end of the body; return how the call ended.

        Raises:
            UpstreamFailed: When there is no answer in it.
        """
        body = b"".join(self._pieces) if len(self._pieces) != 1 else self._pieces[0]
        if self._is_large:
            self.usage = find_usage(body) or self.usage
            return Outcome.COMPLETED
        found = _read(body)
        self._learn(found)
        if found is None or not (found.has_content or (found.usage and not found.error)):
            raise failure_in(found)
        self.has_content = True
        self._held = inner_errors.in_choices(body) if found.has_failed else self._mended(body)
        return Outcome.UPSTREAM_ERROR if found.has_failed else Outcome.COMPLETED

    def ending(self, *, is_cut: bool = False) -> bytes:
        """Return all that was held back."""
        return self._held

    def _mended(self, body: bytes) -> bytes:
        if self._is_anthropic and CITATIONS_KEY in body and TOOL_USE not in body:
            return NULL_CITATIONS.sub(b"", body)
        return body

    def _learn(self, found: Reading | None) -> None:
        if found is not None:
            self.usage, self.model = found.usage, found.model
            self.generation_id = self.generation_id or found.generation_id


AnyAnswer = StreamAnswer | WholeAnswer


def failure_in(found: Reading | None) -> UpstreamFailed:
    """Return the error that stands in place of an answer."""
    if found is None or not found.error:
        return UpstreamFailed("The provider's answer cannot be read.")
    return failures.from_error(found.error)


def _read(body: bytes) -> Reading | None:
    is_large = len(body) > reading.MAX_PARSED_BYTES and not reading.has_error(body)
    if is_large and (found := reading.read_large(body)):
        return found
    return reading.read(body)
