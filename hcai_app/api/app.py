"""The API as one plain ASGI app, which turns errors into responses.

The table of routes is in routes.py. It stands in front of Reflex (hcai_app.py), which never sees
these paths.
"""

import logging

from hcai_app.api import addresses, cors, errors, routes
from hcai_app.api.endpoint import Handler
from hcai_app.api.exchange import (
    AsgiExchange,
    ClientGoneError,
    Exchange,
    Receive,
    Scope,
    Send,
)
from hcai_app.errors import HcaiError, InternalError, MethodNotAllowed, NotFound, Unavailable
from hcai_app.worker import context
from hcai_app.worker.context import Worker

log = logging.getLogger(__name__)

# How much of an unknown path its 404 repeats, in characters.
MAX_SHOWN_PATH = 200


class ApiApp:
    """Serves every path that is not a page."""

    def owns(self, scope: Scope) -> bool:
        """Return whether a request is the API's."""
        path = routes.squeezed(scope["path"])
        return routes.owns(path, scope["method"]) or (_has_key(scope) and routes.is_call(path))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if "//" in scope["path"]:
            scope = {**scope, "path": routes.squeezed(scope["path"])}
        await answer(AsgiExchange(scope, receive, send))


async def answer(exchange: Exchange, handler: Handler | None = None) -> None:
    """Answer one request, whatever goes wrong; `handler` is its own, where that is known."""
    opened = serving = context.opened()
    if opened is not None:
        exchange.follow(opened.settings)
    exchange.is_anthropic = routes.is_anthropic(exchange.path)
    try:
        if context.current() is None and not routes.is_at_all_times(exchange.path):
            serving = None
        if serving is None:
            raise Unavailable(context.NOT_SERVING)
        await _serve(serving, exchange, handler)
    except ClientGoneError:
        return
    except HcaiError as error:
        if exchange.status:
            return  # an answer under way, which is truncated
        _count(serving, exchange, error.code)
        _note(serving, exchange, error)
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


def _note(serving: Worker | None, exchange: Exchange, error: HcaiError) -> None:
    """Keep a refused call for its owner; what was admitted has a row of the ledger instead."""
    caller = exchange.caller
    if serving is None or caller is None or exchange.is_admitted or exchange.method != "POST":
        return
    endpoint, model = routes.endpoint_in(exchange.path), exchange.model
    if model is not None and not serving.catalog.knows(model):
        model = None
    serving.refusals.note(exchange.request_id, caller, endpoint, model, error)


async def _serve(serving: Worker, exchange: Exchange, handler: Handler | None) -> None:
    if routes.is_for_clients(exchange.path):
        cors.allow(exchange, serving.settings.cors_origins)
        if exchange.method == "OPTIONS":
            await cors.answer_preflight(exchange)
            return
    if handler is None:
        handler = _handler_of(serving, exchange)
    await handler(serving, exchange)


def _handler_of(serving: Worker, exchange: Exchange) -> Handler:
    methods, exchange.path_params = routes.find(exchange.path)
    if methods is None:
        raise _nothing_at(serving, exchange)
    method = "GET" if exchange.method == "HEAD" else exchange.method
    handler = methods.get(method)
    if handler is None:
        allowed = ", ".join(methods)
        raise MethodNotAllowed(f"Use {allowed} here.", headers={"Allow": allowed})
    return handler


def _nothing_at(serving: Worker, exchange: Exchange) -> HcaiError:
    """Return the error for an unknown path, with the right one where that can be told."""
    path, origin = exchange.path, exchange.origin
    call = addresses.call_in(path)
    if call is None and (name := routes.model_in(path)):
        return serving.catalog.unknown(name)
    advice = addresses.advice(path, origin)
    if call is None and exchange.method not in routes.READING and not routes.owns(path):
        return MethodNotAllowed(f"Pages are only read.{advice}", headers={"Allow": "GET, HEAD"})
    shown = path[:MAX_SHOWN_PATH]
    return NotFound(
        f"There is nothing at {shown}.{advice} {origin}{routes.DESCRIPTION} lists what there is."
    )


def _has_key(scope: Scope) -> bool:
    """Return whether a key comes with a request, as browsers never send one."""
    return any(
        name == b"authorization" and value[:7].lower() == b"bearer "
        for name, value in scope["headers"]
    )
