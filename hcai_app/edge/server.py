"""`python -m hcai_app serve`: the production server, of the whole app or of the API alone.

uvicorn, because it was as fast as Granian or faster on our road, ends handlers in a bounded time,
and runs one process a worker (docs/decisions/0002-uvicorn.md).
"""

import os
from typing import Any

import uvicorn

from hcai_app.edge.http_protocol import GuardedProtocol
from hcai_app.edge.socket_limits import MAX_MESSAGE
from hcai_app.settings import Settings

APP = "hcai_app.hcai_app:app"
API = "hcai_app.edge.api_server:api_server"
# Environment variable of the listening address for workers; Reflex reads it too.
HOST = "REFLEX_BACKEND_HOST"
BACKLOG = 4096
KEEP_ALIVE_S = 75
# Extra wait after HCAI_STOP_SECONDS for cancelled calls to end, in seconds.
STOP_GRACE_S = 10


def serve(app: str, settings: Settings, *, host: str, port: int, workers: int) -> None:
    """Serve an app, named like `APP` or `API`, until a signal ends it."""
    os.environ[HOST] = host
    options: dict[str, Any] = {
        "factory": True,
        "host": host,
        "port": port,
        "workers": workers,
        "loop": "uvloop",
        "http": GuardedProtocol,
        "ws": "wsproto",
        # Compressed, a few bytes become megabytes before anybody can refuse them.
        "ws_per_message_deflate": False,
        "ws_max_size": MAX_MESSAGE,
        "lifespan": "on",
        "access_log": False,
        "log_level": "warning",
        "backlog": BACKLOG,
        "timeout_keep_alive": KEEP_ALIVE_S,
        "timeout_graceful_shutdown": int(settings.stop_seconds) + STOP_GRACE_S,
        "server_header": False,
        "proxy_headers": False,
    }
    uvicorn.run(app, **options)


def listening_host() -> str:
    """Return the listening address of this worker's server."""
    return os.environ[HOST]
