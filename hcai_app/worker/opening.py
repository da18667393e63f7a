"""Opens and closes the services of a worker process, in order.

The start: the provider (simulated when development has no key), then the services, none of which
waits for another machine; `starting` does the rest. The end: running calls get HCAI_STOP_SECONDS
from the signal on, then they are cancelled with an error, their rows are written, and everything
closes.
"""

import gc
import logging
import sys
from collections.abc import AsyncIterator, Iterable
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial

from hcai_app import money
from hcai_app.db.engine import Database
from hcai_app.services.fairuse import rules
from hcai_app.services.fairuse.exemptions import Exemptions
from hcai_app.services.fairuse.judging import FairUse
from hcai_app.services.fairuse.learned import Learned
from hcai_app.services.fairuse.upkeep import Upkeep
from hcai_app.services.keys.authentication import Authentication
from hcai_app.services.ledger import reconciliation, rows
from hcai_app.services.ledger.generations import Generations
from hcai_app.services.ledger.journal import Journal
from hcai_app.services.ledger.reconciliation import Reconciler
from hcai_app.services.ledger.refusals import Refusals
from hcai_app.services.ledger.rollups import Rollups
from hcai_app.services.ledger.writer import Ledger, OnCommit, OnSettled
from hcai_app.services.limits.body_memory import BodyMemory
from hcai_app.services.limits.budget import Budget
from hcai_app.services.limits.in_flight import InFlight
from hcai_app.services.limits.rate import RateLimit
from hcai_app.services.limits.shared_budget import SharedBudget
from hcai_app.services.limits.shared_in_flight import SharedInFlight
from hcai_app.services.live.tabs import Tabs
from hcai_app.services.models.catalog import Catalog
from hcai_app.services.ops.health import DependencyHealth, Health, ProviderHealth
from hcai_app.services.ops.metrics import Metrics
from hcai_app.services.ops.switches import Switches
from hcai_app.services.redis_client import RedisClient
from hcai_app.services.safety.counts import SafetyCounts
from hcai_app.services.usage import everyone, latest_calls, now, speeds
from hcai_app.settings import NO_MODERATION, Settings, journal_folder, load_settings
from hcai_app.upstream.openai.moderations import moderating
from hcai_app.upstream.openrouter.catalog import CatalogClient
from hcai_app.upstream.openrouter.client import Provider, Upstream, provider_of
from hcai_app.upstream.openrouter.probe import Probe
from hcai_app.worker import background, foreign_faults, starting
from hcai_app.worker.context import Readings, Worker
from hcai_app.worker.operations import operating
from hcai_app.worker.shutdown import stop_on_signal
from hcai_app.worker.sign_in import signing_in
from hcai_app.worker.supervisor_link import StartError, refuse
from hcai_app.worker.ticker import TICK_S, Ticker

log = logging.getLogger(__name__)

# Garbage collector thresholds: new objects before a young collection, then the older generations'.
GC_THRESHOLDS = (50_000, 20, 50)
SWITCH_INTERVAL_S = 0.0005


@asynccontextmanager
async def worker_lifespan(host: str) -> AsyncIterator[None]:
    """Open this process's worker for the app's lifespan; `host` is the listening address.

    Registered with Reflex, which runs it once per worker.
    """
    foreign_faults.quieten()
    async with AsyncExitStack() as stack:
        try:
            opened = await stack.enter_async_context(open_worker(load_settings(), host=host))
        except StartError as error:
            refuse(str(error))
        await stack.enter_async_context(starting.serving(opened))
        _tune_interpreter()
        with stop_on_signal(opened):
            yield


def _tune_interpreter() -> None:
    """Tune garbage collection and thread switching for a server.

    Objects loaded at startup are frozen: scanning those of Reflex at each collection made pauses of
    a tenth of a second under load. And the ledger's thread on SQLite must not wait 5 ms for the GIL
    at each statement.
    """
    sys.setswitchinterval(SWITCH_INTERVAL_S)
    gc.collect()
    gc.freeze()
    gc.set_threshold(*GC_THRESHOLDS)


@asynccontextmanager
async def open_worker(settings: Settings, *, host: str) -> AsyncIterator[Worker]:
    """Open every service of a worker; close them in reverse order."""
    async with AsyncExitStack() as stack:
        database = Database(settings.database_url)
        stack.push_async_callback(database.close)
        simulator_url = await _open_simulator(stack, settings)
        yield await _open_services(stack, settings, database, simulator_url, host)


async def _open_simulator(stack: AsyncExitStack, settings: Settings) -> str | None:
    """Start the simulated provider when development has no key; return its address."""
    if settings.is_production or (settings.openrouter_api_key and settings.openai_api_key):
        return None
    from hcai_app.simulator.server import Simulator  # noqa: PLC0415 - with aiohttp 8 MB, for tests

    simulator = Simulator()
    await simulator.start()
    stack.push_async_callback(simulator.stop)
    if settings.is_simulated:
        log.warning("no OPENROUTER_API_KEY: answers come from the simulated provider")
    return simulator.base_url


async def _open_services(
    stack: AsyncExitStack, settings: Settings, database: Database, simulator: str | None, host: str
) -> Worker:
    provider = provider_of(settings, simulator if settings.is_simulated else None)
    journal, client = _open_journal(stack, settings), _open_catalog_client(stack, provider)
    redis, metrics = await _open_redis(stack, settings, journal), Metrics(settings.models)
    tabs, health = _open_tabs(stack, redis), _open_health(stack, database, provider, redis)
    budget, heard = _budget(settings, database, redis), _listeners(metrics, health, tabs)
    ledger = _ledger(database, journal, totals := Rollups(journal.worker), budget, heard)
    return Worker(
        settings=settings,
        database=database,
        journal=journal,
        ledger=_started(stack, ledger),
        reconciler=Reconciler(database, totals, budget, client.generation, heard[1]),
        refusals=Refusals(database, tabs.note),
        budget=budget,
        authentication=_authentication(settings, database, redis),
        fair_use_upkeep=_fair_use(settings, database, metrics),
        in_flight=InFlight(settings.max_in_flight),
        chat_limit=RateLimit("chat", settings.chat_rate_limit, redis),
        moderation_limit=RateLimit("moderation", settings.moderation_rate_limit, redis),
        body_memory=BodyMemory(settings.max_body_bytes),
        catalog=_catalog(settings, client, switches := Switches(database)),
        generations=Generations(client.record, partial(rows.has_generation, database)),
        upstream=await stack.enter_async_context(Upstream(provider)),
        ticker=Ticker(min(TICK_S, settings.heartbeat_seconds / 10)),
        safety_counts=SafetyCounts(database),
        moderations=await stack.enter_async_context(moderating(settings, simulator)),
        sign_in=await stack.enter_async_context(signing_in(settings, redis, host=host)),
        metrics=metrics,
        unsettled=reconciliation.unsettled_rows(database),
        health=health,
        ops=await stack.enter_async_context(operating(settings, database, budget, redis)),
        redis=redis,
        shared_in_flight=SharedInFlight(redis, settings.max_in_flight) if redis else None,
        tabs=tabs,
        readings=_readings(database),
        switches=switches,
    )


def _readings(database: Database) -> Readings:
    return Readings(
        everyone.cached(database),
        now.cached(database),
        now.cached_today(database),
        speeds.cached(database),
        latest_calls.cached(database),
    )


def _fair_use(settings: Settings, database: Database, metrics: Metrics) -> Upkeep:
    learned = Learned(settings.secret_key.get_secret_value())
    count, exemptions = metrics.count_fair_use, Exemptions(database)
    return Upkeep(database, FairUse(rules.load_own(), count, exemptions, learned))


def _open_journal(stack: AsyncExitStack, settings: Settings) -> Journal:
    folder = journal_folder(settings)
    try:
        journal = Journal(folder)
    except OSError as error:
        raise StartError(f"{folder} cannot be written ({error.strerror}): mend that") from error
    stack.callback(journal.close)
    return journal


def _budget(settings: Settings, database: Database, redis: RedisClient | None) -> Budget:
    default, total = money.to_nanousd(settings.daily_budget_usd), settings.total_daily_budget_usd
    brake = None if total is None else money.to_nanousd(total)
    if redis is None:
        return Budget(database, default, brake)
    return SharedBudget(database, default, redis, brake)


def _listeners(
    metrics: Metrics, health: Health, tabs: Tabs
) -> tuple[tuple[OnCommit, ...], tuple[OnSettled, ...]]:
    """Return who hears of committed rows, and who of rows that are settled later."""
    on_commit = (metrics.count, health.provider.hear, tabs.hear)
    return on_commit, (metrics.count_settled, tabs.hear_settled)


def _ledger(
    database: Database,
    journal: Journal,
    totals: Rollups,
    budget: Budget,
    listeners: tuple[Iterable[OnCommit], Iterable[OnSettled]],
) -> Ledger:
    heard, on_settled = listeners
    on_commit = (budget.book, *heard)
    on_settled = (lambda entry: budget.book([entry]), *on_settled)
    return Ledger(database, journal, totals, on_commit, on_settled, (budget.forget,), heard)


def _started(stack: AsyncExitStack, ledger: Ledger) -> Ledger:
    ledger.start()
    stack.push_async_callback(ledger.close)
    return ledger


def _open_catalog_client(stack: AsyncExitStack, provider: Provider) -> CatalogClient:
    client = CatalogClient(provider)
    stack.push_async_callback(client.close)
    return client


async def _open_redis(
    stack: AsyncExitStack, settings: Settings, journal: Journal
) -> RedisClient | None:
    if settings.redis_url is None:
        return None
    redis = RedisClient(settings.redis_url, journal.workers_known())
    stack.push_async_callback(redis.close)
    await redis.beat()
    background.keep_running(stack, redis.run())
    return redis


def _open_tabs(stack: AsyncExitStack, redis: RedisClient | None) -> Tabs:
    if redis is None:
        return Tabs()
    from hcai_app.services.live.redis import OtherWorkers  # noqa: PLC0415 - brings Redis' client

    others = OtherWorkers(redis)
    tabs = Tabs(others.tell)
    background.keep_running(stack, others.run(tabs))
    return tabs


def _open_health(
    stack: AsyncExitStack, database: Database, provider: Provider, redis: RedisClient | None
) -> Health:
    probe = Probe(provider)
    stack.push_async_callback(probe.close)
    return Health(
        database=DependencyHealth("database", database.answers),
        provider=ProviderHealth(probe.ask),
        redis=DependencyHealth("redis", redis.is_there, is_told=False) if redis else None,
    )


def _authentication(
    settings: Settings, database: Database, redis: RedisClient | None
) -> Authentication:
    return Authentication(
        database,
        secret_key=settings.secret_key.get_secret_value(),
        require_verified=settings.require_verified,
        redis=redis,
    )


def _catalog(settings: Settings, directory: CatalogClient, switches: Switches) -> Catalog:
    for note in settings.minors_notes:
        log.warning("safety of minors: %s", note)
    if settings.lacks_moderation:
        log.warning("safety of minors: %s", NO_MODERATION)
    catalog = Catalog(
        directory.models,
        directory.endpoints,
        **settings.model_lists,
        is_fit=settings.is_fit,
        why_off=switches.why_off,
    )
    switches.on_read = catalog.change
    return catalog
