"""Relays one admitted call: asks the provider, passes its answer on, has its row written once.

Every way out goes through the row's `close`: the end, a failing provider, a client that leaves, a
revoked key, a stop of the server. The last byte of an answer, or `[DONE]`, leaves after the row is
committed. What comes and goes is decided by `answers.py`, and written by `writer.py`.
"""

import asyncio
from typing import Protocol

from hcai_app.api.exchange import Exchange
from hcai_app.api.proxy import answers
from hcai_app.api.proxy.answers import MAX_WHOLE_BYTES, AnyAnswer, StreamAnswer, WholeAnswer
from hcai_app.api.proxy.finalizer import Finalizer
from hcai_app.api.proxy.writer import AnswerWriter
from hcai_app.errors import ClientLeft, HcaiError, UpstreamFailed, UpstreamRefused
from hcai_app.services.call import Outcome, RunningCall
from hcai_app.services.limits.in_flight import Slot
from hcai_app.upstream import failures
from hcai_app.upstream.http_client.errors import HttpClientError
from hcai_app.upstream.http_client.response import Response
from hcai_app.upstream.openrouter import reading
from hcai_app.upstream.openrouter.dialects import ChatDialect
from hcai_app.worker.context import Worker

EVENT_STREAM = "text/event-stream"
INTERNAL_ERROR = 500
# How long the provider may take to close after the end of its stream, in seconds.
LINGER_S = 1.0
# How long after the provider's idle timeout a row still waits for its answer.
GRACE_MS = 60_000


class RunsBeside(Protocol):
    """What runs beside the call until its first byte: `safety_check.Check`."""

    async def passed(self) -> None:
        """Wait until the first byte may leave."""
        ...

    def stop(self) -> None:
        """End it: the call has ended."""
        ...


class Relay:
    """One admitted call on its way."""

    def __init__(
        self,
        worker: Worker,
        exchange: Exchange,
        slot: Slot,
        call: RunningCall,
        dialect: ChatDialect,
        check: RunsBeside | None = None,
    ) -> None:
        self._worker = worker
        self._exchange = exchange
        self._slot = slot
        self._call = call
        self._check = check
        self._answer: AnyAnswer = StreamAnswer(dialect) if call.opening.streamed else self._whole()
        self._row = Finalizer(worker, slot, call)
        self._writer = AnswerWriter(
            exchange,
            worker.ticker,
            self._answer,
            worker.settings.heartbeat_seconds,
            patience_s=worker.settings.upstream_timeout_seconds,
            listener=self,
        )

    async def run(self, path: str, body: bytes) -> None:
        """Run the call to its end, its row included."""
        with self._writer:
            try:
                await self._run(path, body)
            finally:
                if self._check is not None:
                    self._check.stop()
                self._row.close(Outcome.INTERRUPTED, self._exchange.status or INTERNAL_ERROR)

    async def passed(self) -> None:
        """Wait until the first byte may leave, where something is checked beside the call."""
        if self._check is not None:
            await self._check.passed()

    def on_silence(self) -> None:
        """End a call whose provider is silent."""
        if not self._row.is_closed:
            self._slot.cut(failures.silence())

    def on_left(self) -> None:
        """End a stream that its client has left; the row of a plain answer is written now.

        A cancelled stream is billed no further. A plain answer is billed in full anyway, and its
        cost is known when it has come.
        """
        if self._row.is_written:
            return
        self._writer.has_left = True
        if self._call.opening.streamed:
            self._slot.cut(ClientLeft())
            return
        wait_ms = int(self._worker.settings.upstream_timeout_seconds * 1000) + GRACE_MS
        status = self._exchange.status or ClientLeft.status
        self._row.hold(Outcome.CLIENT_CLOSED, status, wait_ms)

    async def _run(self, path: str, body: bytes) -> None:
        try:
            with self._slot:
                await self._ask(path, body)
        except (HttpClientError, TimeoutError) as error:
            await self._fail(failures.from_exception(error))
        except HcaiError as error:
            await self._fail(error)

    async def _ask(self, path: str, body: bytes) -> None:
        response = await self._worker.upstream.post(path, body)
        try:
            self._call.has_status = True
            self._writer.hear()
            if not 200 <= response.status < 300:
                answer = await response.read(failures.MAX_ERROR_BYTES)
                raise failures.from_status(response.status, response.headers, answer)
            self._call.has_answer = True
            self._name(reading.name(response.header(b"x-generation-id")))
            await self._relay(response)
        finally:
            response.close()

    async def _relay(self, response: Response) -> None:
        """Relay a successful answer to its end."""
        if self._call.opening.streamed and response.content_type != EVENT_STREAM:
            await self._expect_whole(response)
        answer = self._answer
        answer.generation_id = self._call.generation_id
        try:
            await self._pass_on(response, answer)
            outcome = answer.finish()
        except UpstreamFailed:
            self._learn(answer)
            if not answer.has_content:
                self._call.doubt_answer()
            raise
        self._learn(answer)
        await self.passed()  # who is cut here pays what is known by now
        committed = self._row.close(outcome, 200)
        is_cut = answer.is_done and not await _has_ended(response, answer)
        await committed
        await self._writer.end(answer.ending(is_cut=is_cut))

    async def _expect_whole(self, response: Response) -> None:
        """Take a plain body, most often an error, in place of a stream.

        Raises:
            UpstreamFailed: When the stream has begun.
        """
        if self._writer.has_begun:
            raise answers.failure_in(reading.read(await response.read(MAX_WHOLE_BYTES)))
        self._answer = self._writer.answer = self._whole()

    def _whole(self) -> WholeAnswer:
        return WholeAnswer(is_anthropic=self._exchange.is_anthropic)

    async def _pass_on(self, response: Response, answer: AnyAnswer) -> None:
        """Pass on what comes, up to what waits for the row."""
        writer, call = self._writer, self._call
        while not answer.is_done and (data := response.take() or await response.read_any()):
            if (beating := writer.settled()) is not None:
                await beating
            out = answer.feed(data)
            if call.generation_id is None:
                self._name(answer.generation_id)
            if not out:
                writer.hear()
                continue
            if call.first_byte_ms is None and answer.speaks(out):
                call.first_byte_ms = call.elapsed_ms()
            await writer.write(out)
        if call.first_byte_ms is None and answer.is_sized:
            call.first_byte_ms = call.elapsed_ms()

    def _learn(self, answer: AnyAnswer) -> None:
        call = self._call
        call.usage = answer.usage
        call.model = answer.model or call.model
        self._name(answer.generation_id)

    def _name(self, generation_id: str | None) -> None:
        """Keep the generation's id, and show it if our headers are not sent yet."""
        if self._row.name(generation_id) and generation_id and not self._writer.has_begun:
            self._exchange.headers.append((b"x-generation-id", generation_id.encode()))

    async def _fail(self, error: HcaiError) -> None:
        """Commit the row of a failed call, then tell its client."""
        if self._check is not None:
            self._check.stop()
        if failures.lacks_promise(error):
            self._worker.catalog.unserved.note(self._call.opening.requested_model)
        await self._row.close(_outcome_of(error), self._exchange.status or error.code)
        await self._writer.fail(error)


def _outcome_of(error: HcaiError) -> Outcome:
    if isinstance(error, UpstreamRefused):
        return Outcome.REFUSED_BY_PROVIDER
    if isinstance(error, UpstreamFailed):
        return Outcome.UPSTREAM_ERROR
    return Outcome.CLIENT_CLOSED if isinstance(error, ClientLeft) else Outcome.INTERRUPTED


async def _has_ended(response: Response, answer: AnyAnswer) -> bool:
    """Take what follows the final event; return whether the body came to its end in time."""
    try:
        while data := response.take():
            answer.feed(data)
        if data is None:
            async with asyncio.timeout(LINGER_S):
                while not answer.is_overlong and (data := await response.read_any()):
                    answer.feed(data)
    except (TimeoutError, HttpClientError):
        return False
    return not answer.is_overlong
