"""Whom an address limit counts as one client."""

import ipaddress
from functools import lru_cache

# One subscriber has at least so much of IPv6.
IPV6_PREFIX = 64


def client_address(peer: str, forwarded: list[str], hops: int) -> str:
    """Return the network of a client behind as many reverse proxies as the settings trust.

    Each proxy adds the address that it saw. What is no address counts as the peer's.
    """
    seen = forwarded[-hops] if 0 < hops <= len(forwarded) else ""
    return network_of(seen) or network_of(peer) or "unknown"


@lru_cache(maxsize=1024)
def network_of(text: str) -> str | None:
    """Return an IPv4 address, or the network of an IPv6 one, without its port; None for neither."""
    host = text.strip()
    if host.startswith("["):
        host = host[1:].partition("]")[0]
    elif host.count(":") == 1:
        host = host.partition(":")[0]
    try:
        address = ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return None
    if address.version == 4:
        return str(address)
    mapped = address.ipv4_mapped
    return str(mapped or ipaddress.ip_network((address.packed, IPV6_PREFIX), strict=False))
