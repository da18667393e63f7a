"""The simulator's server: route table, start, shutdown."""

import asyncio
import signal
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TextIO

from aiohttp import web

from hcai_app.simulator import (
    catalog_routes,
    chat,
    completions,
    control,
    embeddings,
    generations,
    images,
    keys,
    messages,
    moderations,
    replies,
    responses,
)
from hcai_app.simulator.calls import Call, CallLog
from hcai_app.simulator.errors import ANTHROPIC_PATH, Refusal
from hcai_app.simulator.exchanges import CALLS, RECORD, SCRIPT
from hcai_app.simulator.scenarios import Scenario
from hcai_app.simulator.scripts import Script

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

API = "/api/v1"
MAX_BODY = 1024**3
# Long enough to finish a response; requests still running then are cancelled.
SHUTDOWN_SECONDS = 0.1


class Simulator:
    """A simulated provider on a port of its own, inside the running event loop."""

    def __init__(
        self,
        port: int = 0,
        host: str = "127.0.0.1",
        record_file: Path | None = None,
        default_scenario: Scenario | None = None,
    ) -> None:
        self._port = port
        self._host = host
        self._record_file = record_file
        self._records: TextIO | None = None
        self._default = default_scenario or Scenario()
        self._runner: web.AppRunner | None = None
        self.calls = CallLog()
        self.base_url = ""

    async def start(self) -> None:
        """Bind the port and listen; sets `base_url`."""
        if self._record_file:
            self._records = self._record_file.open("a", encoding="utf-8")
        # Without handler_cancellation a silent stream would never notice its client's disconnect.
        self._runner = web.AppRunner(
            self._app(),
            handler_cancellation=True,
            access_log=None,
            shutdown_timeout=SHUTDOWN_SECONDS,
        )
        await self._runner.setup()
        await web.TCPSite(self._runner, self._host, self._port, backlog=4096).start()
        host, port = self._runner.addresses[0][:2]
        self.base_url = f"http://{host}:{port}{API}"

    async def stop(self) -> None:
        """Close the port and cancel running requests."""
        if self._runner:
            await self._runner.cleanup()
            self._runner = None
        if self._records:
            self._records.close()
            self._records = None

    def _app(self) -> web.Application:
        app = web.Application(middlewares=[_guarded], client_max_size=MAX_BODY)
        app[CALLS], app[SCRIPT] = self.calls, Script(self._default)
        app[RECORD] = self._record
        app.add_routes(
            [
                web.post(f"{API}/chat/completions", chat.create),
                web.post(f"{API}/completions", completions.create),
                web.post(f"{API}/responses", responses.create),
                web.post(f"{API}/messages", messages.create),
                web.post(f"{API}/embeddings", embeddings.create),
                web.post(f"{API}/images", images.create),
                web.post(f"{API}/moderations", moderations.create),
                # The OpenAI client's path when its base URL is the bare host with /v1.
                web.post("/v1/moderations", moderations.create),
                web.get(f"{API}/models", catalog_routes.list_models),
                web.get(f"{API}/models/count", catalog_routes.count),
                web.get(f"{API}/embeddings/models", catalog_routes.list_embedding_models),
                web.get(f"{API}/model/{{author}}/{{slug}}", catalog_routes.show),
                web.get(f"{API}/models/{{author}}/{{slug}}/endpoints", catalog_routes.endpoints),
                web.get(f"{API}/generation", generations.show),
                web.get(f"{API}/key", keys.show),
                web.post("/_simulator/script", control.script),
                web.post("/_simulator/reset", control.reset),
                web.get("/_simulator/calls", control.list_calls),
                web.get("/_simulator/count", control.count),
                web.get("/_simulator/requests", control.list_requests),
            ]
        )
        return app

    def _record(self, call: Call) -> None:
        if self._records:
            self._records.write(replies.encode(call.summary()).decode() + "\n")
            self._records.flush()


@web.middleware
async def _guarded(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Require a key, and render refusals in OpenRouter's envelope."""
    try:
        if not request.path.startswith("/_simulator"):
            request.app[CALLS].note(request.method, request.path_qs)
            _authenticate(request)
        return await handler(request)
    except Refusal as refusal:
        return replies.refusal(refusal, request.path)
    except web.HTTPException as error:
        return replies.refusal(Refusal(error.status, error.reason), request.path)


def _authenticate(request: web.Request) -> None:
    if request.path.endswith(ANTHROPIC_PATH) and request.headers.get("x-api-key"):
        return
    scheme, _, key = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not key.strip():
        raise Refusal(401)


def run(host: str, port: int) -> None:
    """Serve until SIGTERM or SIGINT."""
    asyncio.run(_run(host, port))


async def _run(host: str, port: int) -> None:
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopped.set)
    simulator = Simulator(port, host)
    await simulator.start()
    sys.stdout.write(f"Simulated provider on {simulator.base_url}\n")
    sys.stdout.flush()
    await stopped.wait()
    await simulator.stop()
