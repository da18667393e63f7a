"""The security and cache headers of pages, as a pure ASGI wrapper: streams and sockets pass."""

import base64
import hashlib
import re
from pathlib import Path

from starlette.types import ASGIApp, Message, Receive, Scope, Send

INLINE_SCRIPT = re.compile(rb"<script(?![^>]*\ssrc=)[^>]*>(.*?)</script>", re.DOTALL)
# Vite puts a hash of the content into these names, and our fonts carry their version.
UNCHANGING = re.compile(r"^/(assets/.+-[\w-]{8}\.\w+|fonts/.+\.woff2)$")
YEAR = "public, max-age=31536000, immutable"
TWO_YEARS_HTTPS = "max-age=63072000; includeSubDomains"


class PageHeaders:
    """Adds to every answer below it what a browser needs to be strict."""

    def __init__(self, app: ASGIApp, *, pages: Path, https_only: bool) -> None:
        self.app = app
        self.headers = [
            (b"x-content-type-options", b"nosniff"),
            (b"referrer-policy", b"strict-origin-when-cross-origin"),
            (b"content-security-policy", content_security_policy(pages).encode()),
        ]
        if https_only:
            self.headers.append((b"strict-transport-security", TWO_YEARS_HTTPS.encode()))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the call on; HTTP answers get the headers."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                kept = message.get("headers", [])
                added = [*self.headers, *_cache_header(scope["path"], message)]
                message = {**message, "headers": [*kept, *added]}
            await send(message)

        await self.app(scope, receive, send_with_headers)


def _cache_header(path: str, answer: Message) -> list[tuple[bytes, bytes]]:
    if any(name.lower() == b"cache-control" for name, _ in answer.get("headers", [])):
        return []
    unchanging = answer["status"] in {200, 304} and UNCHANGING.match(path)
    return [(b"cache-control", (YEAR if unchanging else "no-cache").encode())]


def content_security_policy(pages: Path) -> str:
    """Allow our own origin and the inline scripts of the built pages, by their hashes.

    Reflex runs some server-sent actions (toasts, scripts after an event) with `eval`, and its
    styles are written into the page while it runs: both stay allowed.
    """
    scripts = " ".join(f"'sha256-{digest}'" for digest in _inline_script_hashes(pages))
    return "; ".join(
        [
            "default-src 'self'",
            f"script-src 'self' 'unsafe-eval' {scripts}".strip(),
            "style-src 'self' 'unsafe-inline'",
            "img-src 'self' data: blob:",
            "media-src 'self' data: blob:",
            "font-src 'self'",
            "connect-src 'self'",
            "object-src 'none'",
            "base-uri 'self'",
            "form-action 'self'",
            "frame-ancestors 'none'",
        ]
    )


def _inline_script_hashes(pages: Path) -> list[str]:
    bodies = {
        body
        for page in pages.rglob("*.html")
        for body in INLINE_SCRIPT.findall(page.read_bytes())
        if body
    }
    return sorted(base64.b64encode(hashlib.sha256(body).digest()).decode() for body in bodies)
