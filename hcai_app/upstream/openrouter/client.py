"""The relay's way to the provider: prepared requests on one pool of connections a worker.

Its own HTTP client decides the speed of the whole product (docs/decisions). Nothing of the client's
headers goes out: only the provider key and our attribution.
"""

from dataclasses import dataclass
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

from hcai_app.settings import Settings
from hcai_app.upstream.http_client import tls
from hcai_app.upstream.http_client.pool import ConnectionPool, Server
from hcai_app.upstream.http_client.response import Response

TITLE = "Hack Club AI"
PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class Provider:
    """Where the provider is and how we show ourselves to it."""

    base_url: str
    key: str
    origin: str

    @property
    def headers(self) -> dict[str, str]:
        """The headers of every request to the provider."""
        return {
            "Authorization": f"Bearer {self.key}",
            "Content-Type": "application/json",
            "HTTP-Referer": self.origin,
            "X-OpenRouter-Title": TITLE,
            "X-Title": TITLE,
            # We read what we relay, and the way back to the client would have to undo it again.
            "Accept-Encoding": "identity",
            "User-Agent": "hcai",
        }


def provider_of(settings: Settings, simulator_url: str | None) -> Provider:
    """Return the provider of the settings, or the simulated one where it runs."""
    key = settings.openrouter_api_key
    return Provider(
        base_url=(simulator_url or settings.openrouter_base_url).rstrip("/"),
        key=key.get_secret_value() if key else "simulated",
        origin=settings.origin,
    )


class Upstream:
    """The pool of connections to the provider; opened in the worker's event loop."""

    def __init__(self, provider: Provider) -> None:
        self._provider = provider
        self._heads: dict[str, bytes] = {}  # by path: all that is the same in every request
        self._pool = ConnectionPool(_server_of(provider.base_url))

    async def post(self, path: str, body: bytes) -> Response:
        """Send a call and return the answer at its headers.

        How long the provider may be silent is the writer's affair (api/proxy/writer.py).

        Raises:
            HttpClientError: When the provider cannot be reached or breaks off.
            TimeoutError: When no connection comes about.
        """
        head = self._heads.get(path)
        if head is None:
            head = self._heads[path] = _head(self._provider, path)
        return await self._pool.send(b"%b%d\r\n\r\n" % (head, len(body)), body)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        _type: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        self._pool.close()


def _server_of(base_url: str) -> Server:
    url = urlsplit(base_url)
    context = tls.client_context() if url.scheme == "https" else None
    return Server(url.hostname or "", url.port or PORTS[url.scheme], context)


def _head(provider: Provider, path: str) -> bytes:
    """Return the head of every request to a path, up to the body's length."""
    url = urlsplit(provider.base_url)
    is_default = url.port in (None, PORTS[url.scheme])
    host = url.netloc.rpartition("@")[2]
    headers = {
        "Host": host.rpartition(":")[0] if is_default and url.port else host,
        **provider.headers,
        "Accept": "*/*",
    }
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    return f"POST {url.path}{path} HTTP/1.1\r\n{lines}Content-Length: ".encode("ascii")
