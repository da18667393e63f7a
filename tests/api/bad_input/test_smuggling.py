"""A request that asks for another protocol, or has trailers, is still one request."""

import json

import pytest

from tests.api.bad_input.raw import ask_once, head, line
from tests.api.traces import leaving
from tests.api.wire import assert_error, chat_body
from tests.harness.product import Product
from tests.harness.provider import Provider

pytestmark = pytest.mark.attack

COUNT = b"GET /proxy/v1/models/count HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Smuggled: 1\r\n\r\n"
BODY = json.dumps(chat_body()).encode()
LENGTH = b"Content-Length: %d"


@pytest.mark.parametrize("wish", [b"foo", b"TLS/1.2", b"H2C, foo", b"websocket2", b"websocket"])
def test_a_body_behind_an_upgrade_is_no_second_request(product: Product, wish: bytes) -> None:
    lines = [b"Connection: Upgrade", b"Upgrade: " + wish, LENGTH % len(COUNT)]
    first = head(*lines, method=b"GET", target=b"/healthz")
    assert ask_once(product, first + COUNT).json() == {"status": "ok"}
    with line(product) as opened:
        for at in range(len(first)):
            opened.send(first[at : at + 1])
        opened.send(COUNT)
        assert opened.answer().json() == {"status": "ok"}
        assert opened.rest() == b""


@pytest.mark.parametrize("wish", [b"foo", b"TLS/1.2", b"h2c"])
def test_a_good_body_behind_an_upgrade_is_read(
    product: Product, provider: Provider, key: str, wish: bytes
) -> None:
    authorization = b"Authorization: Bearer " + key.encode()
    lines = [authorization, b"Connection: Upgrade", b"Upgrade: " + wish, LENGTH % len(BODY)]
    with leaving(product, provider, traces=1), line(product) as opened:
        opened.send(head(*lines)[:-20])
        opened.send(head(*lines)[-20:] + BODY)
        assert opened.answer().status_code == 200
    assert json.loads(provider.calls()[0]["body"])["messages"] == chat_body()["messages"]


def test_a_key_in_a_trailer_is_no_key(product: Product, provider: Provider, key: str) -> None:
    authorization = b"Authorization: Bearer " + key.encode()
    chunks = b"%x\r\n%b\r\n0\r\n" % (len(BODY), BODY)
    lines = [b"Transfer-Encoding: chunked", b"Connection: close"]
    with leaving(product, provider, traces=0):
        answer = ask_once(product, head(*lines) + chunks + authorization + b"\r\n\r\n")
    assert_error(answer, 401)
    with leaving(product, provider, traces=1):
        control = ask_once(product, head(authorization, *lines) + chunks + b"X-Sum: 1\r\n\r\n")
    assert control.status_code == 200


def test_endless_trailers_are_refused(product: Product, provider: Provider, key: str) -> None:
    authorization = b"Authorization: Bearer " + key.encode()
    chunks = b"%x\r\n%b\r\n0\r\n" % (len(BODY), BODY)
    with leaving(product, provider, traces=0):
        request = head(authorization, b"Transfer-Encoding: chunked") + chunks
        answer = ask_once(product, request + b"X: a\r\n" * 200_000)
    assert "trailers" in assert_error(answer, 400)
    assert product.chat(key).status_code == 200
