"""What most people would write: Starlette and one `httpx.AsyncClient` with its default limits."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
from starlette.applications import Starlette
from starlette.background import BackgroundTask
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

_UPSTREAM = os.environ.get("BENCH_UPSTREAM", "")
_HOP = {"connection", "keep-alive", "transfer-encoding", "content-encoding", "date", "server"}


@asynccontextmanager
async def _lifespan(app: Starlette) -> AsyncIterator[None]:
    # Without the time limits of the default, 500 streams at once would end in PoolTimeout.
    async with httpx.AsyncClient(timeout=None) as client:  # noqa: S113
        app.state.client = client
        yield


async def _relay(request: Request) -> Response:
    client: httpx.AsyncClient = request.app.state.client
    url = _UPSTREAM + request.url.path
    headers = {"content-type": "application/json", "authorization": "Bearer bench"}
    body = await request.body()
    asked = client.build_request(request.method, url, content=body, headers=headers)
    answer = await client.send(asked, stream=True)
    kept = {k: v for k, v in answer.headers.items() if k not in _HOP}
    closing = BackgroundTask(answer.aclose)
    return StreamingResponse(answer.aiter_raw(), answer.status_code, kept, background=closing)


app = Starlette(routes=[Route("/{path:path}", _relay, methods=["GET", "POST"])], lifespan=_lifespan)
