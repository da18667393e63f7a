"""The API as one plain ASGI app, which turns errors into responses.

The table of routes is in routes.py. It stands in front of Reflex (hcai_app.py), which never sees
these paths.
"""

import logging

from hcai_app.api import cors, errors, routes
from hcai_app.api.exchange import Exchange, Receive, Scope, Send
from hcai_app.api.proxy.request_body import ClientGoneError
from hcai_app.errors import HcaiError, InternalError, MethodNotAllowed, NotFound, Unavailable
from hcai_app.worker import context
from hcai_app.worker.context import Worker

log = logging.getLogger(__name__)

# How much of an unknown path its 404 repeats, in characters.
MAX_SHOWN_PATH = 200


class ApiApp:
    """Serves every path that is not a page."""

    def owns(self, path: str) -> bool:
        """Return whether a path is the API's."""
        return routes.owns(path)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        serving = context.current()
        hops = serving.settings.trusted_proxy_hops if serving else 0
        exchange = Exchange(scope, receive, send, proxy_hops=hops)
        exchange.is_anthropic = exchange.path.startswith(routes.ANTHROPIC)
        try:
            if serving is None:
                raise Unavailable("The server is starting or stopping; try again in a moment.")
            await _serve(serving, exchange)
        except ClientGoneError:
            return
        except HcaiError as error:
            _count(serving, exchange, error.code)
            await errors.reply(exchange, error)
        except Exception:
            log.exception("request %s failed", exchange.request_id)
            _count(serving, exchange, InternalError.status)
            if not exchange.status:
                message = f"Something broke on our side (request {exchange.request_id})."
                await errors.reply(exchange, InternalError(message))


def _count(serving: Worker | None, exchange: Exchange, status: int) -> None:
    """Count an error by route template, so that callers cannot create metric labels."""
    if serving is not None:
        path = exchange.path if exchange.path in routes.ROUTES else None
        serving.metrics.count_refusal(path and path.removeprefix(routes.ROOT), status)


async def _serve(serving: Worker, exchange: Exchange) -> None:
    if exchange.path.startswith(routes.PROXY):
        cors.allow(exchange, serving.settings.cors_origins)
        if exchange.method == "OPTIONS":
            await cors.answer_preflight(exchange)
            return
    methods, exchange.scope["path_params"] = routes.find(exchange.path)
    if methods is None:
        shown = exchange.path[:MAX_SHOWN_PATH]
        raise NotFound(f"There is nothing at {shown}; {routes.DESCRIPTION} lists what there is.")
    method = "GET" if exchange.method == "HEAD" else exchange.method
    handler = methods.get(method)
    if handler is None:
        allowed = ", ".join(methods)
        raise MethodNotAllowed(f"Use {allowed} here.", headers={"Allow": allowed})
    await handler(serving, exchange)
