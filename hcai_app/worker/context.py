"""The services of one worker process.

Holds every service of the API; nothing is created at import, since servers fork.
"""

from dataclasses import dataclass, field

from hcai_app.db.engine import Database
from hcai_app.refreshed import Refreshed
from hcai_app.services.fairuse.judging import FairUse
from hcai_app.services.fairuse.upkeep import Upkeep
from hcai_app.services.keys.authentication import Authentication
from hcai_app.services.ledger.generations import Generations
from hcai_app.services.ledger.journal import Journal
from hcai_app.services.ledger.reconciliation import Reconciler
from hcai_app.services.ledger.refusals import Refusals
from hcai_app.services.ledger.writer import Ledger
from hcai_app.services.limits.body_memory import BodyMemory
from hcai_app.services.limits.budget import Budget
from hcai_app.services.limits.in_flight import InFlight
from hcai_app.services.limits.rate import RateLimit
from hcai_app.services.limits.shared_in_flight import SharedInFlight
from hcai_app.services.live.tabs import Tabs
from hcai_app.services.models.catalog import Catalog
from hcai_app.services.ops.health import Health
from hcai_app.services.ops.metrics import Metrics
from hcai_app.services.ops.switches import Switches
from hcai_app.services.redis_client import RedisClient
from hcai_app.services.safety.breaker import Breaker
from hcai_app.services.safety.counts import SafetyCounts
from hcai_app.services.usage.everyone import SiteUse
from hcai_app.services.usage.latest_calls import PublicCall
from hcai_app.services.usage.now import SiteNow, SiteToday
from hcai_app.services.usage.speeds import Speeds
from hcai_app.settings import Settings
from hcai_app.upstream.openai.moderations import Moderations
from hcai_app.upstream.openrouter.client import Upstream
from hcai_app.worker.operations import Operations
from hcai_app.worker.sign_in import SignIn
from hcai_app.worker.ticker import Ticker

NOT_SERVING = "The server is starting or stopping, or waits for its database; try again soon."


@dataclass(frozen=True, slots=True)
class Readings:
    """What is read over all users, cached."""

    everyone: Refreshed[SiteUse]
    now: Refreshed[SiteNow]
    today: Refreshed[SiteToday]
    speeds: Refreshed[Speeds]
    latest_calls: Refreshed[tuple[PublicCall, ...]]


@dataclass(frozen=True, slots=True)
class Worker:
    """One worker's services."""

    settings: Settings
    database: Database
    journal: Journal
    ledger: Ledger
    reconciler: Reconciler
    refusals: Refusals
    budget: Budget
    authentication: Authentication
    fair_use_upkeep: Upkeep
    in_flight: InFlight
    chat_limit: RateLimit
    moderation_limit: RateLimit
    body_memory: BodyMemory
    catalog: Catalog
    generations: Generations
    upstream: Upstream
    ticker: Ticker
    safety_counts: SafetyCounts
    moderations: Moderations | None  # None: not offered
    sign_in: SignIn
    metrics: Metrics
    unsettled: Refreshed[int]
    health: Health
    ops: Operations
    redis: RedisClient | None
    shared_in_flight: SharedInFlight | None  # with Redis: all workers' running calls
    tabs: Tabs
    readings: Readings
    switches: Switches
    moderation_breaker: Breaker = field(default_factory=Breaker)

    @property
    def fair_use(self) -> FairUse:
        """Who is refused for the program that they use."""
        return self.fair_use_upkeep.fair_use


class _Holder:
    """The worker of this process, if any, and whether it serves."""

    worker: Worker | None = None
    is_serving = False


def current() -> Worker | None:
    """Return this process's worker; None while it waits for its database, and after it ends."""
    return _Holder.worker if _Holder.is_serving else None


def opened() -> Worker | None:
    """Return this process's worker, even while it waits for its database."""
    return _Holder.worker


def set_opened(worker: Worker | None) -> None:
    """Set this process's worker, which does not serve yet; for the lifespan only."""
    _Holder.worker, _Holder.is_serving = worker, False


def set_current(worker: Worker) -> None:
    """Let this process's worker serve; for its start only."""
    _Holder.worker, _Holder.is_serving = worker, True
