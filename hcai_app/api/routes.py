"""The table of routes: every path of the API, its methods, and who answers.

What asks the provider has two doors: `/proxy` for keys, `/playground` for our own pages' users.
A new endpoint is one line here. A path with names in braces is found by its pattern; what stood at
the names is then in `scope["path_params"]`.
"""

import re
from collections.abc import Awaitable, Callable

from hcai_app.api import (
    account_export,
    activity,
    auth,
    health,
    keys,
    metrics,
    model_list,
    plain_docs,
    status,
)
from hcai_app.api.exchange import Exchange
from hcai_app.api.openapi import document
from hcai_app.api.proxy import account, callers, catalog, moderations, operations, road
from hcai_app.worker.context import Worker

Handler = Callable[[Worker, Exchange], Awaitable[None]]
Methods = dict[str, Handler]

PROXY = "/proxy"
PLAYGROUND = "/playground/v1"  # below the page's own address
DESCRIPTION = "/proxy/v1/openapi.json"
# The folders that are ours whole; of other paths only those of the table.
FOLDERS = (f"{PROXY}/", f"{PLAYGROUND}/", "/auth/", "/internal/", "/api/")
ROUTES: dict[str, Methods] = {
    **{
        f"/proxy/v1{kind.endpoint}": {"POST": road.of(kind, callers.keys_of(kind))}
        for kind in operations.ALL
    },
    **{
        f"{PLAYGROUND}{kind.endpoint}": {"POST": road.of(kind, callers.by_session)}
        for kind in operations.ALL
    },
    "/proxy/v1/moderations": {"POST": moderations.of(callers.by_key)},
    f"{PLAYGROUND}/moderations": {"POST": moderations.of(callers.by_session)},
    "/proxy/v1/models": {"GET": catalog.models},
    "/proxy/v1/models/count": {"GET": catalog.count_models},
    "/proxy/v1/embeddings/models": {"GET": catalog.embedding_models},
    "/proxy/v1/stats": {"GET": account.stats_for(callers.by_key)},
    f"{PLAYGROUND}/stats": {"GET": account.stats_for(callers.by_session)},
    "/proxy/v1/key": {"GET": account.key_for(callers.by_key)},
    f"{PLAYGROUND}/key": {"GET": account.key_for(callers.by_session)},
    "/proxy/v1/generation": {"GET": account.generation_for(callers.by_key)},
    f"{PLAYGROUND}/generation": {"GET": account.generation_for(callers.by_session)},
    DESCRIPTION: {"GET": document.show},
    "/api/models": {"GET": model_list.show},
    "/auth/login": {"GET": auth.login},
    "/auth/callback": {"GET": auth.callback},
    "/auth/logout": {"POST": auth.logout},
    "/api/keys": {"POST": keys.create},
    "/api/activity.csv": {"GET": activity.show_csv},
    "/api/account.json": {"GET": account_export.download},
    "/docs.md": {"GET": plain_docs.show_docs},
    "/llms.txt": {"GET": plain_docs.show_index},
    "/healthz": {"GET": health.alive},
    "/readyz": {"GET": health.ready},
    "/up": {"GET": status.show},
    "/metrics": {"GET": metrics.show},
}
PATTERN_ROUTES: dict[str, Methods] = {
    "/proxy/v1/model/{author}/{slug}": {"GET": catalog.show_model},
    "/proxy/v1/models/{author}/{slug}": {"GET": catalog.retrieve_model},
    "/proxy/v1/models/{author}/{slug}/endpoints": {"GET": catalog.list_endpoints},
}
PATTERNS = [
    (re.compile(re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", path)), methods)
    for path, methods in PATTERN_ROUTES.items()
]


def owns(path: str) -> bool:
    """Tell whether a path is the API's."""
    return path in ROUTES or path in (PROXY, PLAYGROUND) or path.startswith(FOLDERS)


def find(path: str) -> tuple[Methods | None, dict[str, str]]:
    """Return the methods of a path and what its names stand for; None for an unknown one."""
    wanted = path.rstrip("/") or "/"
    methods = ROUTES.get(wanted)
    if methods is not None:
        return methods, {}
    for pattern, named in PATTERNS:
        if match := pattern.fullmatch(wanted):
            return named, match.groupdict()
    return None, {}
