"""Security and cache headers of pages, as a pure ASGI wrapper that passes streams and sockets."""

import base64
import hashlib
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from hcai_app.api.exchange import HTTPS_ONLY

INLINE_SCRIPT = re.compile(rb"<script(?![^>]*\ssrc=)[^>]*>(.*?)</script>", re.DOTALL)
# Vite puts a hash of the content into these names, and our fonts carry their version.
UNCHANGING = re.compile(r"^/(assets/.+-[\w-]{8}\.\w+|fonts/.+\.woff2)$")
HTML = b"text/html"
NOT_MODIFIED = 304
# The documents that stand in for pages whose address has a name in it, or that do not exist.
FALLBACKS = ("/404", "/__spa-fallback")
YEAR = "public, max-age=31536000, immutable"
# What no page of ours uses.
NO_FEATURES = b"camera=(), geolocation=(), microphone=(), payment=(), usb=(), serial=()"


class SecurityHeaders:
    """Adds security headers to every response of the wrapped app."""

    def __init__(self, app: ASGIApp, *, pages: Path, https_only: bool) -> None:
        self.app = app
        self.headers = [
            (b"x-content-type-options", b"nosniff"),
            (b"referrer-policy", b"strict-origin-when-cross-origin"),
            (b"cross-origin-opener-policy", b"same-origin"),
            (b"permissions-policy", NO_FEATURES),
        ]
        self.policies = Policies(pages)
        if https_only:
            self.headers.append(HTTPS_ONLY)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Call the wrapped app; add the headers to HTTP responses."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                kept = message.get("headers", [])
                added = [*self.headers, *_cache_header(scope["path"], message)]
                if message["status"] != NOT_MODIFIED:  # a cached document keeps its policy
                    policy = self.policies.of(scope["path"], kept)
                    added.append((b"content-security-policy", policy))
                message = {**message, "headers": [*kept, *added]}
            await send(message)

        await self.app(scope, receive, send_with_headers)


def _cache_header(path: str, answer: Message) -> list[tuple[bytes, bytes]]:
    if any(name.lower() == b"cache-control" for name, _ in answer.get("headers", [])):
        return []
    unchanging = answer["status"] in {200, 304} and UNCHANGING.match(path)
    return [(b"cache-control", (YEAR if unchanging else "no-cache").encode())]


class Policies:
    """The content security policy of each page: its own inline scripts, by hash, and no others."""

    def __init__(self, pages: Path) -> None:
        scripts = {_address(page, pages): _inline_script_hashes(page) for page in _documents(pages)}
        shared = {digest for path in FALLBACKS for digest in scripts.get(path, ())}
        self._of_pages = {path: _policy(found) for path, found in scripts.items()}
        self._fallback = _policy(shared)  # of addresses that have no document of their own
        self._plain = _policy(())

    def of(self, path: str, headers: Iterable[tuple[bytes, bytes]]) -> bytes:
        """Return the policy for a response; other than documents need no scripts."""
        if not any(name.lower() == b"content-type" and HTML in value for name, value in headers):
            return self._plain
        return self._of_pages.get(path.rstrip("/"), self._fallback)


def _documents(pages: Path) -> Iterator[Path]:
    return pages.rglob("*.html")


def _address(page: Path, pages: Path) -> str:
    """Return the path under which a document is served, without a slash at its end."""
    name = "/" + page.relative_to(pages).with_suffix("").as_posix()
    return name.removesuffix("/index")


def _policy(script_hashes: Iterable[str]) -> bytes:
    """Allow our own origin, and inline scripts of these hashes.

    Reflex runs some server-sent actions (toasts, scripts after an event) with `eval`, and its
    styles are written into the page while it runs: both stay allowed.
    """
    scripts = " ".join(f"'sha256-{digest}'" for digest in sorted(script_hashes))
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
    ).encode()


def _inline_script_hashes(page: Path) -> set[str]:
    bodies = filter(None, INLINE_SCRIPT.findall(page.read_bytes()))
    return {base64.b64encode(hashlib.sha256(body).digest()).decode() for body in bodies}
