"""The desk's door: admins get the desk, and for everybody else there is nothing here.

It stands in front of both doors. Whoever is no admin is passed on as if no path had been looked at,
so that they get what any unknown path gets, to the byte.
"""

from collections.abc import Awaitable, Callable

from hcai_app.api.desk import desk
from hcai_app.api.desk.visit import ROOT
from hcai_app.api.exchange import AsgiExchange, Exchange, Receive, Scope, Send
from hcai_app.api.proxy import callers
from hcai_app.errors import HcaiError
from hcai_app.services.people.admins import find_admin
from hcai_app.services.people.users import User
from hcai_app.worker import context
from hcai_app.worker.context import Worker

App = Callable[[Scope, Receive, Send], Awaitable[None]]


class DeskDoor:
    """Serves the desk to admins; all else goes to the wrapped app."""

    def __init__(self, app: App) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        worker = context.current()
        if worker is not None and _is_below(scope):
            exchange = AsgiExchange(scope, receive, send)
            exchange.follow(worker.settings)
            if (admin := await _admin(worker, exchange)) is not None:
                await desk.serve(worker, exchange, admin)
                return
        await self.app(scope, receive, send)


def _is_below(scope: Scope) -> bool:
    if scope["type"] != "http":
        return False
    path = scope["path"]
    return path == ROOT or path.startswith(f"{ROOT}/")


async def _admin(worker: Worker, exchange: Exchange) -> User | None:
    """Return who asks if they are an admin; while nobody can say, nobody is."""
    try:
        caller = await callers.signed_in(worker, exchange)
        return await find_admin(worker.database, worker.settings, caller.user_id)
    except HcaiError:
        return None
