"""The API alone, without the pages and their events: a server that loads no Reflex."""

from starlette.routing import Router
from starlette.types import ASGIApp, Receive, Scope, Send

from hcai_app.api.app import ApiApp
from hcai_app.api.desk.door import DeskDoor
from hcai_app.edge import server
from hcai_app.worker.opening import worker_lifespan


class ApiServer:
    """Every request is the API's; the worker lives as long as the server."""

    def __init__(self, host: str) -> None:
        self.api = DeskDoor(ApiApp())
        # It has no routes: it opens the worker, closes it, and refuses WebSockets.
        self.others = Router(lifespan=lambda _app: worker_lifespan(host))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle a request or a lifespan message."""
        await (self.api if scope["type"] == "http" else self.others)(scope, receive, send)


def api_server() -> ASGIApp:
    """Build the server's ASGI app."""
    return ApiServer(server.listening_host())
