"""The two kinds of relayed answers: an event stream and a plain JSON body."""

import asyncio
import re
from collections import deque

from hcai_app.api import errors
from hcai_app.api.exchange import JSON_TYPE, STREAM_TYPE, UNBUFFERED
from hcai_app.api.proxy.relay import Relay
from hcai_app.errors import HcaiError, UpstreamFailed
from hcai_app.services.call import Outcome
from hcai_app.upstream import failures
from hcai_app.upstream.http_client.errors import HttpClientError
from hcai_app.upstream.http_client.response import Response
from hcai_app.upstream.openrouter import reading
from hcai_app.upstream.openrouter.dialects import ChatDialect
from hcai_app.upstream.openrouter.reading import Reading
from hcai_app.upstream.openrouter.tee import StreamTee
from hcai_app.upstream.openrouter.usage import find_usage

EVENT_STREAM = "text/event-stream"
# How long the provider may take to close after the end of its stream, in seconds.
LINGER_S = 1.0
# Answers up to this size are buffered and parsed once; larger ones (images) are streamed.
MAX_WHOLE_BYTES = 1024 * 1024
# How much of the end of a large answer is searched for its usage.
TAIL_BYTES = 64 * 1024
# Parsing more than this would block the event loop; larger events are searched for usage.
MAX_PARSED_BYTES = 256 * 1024
# No text holds this: its quotes would be escaped.
ERROR_KEY = b'"error"'
# Null where Anthropic has a list or nothing: `@ai-sdk/anthropic` takes it for an invalid answer. No
# text holds this key, and what a tool is called with is the student's own.
CITATIONS_KEY, TOOL_USE = b'"citations"', b'"tool_use"'
NULL_CITATIONS = re.compile(rb',\s*"citations"\s*:\s*null\b|"citations"\s*:\s*null\s*,')


class StreamAnswer:
    """Relays events as they arrive, while a tee reads along.

    The provider's comments before the first event wait for it, or for the first heartbeat: they
    would commit our 200 while an early failure can still have its true status.
    """

    def __init__(self, delivery: Relay, form: ChatDialect) -> None:
        self._delivery = delivery
        self._tee = StreamTee(form)
        self._comments = b""

    async def relay(self, response: Response) -> None:
        """Relay the events; the final one waits for the commit of the ledger row."""
        delivery, tee = self._delivery, self._tee
        if response.content_type != EVENT_STREAM:
            await self._relay_whole(response)
            return
        tee.generation_id = delivery.call.generation_id
        await self._relay_events(response)
        ending = tee.finish()
        if not tee.is_whole:
            if not tee.has_content:
                delivery.call.doubt_answer()
            raise UpstreamFailed("The provider's answer ended too early; it is not complete.")
        outcome = Outcome.UPSTREAM_ERROR if tee.error or tee.has_failed else Outcome.COMPLETED
        self._learn()
        committed = delivery.close(outcome, 200)
        if tee.is_done:
            ending += await self._rest(response)
        await committed
        await delivery.pulse.stop()
        await self._start_once()
        await delivery.exchange.write(self._take_comments() + ending, more=False)

    async def beat(self) -> None:
        """Send an SSE comment as a heartbeat."""
        await self._start_once()
        data = self._take_comments() or self._tee.keep_alive()
        if data:
            await self._delivery.exchange.write(data)

    async def tell(self, error: HcaiError) -> None:
        """Send an error chunk and end the stream."""
        tee = self._tee
        told = errors.error_object(error)
        event = tee.dialect.error_event(told, tee.generation_id, tee.model)
        data = tee.boundary() + event + tee.dialect.last
        await self._delivery.exchange.write(data, more=False)

    async def _relay_events(self, response: Response) -> None:
        delivery, tee = self._delivery, self._tee
        while not tee.is_done:
            data = await response.read_any()
            if not data:
                break
            await delivery.pulse.settle()
            out = tee.feed(data)
            if delivery.call.generation_id is None:
                delivery.learn_generation(tee.generation_id)
            if not out:
                delivery.pulse.hear()
                continue
            if not delivery.exchange.status:
                self._raise_early_error()
                if _is_comment(out):
                    self._comments += out
                    delivery.pulse.hear()
                    continue
                await self._start_once()
            if delivery.call.first_byte_ms is None and not _is_comment(out):
                delivery.call.first_byte_ms = delivery.call.elapsed_ms()
            await delivery.pulse.write(self._take_comments() + out if self._comments else out)
        self._learn()

    def _take_comments(self) -> bytes:
        comments, self._comments = self._comments, b""
        return comments

    def _raise_early_error(self) -> None:
        """Raise an error event that precedes any content, so that it sets the status."""
        if self._tee.error is not None and not self._tee.has_content:
            self._learn()
            self._delivery.call.doubt_answer()
            raise failures.from_error(self._tee.error)

    async def _relay_whole(self, response: Response) -> None:
        """Relay a plain body sent in place of a stream, most often an error."""
        if not self._delivery.exchange.status:
            self._delivery.answer = WholeAnswer(self._delivery)
            await self._delivery.answer.relay(response)
            return
        body = await response.read(MAX_WHOLE_BYTES)
        raise _failure_in(reading.read(body))

    async def _rest(self, response: Response) -> bytes:
        """Return the final event and all after it, closed by a blank line."""
        ending = self._tee.ending
        try:
            async with asyncio.timeout(LINGER_S):
                while data := await response.read_any():
                    self._tee.feed(data)
        except (TimeoutError, HttpClientError):
            ending.extend(b"" if ending.endswith((b"\n\n", b"\n\r\n")) else b"\n\n")
        return bytes(ending)

    def _learn(self) -> None:
        call, tee = self._delivery.call, self._tee
        call.usage = tee.usage
        call.model = tee.model or call.model

    async def _start_once(self) -> None:
        if not self._delivery.exchange.status:
            await self._delivery.start(STREAM_TYPE, *UNBUFFERED)


class WholeAnswer:
    """Relays a JSON body: buffered and parsed once, or streamed when it is large."""

    def __init__(self, delivery: Relay) -> None:
        self._delivery = delivery
        self._held = b""  # tail of a large answer, held back until the commit
        self._is_large = False

    async def relay(self, response: Response) -> None:
        """Relay the body; its last bytes wait for the commit of the ledger row."""
        body = await self._read(response)
        self._delivery.call.first_byte_ms = self._delivery.call.elapsed_ms()
        if len(body) > MAX_WHOLE_BYTES:
            await self._relay_large(body, response)
            return
        answer = _read(body)
        self._learn(answer)
        await self._delivery.passed()
        if answer is None or not (answer.has_content or (answer.usage and not answer.error)):
            self._delivery.call.doubt_answer()
            raise _failure_in(answer)
        outcome = Outcome.UPSTREAM_ERROR if answer.has_failed else Outcome.COMPLETED
        await self._delivery.close(outcome, 200)
        await self._send(body)

    async def beat(self) -> None:
        """Send white space as a heartbeat, or a byte of a large answer's held tail."""
        if not self._delivery.exchange.status:
            await self._delivery.start(JSON_TYPE, *UNBUFFERED)
        data = b" "
        if self._is_large:
            data = self._held[:1] if len(self._held) > 1 else b""
            self._held = self._held[len(data) :]
        if data:
            await self._delivery.exchange.write(data)

    async def tell(self, error: HcaiError) -> None:
        """Send the error as the body; a large answer under way is truncated instead."""
        if not self._is_large:
            exchange = self._delivery.exchange
            await exchange.write(errors.body_for(exchange, error), more=False)

    async def _read(self, response: Response) -> bytes:
        """Return the complete body, or the first part of a large one."""
        pieces: list[bytes] = []
        size = 0
        while data := await response.read_any():
            pieces.append(data)
            self._delivery.pulse.hear()
            size += len(data)
            if size > MAX_WHOLE_BYTES:
                break
        return pieces[0] if len(pieces) == 1 else b"".join(pieces)

    async def _relay_large(self, body: bytes, response: Response) -> None:
        delivery = self._delivery
        self._is_large = True
        self._learn(reading.read_head(body))
        if not delivery.exchange.status:
            await delivery.start(JSON_TYPE, *UNBUFFERED)
        tail, tail_bytes = deque([body]), len(body)  # chunks: joining at each one would copy
        self._held = body
        while data := await response.read_any():
            await delivery.pulse.settle()
            out, self._held = self._held, data
            await delivery.pulse.write(out)
            tail.append(data)
            tail_bytes += len(data)
            while tail_bytes - len(tail[0]) >= TAIL_BYTES:
                tail_bytes -= len(tail.popleft())
        delivery.call.usage = find_usage(b"".join(tail)) or delivery.call.usage
        await delivery.close(Outcome.COMPLETED, 200)
        await delivery.pulse.stop()
        await delivery.exchange.write(self._held, more=False)

    async def _send(self, body: bytes) -> None:
        delivery = self._delivery
        if delivery.has_left:
            return
        if delivery.exchange.is_anthropic and CITATIONS_KEY in body and TOOL_USE not in body:
            body = NULL_CITATIONS.sub(b"", body)
        await delivery.pulse.stop()
        if delivery.exchange.status:  # a heartbeat was first
            await delivery.exchange.write(body, more=False)
        else:
            delivery.show_generation()
            await delivery.exchange.reply(200, body, JSON_TYPE)

    def _learn(self, answer: Reading | None) -> None:
        if answer is None:
            return
        call = self._delivery.call
        call.usage = answer.usage
        call.model = answer.model or call.model
        self._delivery.learn_generation(answer.generation_id)


def _read(body: bytes) -> Reading | None:
    is_large = len(body) > MAX_PARSED_BYTES and ERROR_KEY not in body
    if is_large and (found := reading.read_large(body)):
        return found
    return reading.read(body)


def _is_comment(lines: bytes) -> bool:
    """Return whether there is nothing that a client would look at."""
    return all(not line or line.startswith(b":") for line in lines.splitlines())


def _failure_in(answer: Reading | None) -> UpstreamFailed:
    if answer is None or not answer.error:
        return UpstreamFailed("The provider's answer cannot be read.")
    return failures.from_error(answer.error)
