"""Origin checks: a page of this site, or a program on this machine."""

import re
from ipaddress import ip_address
from urllib.parse import urlsplit

from hcai_app.api.exchange import Exchange
from hcai_app.errors import NotAllowed
from hcai_app.worker.context import Worker

# In development the pages may be opened by either name, at any port.
LOCAL_HOSTS = ("localhost", "127.0.0.1", "::1")
# Headers of a reverse proxy or a network in front, whose client need not be on this machine.
FORWARDING = re.compile(
    rb"(x-)?forwarded.*|via|x-(real|original|client|cluster|proxy|remote|envoy|azure|appengine|arr"
    rb"|vercel|nf|amz|amzn|akamai|google|host|scheme|sent-by|request-start)\b.*|(cf|cdn|fly|fastly"
    rb"|cloudfront|akamai|incap|true|azure|front-end)-.+|.*client-?ip.*|.*-(ip|addr|address|host)"
)


def require_own_page(worker: Worker, exchange: Exchange) -> None:
    """Refuse cross-site requests (CSRF).

    Raises:
        NotAllowed: When the `Origin` is missing or foreign.
    """
    origin, host = exchange.header(b"origin"), exchange.header(b"host") or ""
    is_local = not worker.settings.is_production and is_local_host(host)
    if origin != worker.settings.origin and not (is_local and origin == f"http://{host}"):
        raise NotAllowed("This works from this site's own pages only.")


def is_from_here(exchange: Exchange) -> bool:
    """Return whether a program on this machine asks, by its name, without a proxy between.

    A name that leads to loopback may be anybody's: a page elsewhere can have one (DNS rebinding).
    """
    if exchange.peer is None or not is_local_host(exchange.joined(b"host", ",")):
        return False
    if any(FORWARDING.fullmatch(name) for name, _value in exchange.sent_headers):
        return False
    try:
        address = ip_address(exchange.peer)
    except ValueError:
        return False
    mapped = getattr(address, "ipv4_mapped", None)
    return (mapped or address).is_loopback


def is_local_host(host: str) -> bool:
    """Return whether a `Host` names this machine, at any port."""
    try:
        parts = urlsplit(f"//{host}")
        return parts.hostname in LOCAL_HOSTS and (parts.port is None or parts.port > 0)
    except ValueError:  # a port that is none
        return False
