"""The one writer of an answer on its way: its exchange, its heartbeats, its client's leaving.

The Python client of OpenRouter gives up after five silent seconds and then asks again, at our cost:
bytes are sent whenever the provider is silent for long. After a much longer silence the call ends.
Nobody else writes, so that a heartbeat never splits a line.
"""

import asyncio
from collections.abc import Awaitable
from types import TracebackType
from typing import Protocol, Self

from hcai_app.api import errors
from hcai_app.api.exchange import UNBUFFERED, Exchange
from hcai_app.api.proxy.answers import AnyAnswer
from hcai_app.errors import HcaiError
from hcai_app.worker.ticker import Ticker

# A shorter call needs no watch over its client.
WATCH_AFTER_S = 0.1


class Listener(Protocol):
    """Who is told what happens while nothing is written."""

    async def passed(self) -> None:
        """Wait until the first byte may leave."""
        ...

    def on_silence(self) -> None:
        """The provider was silent for too long."""
        ...

    def on_left(self) -> None:
        """The client has disconnected."""
        ...


class AnswerWriter:
    """Writes one answer; a context manager, at whose end no timer and no task is left."""

    def __init__(
        self,
        exchange: Exchange,
        ticker: Ticker,
        answer: AnyAnswer,
        heartbeat_s: float,
        *,
        patience_s: float = float("inf"),
        listener: Listener | None = None,
    ) -> None:
        self.answer = answer
        self.has_left = False  # the client; nothing is written any more
        self._exchange = exchange
        self._ticker = ticker
        # Never longer than that, though nobody looks between two ticks.
        self._heartbeat_s = heartbeat_s - ticker.tick_s
        self._patience_s = patience_s
        self._listener = listener
        self._loop = asyncio.get_running_loop()
        self._began_at = self._sent_at = self._heard_at = self._loop.time()
        self._is_writing = False
        self._beating: asyncio.Task[None] | None = None
        self._watch: asyncio.Task[None] | None = None

    def __enter__(self) -> Self:
        self._ticker.add(self)
        return self

    def __exit__(
        self,
        _type: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        self._ticker.remove(self)
        # So that all are freed without the garbage collector: collecting them cost a third.
        tasks, self._beating, self._watch = (self._beating, self._watch), None, None
        self._listener = None
        for task in tasks:
            if task is not None:
                task.cancel()

    @property
    def has_begun(self) -> bool:
        """Whether status and headers are sent."""
        return self._exchange.status != 0

    def hear(self) -> None:
        """Note that the provider has sent something; `write` does by itself."""
        self._heard_at = self._loop.time()

    def settled(self) -> Awaitable[None] | None:
        """Return a heartbeat under way, if there is one, to be awaited.

        Await it before taking in a new piece, then write at once: a heartbeat must not split a line
        whose beginning is not written yet.
        """
        return self._beating

    async def write(self, data: bytes) -> None:
        """Send a piece of the answer, behind its headers."""
        self._is_writing = True
        try:
            if not self._exchange.status:
                await self._begin()
            if not self.has_left:
                await self._exchange.write(data)
        finally:
            self._is_writing = False
            self._sent_at = self._heard_at = self._loop.time()

    async def end(self, data: bytes) -> None:
        """Send the last piece."""
        await self._stop()
        if self.has_left:
            return
        if self._exchange.status or not self.answer.is_sized:
            if not self._exchange.status:
                await self._begin()
            await self._exchange.write(data, more=False)
        else:
            await self._passed()
            await self._exchange.reply(200, data, self.answer.content_type)

    async def fail(self, error: HcaiError) -> None:
        """End with an error: with its own status, or in the form of the answer that has begun."""
        await self._stop()
        if self.has_left:
            return
        if not self._exchange.status:
            await errors.reply(self._exchange, error)
            return
        end = self.answer.failure(error, errors.body_for(self._exchange, error))
        if end is not None:
            await self._exchange.write(end, more=False)

    def tick(self, now: float) -> None:
        """Look at the time: is there somebody who has waited for long?"""
        if self._is_writing:  # backpressure of a slow client: the provider is not silent
            self._sent_at = self._heard_at = now
        elif now - self._heard_at >= self._patience_s and self._listener is not None:
            self._listener.on_silence()
        elif now - self._sent_at >= self._heartbeat_s and self._beating is None:
            self._beating = self._loop.create_task(self._beat())
        if self._watch is None and self._listener and now - self._began_at >= WATCH_AFTER_S:
            self._watch = self._loop.create_task(self._watch_client())

    async def _begin(self) -> None:
        await self._passed()
        await self._exchange.start(200, self.answer.content_type, *UNBUFFERED)

    async def _passed(self) -> None:
        if self._listener is not None:
            await self._listener.passed()

    async def _beat(self) -> None:
        try:
            if not self.has_left:
                if not self._exchange.status:
                    await self._begin()
                await self._exchange.write(self.answer.filler())  # the head, if nothing else
        finally:
            self._beating = None
            self._sent_at = self._loop.time()

    async def _stop(self) -> None:
        """Send no heartbeat after the one under way."""
        self._ticker.remove(self)
        if self._beating is not None:
            await self._beating

    async def _watch_client(self) -> None:
        await self._exchange.until_left()
        if self._listener is not None:
            self._listener.on_left()
