"""A filter as schools have them: a reverse proxy that lets no WebSocket through."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import aiohttp
from aiohttp import web
from multidict import CIMultiDict, CIMultiDictProxy

HOP_BY_HOP = ("connection", "upgrade", "keep-alive", "transfer-encoding", "content-length")


class Filter:
    """A proxy before a server, for HTTP that is no more than HTTP."""

    def __init__(self, origin: str) -> None:
        self.origin = origin
        self.port = 0
        self.is_up = threading.Event()
        self.is_over = asyncio.Event()

    async def serve(self) -> None:
        app = web.Application()
        app.router.add_route("*", "/{path:.*}", self.forward)
        runner = web.AppRunner(app, access_log=None)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        self.port = runner.addresses[0][1]
        self.is_up.set()
        await self.is_over.wait()
        await runner.cleanup()

    async def forward(self, request: web.Request) -> web.Response:
        async with (
            aiohttp.ClientSession(auto_decompress=False) as http,
            http.request(
                request.method,
                self.origin + request.path_qs,
                headers=_kept(request.headers),
                data=await request.read(),
                allow_redirects=False,
            ) as answer,
        ):
            body = await answer.read()
        return web.Response(status=answer.status, body=body, headers=_kept(answer.headers))


def _kept(headers: CIMultiDictProxy[str]) -> CIMultiDict[str]:
    return CIMultiDict((n, value) for n, value in headers.items() if n.lower() not in HOP_BY_HOP)


@contextmanager
def filtering(origin: str) -> Iterator[int]:
    """Run the filter on a thread of its own; give its port."""
    proxy, loop = Filter(origin), asyncio.new_event_loop()
    thread = threading.Thread(target=lambda: loop.run_until_complete(proxy.serve()))
    thread.start()
    try:
        assert proxy.is_up.wait(10)
        yield proxy.port
    finally:
        loop.call_soon_threadsafe(proxy.is_over.set)
        thread.join(10)
        loop.close()
