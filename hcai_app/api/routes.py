"""The route table: every path of the API, its methods and handlers.

Endpoints of `/proxy/v1` come from their table; those with callers have a second door below
`/playground/v1`, for our own pages' users. A path with names in braces is found by its pattern;
what stood at the names is then in `scope["path_params"]`.
"""

import re
from collections.abc import Iterator

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
from hcai_app.api.endpoint import ROOT, Handler
from hcai_app.api.endpoints import DOCUMENT, ENDPOINTS
from hcai_app.api.proxy import callers

Methods = dict[str, Handler]

PROXY = "/proxy"
PLAYGROUND = "/playground/v1"  # below the page's own address
DESCRIPTION = ROOT + DOCUMENT.path
# Prefixes that belong to the API whole; elsewhere only the paths of the table.
FOLDERS = (f"{PROXY}/", f"{PLAYGROUND}/", "/auth/", "/internal/", "/api/")
# Below these, errors have the envelope of Anthropic's clients.
ANTHROPIC = tuple(
    door + endpoint.path
    for endpoint in ENDPOINTS
    if endpoint.is_anthropic
    for door in (ROOT, PLAYGROUND)
)


def _of_endpoints() -> Iterator[tuple[str, Methods]]:
    """Every endpoint at its doors."""
    for endpoint in ENDPOINTS:
        if endpoint.handler is not None:
            yield ROOT + endpoint.path, {endpoint.method: endpoint.handler}
        if endpoint.handler_for is not None and endpoint.find_caller is not None:
            by_key = endpoint.handler_for(endpoint.find_caller)
            yield ROOT + endpoint.path, {endpoint.method: by_key}
            by_session = endpoint.handler_for(callers.by_session)
            yield PLAYGROUND + endpoint.path, {endpoint.method: by_session}


ENDPOINT_ROUTES: dict[str, Methods] = dict(_of_endpoints())
ROUTES: dict[str, Methods] = {
    **{path: methods for path, methods in ENDPOINT_ROUTES.items() if "{" not in path},
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
PATTERN_ROUTES = {path: methods for path, methods in ENDPOINT_ROUTES.items() if "{" in path}
PATTERNS = [
    (re.compile(re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", path)), methods)
    for path, methods in PATTERN_ROUTES.items()
]


def owns(path: str) -> bool:
    """Return whether a path is the API's."""
    return path in ROUTES or path in (PROXY, PLAYGROUND) or path.startswith(FOLDERS)


def find(path: str) -> tuple[Methods | None, dict[str, str]]:
    """Return a path's handlers by method and its path parameters; None for an unknown path."""
    wanted = path.rstrip("/") or "/"
    methods = ROUTES.get(wanted)
    if methods is not None:
        return methods, {}
    for pattern, named in PATTERNS:
        if match := pattern.fullmatch(wanted):
            return named, match.groupdict()
    return None, {}
