"""Whom an address limit counts as one client."""

import pytest

from hcai_app.api.client_address import client_address, network_of
from tests.api.wire import chat_body
from tests.conftest import Install

CHAT = "/chat/completions"
PEER = "10.0.0.1"
V6 = "2001:db8:1:2"


@pytest.mark.parametrize(
    ("text", "network"),
    [
        ("203.0.113.77", "203.0.113.77"),
        (" 203.0.113.77 ", "203.0.113.77"),
        ("203.0.113.77:5000", "203.0.113.77"),
        ("::ffff:203.0.113.77", "203.0.113.77"),
        ("[::ffff:cb00:714d]:443", "203.0.113.77"),
        (f"{V6}::1", f"{V6}::/64"),
        (f"{V6}:ffff::9", f"{V6}::/64"),
        (f"[{V6}::1]:443", f"{V6}::/64"),
        (f"[{V6}::1]", f"{V6}::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("2001:DB8:1:3::1", "2001:db8:1:3::/64"),
        ("::1", "::/64"),
        *((odd, None) for odd in ("", "unknown", "_hidden", "203.0.113", "1.2.3.4.5", "[", "a:b")),
        *((odd, None) for odd in ("203.0.113.077", "٣.1.1.1", "203.0.113.77/8", f"{V6}::1/64")),
    ],
)
def test_a_network_is_an_ipv4_address_or_64_bits_of_ipv6(text: str, network: str | None) -> None:
    assert network_of(text) == network


@pytest.mark.parametrize(
    ("forwarded", "hops", "address"),
    [
        ([], 0, PEER),
        (["203.0.113.9"], 0, PEER),
        (["203.0.113.9"], 1, "203.0.113.9"),
        (["6.6.6.6", "203.0.113.9"], 1, "203.0.113.9"),
        (["203.0.113.9", "10.0.0.2"], 2, "203.0.113.9"),
        (["203.0.113.9"], 2, PEER),
        (["6.6.6.6", "unknown"], 1, PEER),
        ([""], 1, PEER),
    ],
)
def test_an_address_is_what_the_trusted_proxy_saw(
    forwarded: list[str], hops: int, address: str
) -> None:
    assert client_address(PEER, forwarded, hops) == address
    assert client_address("", [], hops) == "unknown"


@pytest.mark.attack
def test_changing_ports_or_hosts_of_a_network_is_no_new_client(install: Install) -> None:
    product = install(HCAI_TRUSTED_PROXY_HOPS="1").start()

    def guess(address: str) -> int:
        unknown, headers = f"sk-hc-v1-{'0' * 64}", {"X-Forwarded-For": address}
        return product.post(CHAT, unknown, json=chat_body(), headers=headers).status_code

    for number in range(60):
        assert guess(f"[2001:db8:1:2::{number:x}]:{5000 + number}") == 401
        assert guess(f"203.0.113.77:{5000 + number}") == 401
    assert guess("2001:db8:1:2:ffff::1") == 429
    assert guess("::ffff:203.0.113.77") == 429
    assert guess("2001:db8:1:3::1") == 401
    assert guess("203.0.113.78") == 401
