"""`GET /metrics`: all workers' metrics for Prometheus, by token or from loopback only."""

import hmac
from dataclasses import dataclass

from prometheus_client import generate_latest
from prometheus_client.core import Metric
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from prometheus_client.registry import Collector

from hcai_app.api.exchange import Exchange
from hcai_app.api.proxy.callers import bearer_key
from hcai_app.api.same_origin import is_from_here
from hcai_app.errors import NotAllowed
from hcai_app.services.ops import worker_metrics
from hcai_app.worker import gauges, supervisor_link
from hcai_app.worker.context import Worker

CONTENT_TYPE = (b"content-type", CONTENT_TYPE_PLAIN_0_0_4.encode())


@dataclass(frozen=True, slots=True)
class _Families(Collector):
    families: list[Metric]

    def collect(self) -> list[Metric]:
        return self.families


async def show(worker: Worker, exchange: Exchange) -> None:
    """Send the metrics to an authorized scraper."""
    _check_reader(worker, exchange)
    own, line = list(gauges.of_worker(worker)), supervisor_link.current()
    counted = await line.gather(own) if line else [*own, *worker_metrics.of_supervisor()]
    shared = gauges.of_everybody(worker, await worker.unsettled.find())
    body = generate_latest(_Families([*counted, *shared]))
    await exchange.reply(200, body, CONTENT_TYPE)


def _check_reader(worker: Worker, exchange: Exchange) -> None:
    """Require the metrics token, or loopback when no token is set.

    Raises:
        NotAllowed: When the token is wrong, or the client is not on this machine.
    """
    token = worker.settings.metrics_token
    if token is not None:
        given = (bearer_key(exchange) or "").encode("latin-1")
        if not hmac.compare_digest(given, token.get_secret_value().encode()):
            raise NotAllowed("Send HCAI_METRICS_TOKEN as a bearer token to see the metrics.")
    elif not is_from_here(exchange):
        raise NotAllowed(
            "Without HCAI_METRICS_TOKEN the metrics are shown on the server's own machine only."
        )
