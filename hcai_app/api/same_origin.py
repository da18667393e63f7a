"""Origin checks: a page of this site, or a program on this machine."""

import ipaddress

from hcai_app.api.exchange import Exchange
from hcai_app.errors import NotAllowed
from hcai_app.worker.context import Worker

# In development the pages may be opened by either name, at any port.
LOCAL_HOSTS = ("localhost", "127.0.0.1")
# Headers of a reverse proxy, whose client need not be on this machine.
FORWARDING = (
    b"forwarded",
    b"via",
    b"x-forwarded-for",
    b"x-forwarded-host",
    b"x-forwarded-proto",
    b"x-real-ip",
    b"cf-connecting-ip",
    b"true-client-ip",
)


def require_own_page(worker: Worker, exchange: Exchange) -> None:
    """Refuse cross-site requests (CSRF).

    Raises:
        NotAllowed: When the `Origin` is missing or foreign.
    """
    origin, host = exchange.header(b"origin"), exchange.header(b"host") or ""
    is_local = not worker.settings.is_production and host.split(":")[0] in LOCAL_HOSTS
    if origin != worker.settings.origin and not (is_local and origin == f"http://{host}"):
        raise NotAllowed("This works from this site's own pages only.")


def is_from_here(exchange: Exchange) -> bool:
    """Return whether the client is on loopback, without a reverse proxy between."""
    peer = exchange.scope.get("client")
    if peer is None or any(exchange.header(name) is not None for name in FORWARDING):
        return False
    try:
        address = ipaddress.ip_address(peer[0])
    except ValueError:
        return False
    mapped = getattr(address, "ipv4_mapped", None)
    return (mapped or address).is_loopback
