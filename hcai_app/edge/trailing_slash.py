"""Serves built pages without a trailing slash: `/keys`, not `/keys/`; odd paths are no page.

The build has a folder for each page, and a file server would send every first visit from `/keys` to
`/keys/`, by a redirect that it makes of the request's own Host and of `http`, also behind TLS. So
no redirect names a host here, and a path that a browser could take for one is not looked for.
"""

from pathlib import Path
from urllib.parse import urlsplit

from starlette.types import ASGIApp, Message, Receive, Scope, Send

NOWHERE = "/404"
DOTS = frozenset({".", ".."})


class TrailingSlash:
    """Rewrites a page's path to that of its document."""

    def __init__(self, app: ASGIApp, *, pages: Path) -> None:
        self.app = app
        documents = pages.rglob("*/index.html")
        self.folders = {"/" + page.parent.relative_to(pages).as_posix() for page in documents}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Call the wrapped app with the rewritten path."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        path = self._document_of(scope["path"])
        if path != scope["path"]:
            scope = {**scope, "path": path, "raw_path": path.encode()}

        async def send_on(message: Message) -> None:
            if message["type"] == "http.response.start" and 300 <= message["status"] < 400:
                message = {**message, "headers": [*map(_without_host, message["headers"])]}
            await send(message)

        await self.app(scope, receive, send_on)

    def _document_of(self, path: str) -> str:
        if path in self.folders:
            return path + "/"
        is_odd = "//" in path or "\\" in path or not path.isprintable()
        return NOWHERE if is_odd or not DOTS.isdisjoint(path.split("/")) else path


def _without_host(header: tuple[bytes, bytes]) -> tuple[bytes, bytes]:
    """Return a header, `Location` as a path of ours."""
    name, value = header
    if name.lower() != b"location":
        return header
    target = urlsplit(value.decode("latin-1"))
    path = "/" + target.path.lstrip("/")
    return name, (f"{path}?{target.query}" if target.query else path).encode("latin-1")
