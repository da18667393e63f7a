"""The route table: every path of the API, its methods and handlers.

Endpoints of `/proxy/v1` come from their table; those with callers have a second door below
`/playground/v1`, for our own pages' users. A path with names in braces is found by its pattern;
what stood at the names is then in `path_params`.
"""

import re
from collections.abc import Iterator

from hcai_app.api import (
    account_export,
    activity,
    auth,
    base_url,
    for_robots,
    health,
    keys,
    leaked_page,
    leaks,
    metrics,
    model_list,
    plain_docs,
    request_program,
    safety_pages,
    status,
)
from hcai_app.api.endpoint import ROOT, Handler
from hcai_app.api.endpoints import CONVERSATION, DOCUMENT, ENDPOINTS
from hcai_app.api.proxy import callers, road

Methods = dict[str, Handler]

PROXY = "/proxy"
PLAYGROUND = "/playground/v1"  # below the page's own address
CONVERSED = f"{PLAYGROUND}/conversation"  # no client knows of it
DESCRIPTION = ROOT + DOCUMENT.path
# Prefixes that belong to the API whole; elsewhere only the paths of the table.
FOLDERS = (f"{PROXY}/", f"{PLAYGROUND}/", "/auth/", "/internal/", "/api/", "/v1/", "/leaked/")
BASES = (PROXY, PLAYGROUND, "/v1")
# Below these are calls of clients, wherever their base URL is wrong.
CALLED = (PROXY, "/v1", "/api/v1")
# At these, errors have the envelope of Anthropic's clients.
ANTHROPIC = tuple(endpoint.path for endpoint in ENDPOINTS if endpoint.is_anthropic)
READING = ("GET", "HEAD")
PAGE = re.compile("/models(/|$)")
# Reflex's own paths, in front of which nothing stands.
OF_REFLEX = ("/_", "/ping", "/auth-codespace")
LONE_MODEL = re.compile(ROOT + r"/models?/([^/]+)(?:/endpoints)?/?")
SLASHES = re.compile("/{2,}")


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
    ROOT: {"GET": base_url.greet},
    CONVERSED: {"POST": road.of(CONVERSATION, callers.by_session)},
    "/api/models": {"GET": model_list.show},
    "/auth/login": {"GET": auth.login},
    "/auth/callback": {"GET": auth.callback},
    "/auth/logout": {"POST": auth.logout},
    "/api/keys": {"POST": keys.create},
    "/api/keys/rotate": {"POST": keys.rotate},
    "/api/program": {"POST": request_program.show},
    "/api/activity.csv": {"GET": activity.show_csv},
    "/api/account.json": {"GET": account_export.download},
    "/internal/revoke": {"POST": leaks.revoke},
    "/api/secret-scanning/github": {"POST": leaks.scan},
    leaked_page.PATH: {"GET": leaked_page.show, "POST": leaked_page.end},
    "/docs.md": {"GET": plain_docs.show_docs},
    "/llms.txt": {"GET": plain_docs.show_index},
    "/robots.txt": {"GET": for_robots.show_rules},
    "/sitemap.xml": {"GET": for_robots.show_sitemap},
    **{path: {"GET": safety_pages.show} for path in safety_pages.PAGES},
    "/healthz": {"GET": health.alive},
    "/readyz": {"GET": health.ready},
    "/up": {"GET": status.show},
    "/metrics": {"GET": metrics.show},
}
# They are answered while a worker waits for its database, too.
AT_ALL_TIMES = ("/healthz", "/readyz", "/up", "/metrics", *safety_pages.PAGES)
PATTERN_ROUTES: dict[str, Methods] = {
    **{path: methods for path, methods in ENDPOINT_ROUTES.items() if "{" in path},
    leaked_page.OWN: {"GET": leaked_page.show_own, "POST": leaked_page.make_successor},
}
PATTERNS = [
    (re.compile(re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", path)), methods)
    for path, methods in PATTERN_ROUTES.items()
]


def squeezed(path: str) -> str:
    """Return a path in which slashes written twice are one."""
    return SLASHES.sub("/", path) if "//" in path else path


def owns(path: str, method: str = "GET") -> bool:
    """Return whether a request is the API's: its paths, and calls that look for it elsewhere.

    Pages are only read, and one of them has the name of a call.
    """
    if path.rstrip("/") in ROUTES or path in BASES or path.startswith(FOLDERS):
        return True
    if method in READING:
        return not PAGE.match(path) and is_call(path)
    return is_call(path) or (method != "OPTIONS" and not path.startswith(OF_REFLEX))


def is_call(path: str) -> bool:
    """Return whether a path would be a call's, below the right base."""
    return path != "/" and find(ROOT + path)[0] is not None


def is_for_clients(path: str) -> bool:
    """Return whether programs of any origin may ask here: the API, and where it is looked for."""
    return path.startswith(CALLED) or (not path.startswith(FOLDERS) and is_call(path))


def is_at_all_times(path: str) -> bool:
    """Return whether a path is answered while the worker does not serve yet."""
    return path.rstrip("/") in AT_ALL_TIMES


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


def model_in(path: str) -> str | None:
    """Return the name in the path of a model that lacks its author; None for other paths."""
    found = LONE_MODEL.fullmatch(path)
    return found[1] if found else None


def is_anthropic(path: str) -> bool:
    """Return whether a path's errors have the envelope of Anthropic's clients."""
    return any(map(path.__contains__, ANTHROPIC))


def endpoint_in(path: str) -> str:
    """Return the part of a call's path that names its endpoint, whichever door it came by."""
    if path == CONVERSED:
        return CONVERSATION.endpoint
    return path.removeprefix(ROOT).removeprefix(PLAYGROUND)
