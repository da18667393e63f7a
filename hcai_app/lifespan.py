"""Opens and closes what a worker process owns, in order.

The start: database (migrated in development), what dead workers left, the provider (simulated when
development has no key), then the services. The end: running calls get HCAI_STOP_SECONDS from the
signal on, then they are cut with an error, their rows are written, and everything closes.
"""

import asyncio
import gc
import logging
import signal
import socket
import sys
import threading
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import AsyncExitStack, asynccontextmanager
from types import FrameType
from typing import Any

from hcai_app import money, settings, worker
from hcai_app.db import migrate
from hcai_app.db.engine import Database
from hcai_app.errors import Unavailable
from hcai_app.services import adoption, housekeeping
from hcai_app.services.bodies import Bodies
from hcai_app.services.budget import Budget
from hcai_app.services.calls import Entry
from hcai_app.services.catalog import Catalog
from hcai_app.services.changes import Follower
from hcai_app.services.cutting import Cutter
from hcai_app.services.journal import Journal
from hcai_app.services.keyring import Keyring
from hcai_app.services.ledger import Ledger
from hcai_app.services.limits import RateLimit
from hcai_app.services.metrics import Metrics
from hcai_app.services.records import Records
from hcai_app.services.rollups import Rollups
from hcai_app.services.running import Running
from hcai_app.services.settling import Settler
from hcai_app.services.shared import SharedRedis
from hcai_app.services.shared_budget import SharedBudget, SharedRoom
from hcai_app.services.unsettled import Unsettled
from hcai_app.services.watch import Watch, Watched, WatchedProvider
from hcai_app.settings import Settings
from hcai_app.simulator.server import Simulator
from hcai_app.upstream.client import Provider, Upstream, provider_of
from hcai_app.upstream.directory import Directory
from hcai_app.upstream.moderations import moderating
from hcai_app.upstream.probe import Probe
from hcai_app.worker import Worker

log = logging.getLogger(__name__)

# How long calls that were cut may take to say so and to reach the ledger.
CUT_S = 5.0


# New objects before the youngest is looked through, and how often the older generations follow.
GC_THRESHOLDS = (50_000, 20, 50)
SWITCH_INTERVAL_S = 0.0005


class SchemaError(Exception):
    """The database does not have the current schema."""


@asynccontextmanager
async def worker_lifespan() -> AsyncIterator[None]:
    """Keep this process's worker open; registered with Reflex, which runs it once per worker."""
    async with open_worker(settings.load()) as opened:
        worker.set_current(opened)
        _tune_interpreter()
        try:
            with _stop_on_signal(opened):
                yield
        finally:
            await _end_calls(opened)
            worker.set_current(None)


def _tune_interpreter() -> None:
    """Set the interpreter up for a server.

    The garbage collector is kept out of what was loaded at start and lives as long as we do:
    looking through Reflex' objects again and again made pauses of a tenth of a second under load.
    And the ledger's thread on SQLite must not wait 5 ms for the interpreter's lock at each
    statement.
    """
    sys.setswitchinterval(SWITCH_INTERVAL_S)
    gc.collect()
    gc.freeze()
    gc.set_threshold(*GC_THRESHOLDS)


@asynccontextmanager
async def open_worker(given: Settings) -> AsyncIterator[Worker]:
    """Open everything that a worker owns, and close it again in reverse order."""
    async with AsyncExitStack() as stack:
        database = Database(given.database_url)
        stack.push_async_callback(database.close)
        await _prepare_schema(database, given)
        simulator_url = await _open_simulator(stack, given)
        yield await _open_services(stack, given, database, simulator_url)


async def _prepare_schema(database: Database, given: Settings) -> None:
    if not given.is_production:
        await migrate.upgrade(database)
    elif not await migrate.is_current(database):
        raise SchemaError("the database is not up to date: run python -m hcai_app migrate")


async def _open_simulator(stack: AsyncExitStack, given: Settings) -> str | None:
    """Start the simulated provider where development lacks a key; return where it is."""
    if given.is_production or (given.openrouter_api_key and given.openai_api_key):
        return None
    simulator = Simulator()
    await simulator.start()
    stack.push_async_callback(simulator.stop)
    if given.is_simulated:
        log.warning("no OPENROUTER_API_KEY: answers come from the simulated provider")
    return simulator.base_url


async def _open_services(
    stack: AsyncExitStack, given: Settings, database: Database, simulator_url: str | None
) -> Worker:
    provider = provider_of(given, simulator_url if given.is_simulated else None)
    journal = Journal(settings.journal_folder(given))
    stack.callback(journal.close)
    name = f"{socket.gethostname()}-{journal.slot}"
    totals = Rollups(name)
    ledger = Ledger(database, journal, totals)
    ledger.start()
    stack.push_async_callback(ledger.close)
    directory = Directory(provider)
    stack.push_async_callback(directory.close)
    redis = _open_redis(stack, given)
    default = money.to_nanousd(given.daily_budget_usd)
    budget = SharedBudget(database, default, redis, name) if redis else Budget(database, default)
    opened = Worker(
        settings=given,
        database=database,
        journal=journal,
        ledger=ledger,
        settler=Settler(database, totals, budget, directory.generation),
        budget=budget,
        keyring=_keyring(given, database),
        running=Running(given.max_in_flight),
        chat_limit=RateLimit("chat", given.chat_rate_limit, given.redis_url),
        moderation_limit=RateLimit("moderation", given.moderation_rate_limit, given.redis_url),
        bodies=Bodies(given.max_body_bytes),
        catalog=_catalog(given, directory),
        records=Records(directory.record),
        upstream=await stack.enter_async_context(Upstream(provider)),
        moderations=await stack.enter_async_context(moderating(given, simulator_url)),
        metrics=Metrics([*given.language_models, *given.image_models, *given.embedding_models]),
        unsettled=Unsettled(database),
        watch=_open_watch(stack, database, provider, redis),
        redis=redis,
        room=SharedRoom(redis, given.max_in_flight) if redis else None,
    )
    await _start_tasks(stack, opened)
    return opened


def _open_redis(stack: AsyncExitStack, given: Settings) -> SharedRedis | None:
    if given.redis_url is None:
        return None
    redis = SharedRedis(given.redis_url)
    stack.push_async_callback(redis.close)
    return redis


def _open_watch(
    stack: AsyncExitStack, database: Database, provider: Provider, redis: SharedRedis | None
) -> Watch:
    probe = Probe(provider)
    stack.push_async_callback(probe.close)
    return Watch(
        database=Watched("database", database.answers),
        provider=WatchedProvider(probe.ask),
        redis=Watched("redis", redis.answers) if redis else None,
    )


def _keyring(given: Settings, database: Database) -> Keyring:
    return Keyring(
        database,
        secret_key=given.secret_key.get_secret_value(),
        require_verified=given.require_verified,
    )


def _catalog(given: Settings, directory: Directory) -> Catalog:
    return Catalog(
        directory.models,
        directory.endpoints,
        language=given.language_models,
        image=given.image_models,
        embedding=given.embedding_models,
    )


async def _start_tasks(stack: AsyncExitStack, opened: Worker) -> None:
    """Adopt what dead workers left, then start what runs beside the calls."""
    await adoption.adopt(opened.journal, opened.ledger, opened.budget)
    cutter = Cutter(opened.database, opened.keyring, opened.running)
    follower = Follower(opened.database, cutter.apply, opened.keyring.hear)
    await follower.start()
    opened.catalog.refresh_if_stale()
    _listen(opened)
    for running in (
        follower.run(),
        opened.settler.run(),
        opened.budget.run(),
        adoption.watch(opened.journal, opened.ledger, opened.budget),
        housekeeping.run(opened.database, opened.settings.retention_days),
        opened.metrics.measure_lag(),
        *(part.run() for part in opened.watch.all),
    ):
        _keep_running(stack, running)
    if opened.room is not None:
        _keep_running(stack, opened.room.run())


def _listen(opened: Worker) -> None:
    """Let metrics and watch hear of what the ledger has committed."""

    def hear(entries: list[Entry]) -> None:
        opened.metrics.count(entries)
        opened.watch.provider.hear(entries)

    opened.ledger.on_commit = hear
    opened.settler.on_settled = opened.metrics.count_settled


def _keep_running(stack: AsyncExitStack, work: Coroutine[Any, Any, None]) -> None:
    task = asyncio.create_task(work)

    async def stop() -> None:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    stack.push_async_callback(stop)


class _stop_on_signal:  # noqa: N801 - used like a function
    """Cut running calls HCAI_STOP_SECONDS after SIGTERM; the server's own handler follows.

    Servers wait for running requests first and end the lifespan last, so the time must run from
    the signal on.
    """

    def __init__(self, opened: Worker) -> None:
        self._opened = opened
        self._previous: dict[int, Any] = {}

    def __enter__(self) -> None:
        if threading.current_thread() is threading.main_thread():
            for number in (signal.SIGTERM, signal.SIGINT):
                self._previous[number] = signal.getsignal(number)
                signal.signal(number, self._handler(asyncio.get_running_loop()))

    def __exit__(self, *_error: object) -> None:
        for number, handler in self._previous.items():
            signal.signal(number, handler)

    def _handler(self, loop: asyncio.AbstractEventLoop) -> Callable[[int, FrameType | None], None]:
        def handle(number: int, frame: FrameType | None) -> None:
            loop.call_soon_threadsafe(
                loop.call_later, self._opened.settings.stop_seconds, _cut_all, self._opened
            )
            previous = self._previous.get(number)
            if callable(previous):
                previous(number, frame)

        return handle


def _cut_all(opened: Worker) -> None:
    opened.running.cut_all(Unavailable("The server is restarting; send the call again.", 1))


async def _end_calls(opened: Worker) -> None:
    """Cut what still runs, and wait until it has told its client and the ledger."""
    _cut_all(opened)
    try:
        await asyncio.wait_for(opened.running.empty(), CUT_S)
    except TimeoutError:
        log.error("%d calls did not end: the next start finds them", len(opened.running))
