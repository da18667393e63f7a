"""Serves built pages without a trailing slash: `/keys`, not `/keys/`.

The build has a folder for each page, and a file server would send every first visit from `/keys` to
`/keys/`, by a redirect that it makes of the request's own Host and of `http`, also behind TLS.
"""

from pathlib import Path

from starlette.types import ASGIApp, Receive, Scope, Send


class TrailingSlash:
    """Rewrites a page's path to that of its document."""

    def __init__(self, app: ASGIApp, *, pages: Path) -> None:
        self.app = app
        documents = pages.rglob("*/index.html")
        self.folders = {"/" + page.parent.relative_to(pages).as_posix() for page in documents}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Call the wrapped app with the rewritten path."""
        if scope["type"] == "http" and scope["path"] in self.folders:
            folder = scope["path"] + "/"
            scope = {**scope, "path": folder, "raw_path": folder.encode()}
        await self.app(scope, receive, send)
