"""What one worker process owns, and how it is opened and closed in order.

Every service of the API hangs here; nothing is made at import, since servers fork.
"""

from dataclasses import dataclass

from hcai_app.db.engine import Database
from hcai_app.services.keys.authentication import Keyring
from hcai_app.services.ledger.generations import Records
from hcai_app.services.ledger.journal import Journal
from hcai_app.services.ledger.reconciliation import Settler
from hcai_app.services.ledger.unsettled import Unsettled
from hcai_app.services.ledger.writer import Ledger
from hcai_app.services.limits.body_memory import Bodies
from hcai_app.services.limits.budget import Budget
from hcai_app.services.limits.in_flight import Running
from hcai_app.services.limits.rate import RateLimit
from hcai_app.services.limits.shared_budget import SharedRoom
from hcai_app.services.live.tabs import Present
from hcai_app.services.live.watching import Live
from hcai_app.services.models.catalog import Catalog
from hcai_app.services.ops.health import Watch
from hcai_app.services.ops.metrics import Metrics
from hcai_app.services.redis_client import SharedRedis
from hcai_app.services.usage.everyone import Site
from hcai_app.settings import Settings
from hcai_app.upstream.openai.moderations import Moderations
from hcai_app.upstream.openrouter.client import Upstream
from hcai_app.worker.sign_in import SignIn


@dataclass(frozen=True, slots=True)
class Worker:
    """One worker's services."""

    settings: Settings
    database: Database
    journal: Journal
    ledger: Ledger
    settler: Settler
    budget: Budget
    keyring: Keyring
    running: Running
    chat_limit: RateLimit
    moderation_limit: RateLimit
    bodies: Bodies
    catalog: Catalog
    records: Records
    upstream: Upstream
    moderations: Moderations | None  # None: not offered
    sign_in: SignIn
    metrics: Metrics
    unsettled: Unsettled
    watch: Watch
    redis: SharedRedis | None
    room: SharedRoom | None  # with Redis: all workers' running calls
    live: Live
    present: Present
    site: Site


class _Holder:
    """The worker that is open in this process, if one is."""

    worker: Worker | None = None


def current() -> Worker | None:
    """Return this process's worker; None before its lifespan opens and after it ends."""
    return _Holder.worker


def set_current(worker: Worker | None) -> None:
    """Make a worker this process's; for the lifespan only."""
    _Holder.worker = worker
