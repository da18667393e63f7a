"""Opens and closes what a worker process owns, in order.

The start: database (migrated in development), what dead workers left, the provider (simulated when
development has no key), then the services. The end: running calls get HCAI_STOP_SECONDS from the
signal on, then they are cut with an error, their rows are written, and everything closes.
"""

import asyncio
import gc
import logging
import socket
import sys
from collections.abc import AsyncIterator, Coroutine
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

from hcai_app import clock, money, settings
from hcai_app.db import migrate
from hcai_app.db.engine import Database
from hcai_app.services.call import Entry
from hcai_app.services.changes import Follower
from hcai_app.services.keys.authentication import Keyring
from hcai_app.services.ledger import recovery
from hcai_app.services.ledger.generations import Records
from hcai_app.services.ledger.journal import Journal
from hcai_app.services.ledger.reconciliation import Settler
from hcai_app.services.ledger.rollups import Rollups
from hcai_app.services.ledger.unsettled import Unsettled
from hcai_app.services.ledger.writer import Ledger
from hcai_app.services.limits.body_memory import Bodies
from hcai_app.services.limits.budget import Budget
from hcai_app.services.limits.in_flight import Running
from hcai_app.services.limits.rate import RateLimit
from hcai_app.services.limits.shared_budget import SharedBudget, SharedRoom
from hcai_app.services.live.redis import SharedLive
from hcai_app.services.live.tabs import Present
from hcai_app.services.live.watching import Live
from hcai_app.services.models.catalog import Catalog
from hcai_app.services.ops import retention
from hcai_app.services.ops.health import Watch, Watched, WatchedProvider
from hcai_app.services.ops.metrics import Metrics
from hcai_app.services.ops.revocation import Cutter
from hcai_app.services.people import eligibility
from hcai_app.services.people.sign_in import Rules
from hcai_app.services.redis_client import SharedRedis
from hcai_app.services.usage.everyone import Site
from hcai_app.settings import Settings
from hcai_app.simulator.server import Simulator
from hcai_app.upstream.openai.moderations import moderating
from hcai_app.upstream.openrouter.catalog import Directory
from hcai_app.upstream.openrouter.client import Provider, Upstream, provider_of
from hcai_app.upstream.openrouter.probe import Probe
from hcai_app.worker import context
from hcai_app.worker.context import Worker
from hcai_app.worker.shutdown import end_calls, stop_on_signal
from hcai_app.worker.sign_in import signing_in

log = logging.getLogger(__name__)

# New objects before the youngest is looked through, and how often the older generations follow.
GC_THRESHOLDS = (50_000, 20, 50)
SWITCH_INTERVAL_S = 0.0005


class SchemaError(Exception):
    """The database does not have the current schema."""


@asynccontextmanager
async def worker_lifespan(host: str) -> AsyncIterator[None]:
    """Keep this process's worker open; `host` is where its server listens.

    Registered with Reflex, which runs it once per worker.
    """
    async with open_worker(settings.load(), host=host) as opened:
        context.set_current(opened)
        _tune_interpreter()
        try:
            with stop_on_signal(opened):
                yield
        finally:
            await end_calls(opened)
            context.set_current(None)


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
async def open_worker(given: Settings, *, host: str) -> AsyncIterator[Worker]:
    """Open everything that a worker owns, and close it again in reverse order."""
    async with AsyncExitStack() as stack:
        database = Database(given.database_url)
        stack.push_async_callback(database.close)
        await _prepare_schema(database, given)
        simulator_url = await _open_simulator(stack, given)
        opened = await _open_services(stack, given, database, simulator_url, host)
        await _start_tasks(stack, opened)
        yield opened


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
    stack: AsyncExitStack,
    given: Settings,
    database: Database,
    simulator_url: str | None,
    host: str,
) -> Worker:
    provider = provider_of(given, simulator_url if given.is_simulated else None)
    journal = _open_journal(stack, given)
    name = f"{socket.gethostname()}-{journal.slot}"
    totals = Rollups(name)
    ledger = Ledger(database, journal, totals)
    ledger.start()
    stack.push_async_callback(ledger.close)
    directory = Directory(provider)
    stack.push_async_callback(directory.close)
    redis = _open_redis(stack, given)
    budget = _budget(given, database, redis, name)
    return Worker(
        settings=given,
        database=database,
        journal=journal,
        ledger=ledger,
        settler=Settler(database, totals, budget, directory.generation),
        budget=budget,
        keyring=_keyring(given, database),
        running=Running(given.max_in_flight),
        chat_limit=RateLimit("chat", given.chat_rate_limit, redis),
        moderation_limit=RateLimit("moderation", given.moderation_rate_limit, redis),
        bodies=Bodies(given.max_body_bytes),
        catalog=_catalog(given, directory),
        records=Records(directory.record),
        upstream=await stack.enter_async_context(Upstream(provider)),
        moderations=await stack.enter_async_context(moderating(given, simulator_url)),
        sign_in=await stack.enter_async_context(signing_in(given, host=host)),
        metrics=Metrics([*given.language_models, *given.image_models, *given.embedding_models]),
        unsettled=Unsettled(database),
        watch=_open_watch(stack, database, provider, redis),
        redis=redis,
        room=SharedRoom(redis, given.max_in_flight) if redis else None,
        live=Live(),
        present=Present(),
        site=Site(database),
    )


def _open_journal(stack: AsyncExitStack, given: Settings) -> Journal:
    journal = Journal(settings.journal_folder(given))
    stack.callback(journal.close)
    return journal


def _budget(given: Settings, database: Database, redis: SharedRedis | None, name: str) -> Budget:
    default = money.to_nanousd(given.daily_budget_usd)
    return SharedBudget(database, default, redis, name) if redis else Budget(database, default)


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
    await recovery.adopt(opened.journal, opened.ledger, opened.budget)
    cutter = Cutter(opened.database, opened.keyring, opened.running)
    stack.push_async_callback(cutter.close)

    def change(user_id: str, key_id: str | None) -> None:
        cutter.apply(user_id, key_id)
        opened.present.doubt(user_id)
        opened.live.touch(user_id, clock.now_ms())

    follower = Follower(opened.database, change, opened.keyring.hear)
    await follower.start()
    opened.catalog.refresh_if_stale()
    _listen(opened)
    if opened.redis:
        _keep_running(stack, SharedLive(opened.live, opened.redis).run())
    for running in (
        follower.run(),
        opened.settler.run(),
        opened.budget.run(),
        recovery.watch(opened.journal, opened.ledger, opened.budget),
        retention.run(opened.database, opened.settings.retention_days),
        opened.metrics.measure_lag(),
        *(part.run() for part in opened.watch.all),
    ):
        _keep_running(stack, running)
    if opened.room is not None:
        _keep_running(stack, opened.room.run())
    provider, given = opened.sign_in.provider, opened.settings
    if provider is not None and given.require_verified:
        rules = Rules(given.secret_key.get_secret_value(), True, given.admins)
        _keep_running(stack, eligibility.run(opened.database, provider.check, rules))


def _listen(opened: Worker) -> None:
    """Let metrics, watch and the live pages hear of what the ledger has committed."""

    def hear(entries: list[Entry]) -> None:
        opened.metrics.count(entries)
        opened.watch.provider.hear(entries)
        opened.live.hear(entries)

    def hear_settled(entry: Entry) -> None:
        opened.metrics.count_settled(entry)
        opened.live.hear([entry])

    opened.ledger.on_commit = hear
    opened.settler.on_settled = hear_settled


def _keep_running(stack: AsyncExitStack, work: Coroutine[Any, Any, None]) -> None:
    task = asyncio.create_task(work)

    async def stop() -> None:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    stack.push_async_callback(stop)
