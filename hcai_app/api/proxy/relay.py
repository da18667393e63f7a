"""Relays one admitted call: asks the provider, streams its answer, writes the row exactly once.

Every way out goes through `close`: the end, a failing provider, a client that leaves, a revoked
key, a stop of the server. The last byte of an answer, or `[DONE]`, leaves after the row is
committed. `answers.py` relays streams and plain answers.
"""

import asyncio
import logging
from typing import Any, Protocol

from msgspec.structs import replace

from hcai_app.api import errors
from hcai_app.api.exchange import Exchange
from hcai_app.api.proxy.heartbeat import Heartbeat
from hcai_app.errors import HcaiError, UpstreamFailed, UpstreamRefused
from hcai_app.services.call import LedgerEntry, Outcome, RunningCall
from hcai_app.services.ledger import booking
from hcai_app.services.limits.in_flight import Slot
from hcai_app.upstream import failures
from hcai_app.upstream.http_client.errors import HttpClientError
from hcai_app.upstream.http_client.response import Response
from hcai_app.upstream.openrouter import reading
from hcai_app.worker.context import Worker

log = logging.getLogger(__name__)

# A shorter call needs neither a heartbeat nor a disconnect watch.
WATCH_AFTER_S = 0.1
CLIENT_CLOSED = 499
INTERNAL_ERROR = 500
# How long after the provider's idle timeout a row still waits for its answer.
GRACE_MS = 60_000


class Answer(Protocol):
    """Relay strategy: `answers.StreamAnswer` or `answers.WholeAnswer`."""

    async def relay(self, response: Response) -> None:
        """Relay a successful answer to its end."""
        ...

    async def beat(self) -> None:
        """Send a heartbeat, because the provider is silent."""
        ...

    async def tell(self, error: HcaiError) -> None:
        """End an answer under way with an error."""
        ...


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

    answer: Answer

    def __init__(
        self,
        worker: Worker,
        exchange: Exchange,
        slot: Slot,
        call: RunningCall,
        check: RunsBeside | None = None,
    ) -> None:
        self.exchange = exchange
        self.call = call
        self.has_left = False
        given, loop = worker.settings, asyncio.get_running_loop()
        self.pulse = Heartbeat(
            exchange,
            loop,
            given.heartbeat_seconds,
            given.upstream_timeout_seconds,
            self._beat,
            self._give_up,
        )
        self._worker = worker
        self._slot = slot
        self._check = check
        self._entry: LedgerEntry | None = None
        self._committed: asyncio.Future[Any] | None = None
        self._response: Response | None = None
        self._watch: asyncio.Task[None] | None = None
        self._is_held = False  # in the journal, beyond its row: an amendment follows
        self._awaits_provider = True
        self._watch_timer = loop.call_later(WATCH_AFTER_S, self._start_watch)

    async def run(self, path: str, body: bytes) -> None:
        """Run the call to its end and clean up its tasks and timers."""
        try:
            await self._ask(path, body)
        except asyncio.CancelledError:
            await self._end_cancelled()
        except UpstreamFailed as error:
            await self._end_failed(error)
        except (HttpClientError, TimeoutError) as error:
            await self._end_failed(failures.from_exception(error))
        finally:
            self._clean_up()

    async def passed(self) -> None:
        """Wait until the first byte may leave, where something is checked beside the call."""
        if self._check is not None:
            await self._check.passed()

    async def start(self, *headers: tuple[bytes, bytes]) -> None:
        """Send our 200 and headers, with the generation's id when it is known."""
        await self.passed()
        self.show_generation()
        await self.exchange.start(200, *headers)

    def learn_generation(self, generation_id: str | None) -> None:
        """Journal the generation's id, by which reconciliation finds the cost of a lost call."""
        if generation_id is not None and self.call.generation_id is None:
            self.call.generation_id = generation_id
            try:
                self._worker.journal.name(self.call)
            except OSError as error:  # it is needed only if this process is killed
                log.error("the journal does not take a generation's id: %s", error)

    def close(self, outcome: Outcome, status: int) -> asyncio.Future[Any]:
        """Queue the call's ledger row, once; return the future of its commit."""
        self._awaits_provider = False
        if self._committed is None:
            return self._record(self.call.finish(outcome, status))
        if self._is_held:
            self._amend(self.call.finish(outcome, status))
        return self._committed

    def _amend(self, known: LedgerEntry) -> None:
        """Add what is known by now to the row written when the client of a plain answer left."""
        self._is_held = False
        if self._entry is not None:
            self._record(replace(self._entry, **booking.figures(known)))

    def _record(self, entry: LedgerEntry) -> asyncio.Future[Any]:
        is_amendment, self._entry = self._entry is not None, entry
        self._worker.budget.settle(entry)
        committed = self._worker.ledger.record(entry, self.call.segment, is_amendment=is_amendment)
        self._committed = committed
        if (left := self._leave()) is not None:
            self._committed = asyncio.gather(committed, left, return_exceptions=True)
        return self._committed

    def _leave(self) -> asyncio.Future[Any] | None:
        """Give the call's place back before its last byte: its client may call again at once.

        One whose client has left runs on, and keeps it.
        """
        shared = self._worker.shared_in_flight
        return None if shared is None or self._is_held else shared.leave(self._slot)

    async def _ask(self, path: str, body: bytes) -> None:
        response = await self._worker.upstream.post(path, body)
        self._response = response
        self.call.has_status = True
        self.pulse.hear()
        if not 200 <= response.status < 300:
            answer = await response.read(failures.MAX_ERROR_BYTES)
            raise failures.from_status(response.status, response.headers, answer)
        self.call.has_answer = True
        self.learn_generation(reading.name(response.header(b"x-generation-id")))
        await self.answer.relay(response)

    async def _end_failed(self, error: UpstreamFailed) -> None:
        is_refusal = isinstance(error, UpstreamRefused)
        await self._end(
            Outcome.REFUSED_BY_PROVIDER if is_refusal else Outcome.UPSTREAM_ERROR, error
        )

    async def _end_cancelled(self) -> None:
        """Finish after a cancellation: client disconnect, revocation or shutdown."""
        task, error = asyncio.current_task(), self._slot.cut_by
        if task is None or not (self.has_left or error):
            self.close(Outcome.INTERRUPTED, self.exchange.status or INTERNAL_ERROR)
            raise asyncio.CancelledError
        task.uncancel()
        if isinstance(error, UpstreamFailed):
            await self._end_failed(error)
        elif error is not None:
            await self._end(Outcome.INTERRUPTED, error)
        else:
            await self.close(Outcome.CLIENT_CLOSED, self.exchange.status or CLIENT_CLOSED)

    async def _end(self, outcome: Outcome, error: HcaiError) -> None:
        """Commit the row of a failed call, then send the error."""
        if self._check is not None:
            self._check.stop()
        await self.close(outcome, self.exchange.status or error.code)
        if self.has_left:
            return
        await self.pulse.stop()
        if self.exchange.status:
            await self.answer.tell(error)
        else:
            self.show_generation()
            await errors.reply(self.exchange, error)

    async def _beat(self) -> None:
        if not self.has_left:
            await self.answer.beat()

    def _give_up(self) -> None:
        if self._awaits_provider:
            self._slot.cut(failures.silence())

    def show_generation(self) -> None:
        """Add the generation's id to our headers, when it is known."""
        if self.call.generation_id is not None:
            header = (b"x-generation-id", self.call.generation_id.encode())
            self.exchange.headers.append(header)

    def _start_watch(self) -> None:
        self.pulse.start()
        self._watch = asyncio.get_running_loop().create_task(self._watch_client())

    async def _watch_client(self) -> None:
        """Wait until the client disconnects.

        A stream is cancelled, which stops the provider's billing. A plain answer is billed in full
        anyway: its row is written now, and settled when the answer arrives.
        """
        while (await self.exchange.receive())["type"] != "http.disconnect":
            pass
        if self._committed is not None:
            return
        self.has_left = True
        if self.call.opening.streamed:
            self._slot.cancel()
        else:
            wait_ms = int(self._worker.settings.upstream_timeout_seconds * 1000) + GRACE_MS
            status = self.exchange.status or CLIENT_CLOSED
            self._worker.journal.hold(self.call)
            self._is_held = True
            self._record(self.call.finish(Outcome.CLIENT_CLOSED, status, settle_in_ms=wait_ms))

    def _clean_up(self) -> None:
        """Cancel timers and tasks, and break reference cycles: collecting those cost a third."""
        if self._check is not None:
            self._check.stop()
            self._check = None
        self._watch_timer.cancel()
        del self._watch_timer
        if self._watch is not None:
            self._watch.cancel()
        self.pulse.abort()
        self.close(Outcome.INTERRUPTED, self.exchange.status or INTERNAL_ERROR)
        if self._response is not None:
            self._response.close()  # no effect on a response read to its end
        del self.answer
