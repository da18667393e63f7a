"""The API as one plain ASGI function: the table of routes, and the edge where errors are rendered.

It stands in front of Reflex (hcai_app.py), which never sees these paths.
"""

import logging
from collections.abc import Awaitable, Callable

from hcai_app import worker
from hcai_app.api import cors, errors, health
from hcai_app.api.exchange import Exchange, Receive, Scope, Send
from hcai_app.api.proxy import listings, road
from hcai_app.api.proxy.intake import ClientGoneError
from hcai_app.errors import HcaiError, InternalError, MethodNotAllowed, NotFound, Unavailable
from hcai_app.worker import Worker

log = logging.getLogger(__name__)

Handler = Callable[[Worker, Exchange], Awaitable[None]]

PROXY = "/proxy"
# The folders that are ours whole, and the single paths.
FOLDERS = (f"{PROXY}/", "/auth/", "/internal/", "/api/")
ROUTES: dict[str, dict[str, Handler]] = {
    "/proxy/v1/chat/completions": {"POST": road.carry},
    "/proxy/v1/models": {"GET": listings.models},
    "/proxy/v1/stats": {"GET": listings.show_stats},
    "/healthz": {"GET": health.alive},
    "/readyz": {"GET": health.ready},
}


class ApiApp:
    """Serves everything that is no page."""

    def owns(self, path: str) -> bool:
        """Tell whether a path is the API's."""
        return path in ROUTES or path == PROXY or path.startswith(FOLDERS)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        serving = worker.current()
        hops = serving.settings.trusted_proxy_hops if serving else 0
        exchange = Exchange(scope, receive, send, proxy_hops=hops)
        try:
            if serving is None:
                raise Unavailable("The server is starting or stopping; try again in a moment.")
            await _serve(serving, exchange)
        except ClientGoneError:
            return
        except HcaiError as error:
            await errors.reply(exchange, error)
        except Exception:
            log.exception("request %s failed", exchange.request_id)
            if not exchange.status:
                message = f"Something broke on our side (request {exchange.request_id})."
                await errors.reply(exchange, InternalError(message))


async def _serve(serving: Worker, exchange: Exchange) -> None:
    if exchange.path.startswith(PROXY):
        cors.allow(exchange, serving.settings.cors_origins)
        if exchange.method == "OPTIONS":
            await cors.answer_preflight(exchange)
            return
    methods = ROUTES.get(exchange.path.rstrip("/") or "/")
    if methods is None:
        raise NotFound(f"There is nothing at {exchange.path}; see /docs for what there is.")
    method = "GET" if exchange.method == "HEAD" else exchange.method
    handler = methods.get(method)
    if handler is None:
        allowed = ", ".join(methods)
        raise MethodNotAllowed(f"Use {allowed} here.", headers={"Allow": allowed})
    await handler(serving, exchange)
