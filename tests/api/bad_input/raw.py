"""HTTP as bytes: requests that no client library would send, and answers as they came."""

import http.client
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import httpx

from tests.harness.product import Product

CHAT = b"/proxy/v1/chat/completions"
WAIT_S = 10.0


class Line:
    """One connection to the server."""

    def __init__(self, connection: socket.socket) -> None:
        self._socket = connection

    def send(self, data: bytes) -> None:
        # The server may refuse and close before it has got all.
        with suppress(ConnectionError):
            self._socket.sendall(data)

    def end(self) -> None:
        """Say that nothing more will be sent; the answer can still come."""
        self._socket.shutdown(socket.SHUT_WR)

    def answer(self, method: str = "POST") -> httpx.Response:
        """Read one answer, and no byte beyond it."""
        # Unbuffered, so that the next answer of the connection is not read with this one.
        came = http.client.HTTPResponse(self._socket, method=method)
        came.fp = self._socket.makefile("rb", buffering=0)  # type: ignore[assignment]
        came.begin()
        headers = [
            (name.encode("latin-1"), value.encode("latin-1")) for name, value in came.getheaders()
        ]
        return httpx.Response(came.status, headers=headers, content=came.read())

    def piece(self) -> bytes:
        """Return what comes next, as far as it has come."""
        return self._socket.recv(65536)

    def rest(self) -> bytes:
        """Return what comes until the server closes."""
        data = b""
        with suppress(ConnectionResetError):  # it closed before it had read all of ours
            while piece := self._socket.recv(65536):
                data += piece
        return data


@contextmanager
def line(product: Product, *, wait_s: float = WAIT_S) -> Iterator[Line]:
    """Open a connection."""
    with socket.create_connection(("127.0.0.1", product.port), timeout=wait_s) as connection:
        yield Line(connection)


def head(
    *headers: bytes, method: bytes = b"POST", target: bytes = CHAT, version: bytes = b"HTTP/1.1"
) -> bytes:
    """Build a request up to its body from lines that are sent as they are."""
    first = b"%b %b %b" % (method, target, version)
    return b"\r\n".join([first, b"Host: 127.0.0.1", *headers, b"", b""])


def ask(product: Product, data: bytes, *, method: str = "POST") -> httpx.Response:
    """Send these very bytes and return the first answer."""
    with line(product) as opened:
        opened.send(data)
        return opened.answer(method)


def ask_once(product: Product, data: bytes) -> httpx.Response:
    """Send these very bytes, to which there is one answer, after which the server closes."""
    with line(product) as opened:
        opened.send(data)
        answer = opened.answer()
        assert opened.rest() == b""
        return answer
