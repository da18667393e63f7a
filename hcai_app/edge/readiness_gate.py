"""The pages of a worker that does not serve yet: a plain sentence, and no event socket.

A socket that is refused makes open pages say that the server does not answer, and try again.
"""

from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from hcai_app.worker import context

RETRY_AFTER_S = "2"


class ReadinessGate:
    """Stands before the pages until the worker serves."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Call the wrapped app, unless the worker does not serve."""
        if scope["type"] == "lifespan" or context.current() is not None:
            await self.app(scope, receive, send)
        elif scope["type"] == "http":
            headers = {"Retry-After": RETRY_AFTER_S, "Cache-Control": "no-store"}
            answer = PlainTextResponse(f"{context.NOT_SERVING}\n", 503, headers)
            await answer(scope, receive, send)
        else:
            await send({"type": "websocket.close", "code": 1013})
