"""A provider that answers with any bytes at all: what the simulated one, a true server, cannot."""

import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager


class RawProvider:
    """Answers every call with `answer`, byte for byte, then closes; look-ups find nothing."""

    def __init__(self, port: int) -> None:
        self.base_url = f"http://127.0.0.1:{port}/api/v1"
        self.answer = b""
        self.calls: list[bytes] = []

    def says(self, body: bytes, *headers: bytes, status: bytes = b"200 OK") -> None:
        """Answer with this body from now on, and with no header but these."""
        self.answer = b"\r\n".join([b"HTTP/1.1 " + status, *headers, b"", body])

    def count(self) -> int:
        return len(self.calls)


class _Conversation(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        first, length = self.rfile.readline(), 0
        while (line := self.rfile.readline()).strip():
            name, _, value = line.partition(b":")
            if name.lower() == b"content-length":
                length = int(value)
        body = self.rfile.read(length)
        self.wfile.write(self._answer_to(first, body))

    def _answer_to(self, first: bytes, body: bytes) -> bytes:
        provider: RawProvider = self.server.provider  # type: ignore[attr-defined]
        if not first.startswith(b"POST"):
            return b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
        provider.calls.append(body)
        return provider.answer


class _Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = daemon_threads = True


@contextmanager
def raw_provider() -> Iterator[RawProvider]:
    """Run one on a free port."""
    with _Server(("127.0.0.1", 0), _Conversation) as server:
        provider = RawProvider(server.server_address[1])
        server.provider = provider  # type: ignore[attr-defined]
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        yield provider
        server.shutdown()
