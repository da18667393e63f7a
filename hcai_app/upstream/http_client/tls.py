"""TLS to the server: verified against this machine's authorities, with resumed sessions."""

import ssl
from typing import Any


class ResumingContext(ssl.SSLContext):
    """A client's context that offers the newest session at each handshake.

    asyncio has no way to hand a session in: a handshake in full costs both sides a millisecond.
    """

    newest: ssl.SSLSession | None = None

    def wrap_bio(
        self,
        incoming: ssl.MemoryBIO,
        outgoing: ssl.MemoryBIO,
        server_side: bool = False,
        server_hostname: str | bytes | None = None,
        session: ssl.SSLSession | None = None,
    ) -> ssl.SSLObject:
        """Begin a TLS connection, with the newest session."""
        offered = session or self.newest
        return super().wrap_bio(incoming, outgoing, server_side, server_hostname, offered)

    def remember(self, connection: Any) -> None:
        """Keep a connection's session; with TLS 1.3 it comes behind the handshake."""
        self.newest = connection.session or self.newest


def client_context() -> ResumingContext:
    """Return a context that verifies certificate and host name."""
    context = ResumingContext(ssl.PROTOCOL_TLS_CLIENT)
    context.load_default_certs()
    context.set_alpn_protocols(["http/1.1"])
    return context
