"""The status of `/why/{request id}`'s document: to whoever is signed in and has no such call, 404.

Reflex builds one document for all of them, and the page says by itself what it has found.
"""

from pathlib import Path

from starlette.responses import HTMLResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from hcai_app.api.exchange import AsgiExchange, Exchange
from hcai_app.api.proxy import callers
from hcai_app.errors import HcaiError, NotFound
from hcai_app.services.fairuse import appeals
from hcai_app.services.usage import refusals
from hcai_app.worker import context
from hcai_app.worker.context import Worker

FOLDER = "/why/"
DOCUMENT = "__spa-fallback.html"


class WhyDocuments:
    """Answers requests for calls that the visitor does not have; the rest is the wrapped app's."""

    def __init__(self, app: ASGIApp, *, pages: Path) -> None:
        self.app = app
        self.document = pages / DOCUMENT

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, or pass on."""
        worker = context.current()
        app = self.app
        if worker is not None and _is_read(scope) and self.document.exists():
            exchange = AsgiExchange(scope, receive, send)
            if await _is_none_of_theirs(worker, exchange):
                app = HTMLResponse(self.document.read_text(), 404)
        await app(scope, receive, send)


def _is_read(scope: Scope) -> bool:
    is_below = scope["type"] == "http" and scope["path"].startswith(FOLDER)
    return is_below and scope["method"] in ("GET", "HEAD")


async def _is_none_of_theirs(worker: Worker, exchange: Exchange) -> bool:
    """Return whether somebody is signed in and has no such call; False while nobody can say."""
    asked = exchange.path.removeprefix(FOLDER).strip("/")
    try:
        caller = await callers.signed_in(worker, exchange)
        return not await _has(worker, caller.user_id, asked)
    except HcaiError:
        return False


async def _has(worker: Worker, user_id: str, request_id: str) -> bool:
    """Return whether a call of the user's is known, or an appeal about one that is forgotten."""
    waiting = worker.refusals.waiting_of(user_id)
    try:
        await refusals.find(worker.database, user_id, request_id, waiting)
    except NotFound:
        return await appeals.about(worker.database, user_id, request_id) is not None
    return True
