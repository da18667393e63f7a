"""`GET /up`: the public status of the service, from cached health checks."""

from hcai_app import clock
from hcai_app.api.exchange import Exchange
from hcai_app.services.ops import version
from hcai_app.services.ops.health import Health
from hcai_app.worker import context
from hcai_app.worker.context import Worker

# How long a response may be cached; the state itself is a few seconds old at most.
CACHE = (b"cache-control", b"public, max-age=2")
# CORS for every origin: the status is public.
ANY_ORIGIN = (b"access-control-allow-origin", b"*")
FAILING, DOWN = "failing", "down"
OK, DEGRADED = "ok", "degraded"
# How long cached callers are served while the database is away.
KNOWN_CALLERS_S = 90.0
COMMIT = version.running_commit()


async def show(worker: Worker, exchange: Exchange) -> None:
    """Send the public status from cached health checks, without probing.

    The status code is 200 whatever the state; a load balancer uses `/readyz`.
    """
    watch = worker.health
    state = _state(worker, watch)
    body = {
        "status": state,
        "accepting_calls": state != DOWN,
        "database": _database(worker, watch),
        **({"redis": watch.redis.state} if watch.redis else {}),
        "provider": watch.provider.state,
        "simulated": worker.settings.is_simulated,
        "commit": COMMIT,
        "checked_at": clock.from_ms(watch.provider.seen_at_ms).isoformat(timespec="seconds"),
    }
    await exchange.reply_json(200, body, CACHE, ANY_ORIGIN)


def _state(worker: Worker, watch: Health) -> str:
    """Return `ok`; `degraded` when some calls fail; `down` when none can succeed."""
    if context.current() is not worker:
        return DOWN  # it waits for its database
    if watch.provider.state == DOWN or watch.database.down_for_s() > KNOWN_CALLERS_S:
        return DOWN
    states = [watch.provider.state, _database(worker, watch)]
    states += [watch.redis.state] if watch.redis else []
    return DEGRADED if {DOWN, FAILING} & set(states) else OK


def _database(worker: Worker, watch: Health) -> str:
    """Return the database's state; one that answers but takes no rows is away, too."""
    is_away = worker.ledger.backlog or context.current() is not worker
    return DOWN if is_away else watch.database.state
