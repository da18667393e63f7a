"""`python -m hcai_app serve`: the production server, pages included.

uvicorn, because it was as fast as Granian or faster on our road, ends handlers in a bounded time,
and runs one process a worker (docs/decisions/0002-uvicorn.md).
"""

import os
from typing import Any

import uvicorn

from hcai_app.edge.http_protocol import GuardedProtocol
from hcai_app.frontend import build
from hcai_app.settings import Settings

APP = "hcai_app.hcai_app:app"
BACKLOG = 4096
KEEP_ALIVE_S = 75
# What the server waits beyond HCAI_STOP_SECONDS for calls that were cut to end.
STOP_GRACE_S = 10


def serve(settings: Settings, *, host: str, port: int, workers: int, with_pages: bool) -> None:
    """Build the pages if they are not, then serve until a signal ends it.

    Raises:
        frontend.BuildError: When the pages cannot be built.
    """
    if with_pages:
        build.ensure_built()
    os.environ["REFLEX_BACKEND_HOST"] = host  # for this process' configuration and its workers'
    build.serve_built_pages(port, with_pages=with_pages)
    options: dict[str, Any] = {
        "factory": True,
        "host": host,
        "port": port,
        "workers": workers,
        "loop": "uvloop",
        "http": GuardedProtocol,
        "ws": "wsproto",
        "lifespan": "on",
        "access_log": False,
        "log_level": "warning",
        "backlog": BACKLOG,
        "timeout_keep_alive": KEEP_ALIVE_S,
        "timeout_graceful_shutdown": int(settings.stop_seconds) + STOP_GRACE_S,
        "server_header": False,
        "proxy_headers": False,
    }
    uvicorn.run(APP, **options)
