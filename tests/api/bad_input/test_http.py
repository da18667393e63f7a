"""Bytes that are no HTTP, lie about their length, or could hide a second request.

What cannot be read is refused in the error form, and the connection closed: whatever follows on it
could be read as a request that nobody made.
"""

import json
import time

import pytest

from tests.api.bad_input.raw import ask, ask_once, head, line
from tests.api.traces import leaving, rows
from tests.api.wire import assert_error, chat_body, events
from tests.chaos.books import wait_until
from tests.harness.product import Product
from tests.harness.provider import Provider

BODY = json.dumps(chat_body()).encode()
STREAMED = json.dumps(chat_body(stream=True)).encode()
JSON = b"Content-Type: application/json"
CHUNKED = b"Transfer-Encoding: chunked"
SECOND = b"GET /proxy/v1/models HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"


def length(body: bytes) -> bytes:
    return b"Content-Length: %d" % len(body)


def chunk(body: bytes) -> bytes:
    return b"%x\r\n%b\r\n" % (len(body), body)


WHOLE = chunk(BODY) + b"0\r\n\r\n"
# Headers beside key and type, and what follows them.
UNREADABLE = {
    "length-not-a-number": ([b"Content-Length: many"], BODY),
    "length-negative": ([b"Content-Length: -1"], BODY),
    "length-signed": ([b"Content-Length: +5"], BODY),
    "length-beyond-64-bits": ([b"Content-Length: " + b"9" * 30], BODY),
    "length-empty": ([b"Content-Length:"], BODY),
    "two-lengths": ([length(BODY), b"Content-Length: 3"], BODY),
    "two-lengths-in-one": ([length(BODY) + b", 3"], BODY),
    "length-and-chunks": ([length(BODY), CHUNKED], WHOLE),
    "chunks-and-length": ([CHUNKED, b"Content-Length: 3"], WHOLE),
    "chunks-and-length-0": ([b"Content-Length: 0", CHUNKED], WHOLE),
    "neither-length-nor-chunks": ([], BODY),
    "encoding-unknown": ([b"Transfer-Encoding: xchunked"], WHOLE),
    "encoding-with-a-control-character": ([b"Transfer-Encoding: \x0bchunked"], WHOLE),
    "encoding-twice": ([CHUNKED, b"Transfer-Encoding: identity"], WHOLE),
    "encoding-without-chunks": ([b"Transfer-Encoding: gzip"], BODY),
    "space-before-the-colon": ([b"Content-Length : 5"], BODY),
    "folded-header": ([length(BODY), b"X-Folded: a", b" Content-Length: 3"], BODY),
    "chunk-size-not-a-number": ([CHUNKED], b"zz\r\n" + BODY + b"\r\n0\r\n\r\n"),
    "chunk-size-negative": ([CHUNKED], b"-1\r\n" + BODY + b"\r\n0\r\n\r\n"),
    "chunk-size-beyond-64-bits": ([CHUNKED], b"f" * 17 + b"\r\n" + BODY),
    "chunk-longer-than-said": ([CHUNKED], b"5\r\n" + BODY + b"\r\n0\r\n\r\n"),
    "nul-in-the-key": ([length(BODY), b"Authorization: Bearer sk-hc-v1-\0"], BODY),
    "nul-in-a-header": ([length(BODY), b"X-Odd: a\0b"], BODY),
    "carriage-return-in-a-header": ([length(BODY), b"X-Odd: a\rb"], BODY),
    "header-without-colon": ([length(BODY), b"X-Odd"], BODY),
    "space-in-a-header-name": ([length(BODY), b"X Odd: 1"], BODY),
}


@pytest.mark.parametrize(("headers", "body"), UNREADABLE.values(), ids=UNREADABLE)
def test_what_cannot_be_read_is_400_and_closes_the_connection(
    product: Product, provider: Provider, key: str, headers: list[bytes], body: bytes
) -> None:
    authorization = b"Authorization: Bearer " + key.encode()
    request = head(authorization, JSON, *headers) + body
    with leaving(product, provider, traces=0):
        answer = ask_once(product, request + SECOND)  # which gets no answer
    assert_error(answer, 400)
    assert answer.headers["connection"] == "close"


FIRST_LINES = {
    "tls": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
    "noise": b"\xff\xfe\xfd",
    "http-2": b"PRI * HTTP/2.0\r\n\r\nSM",
    "unknown-version": b"POST /proxy/v1/chat/completions HTTP/1.9",
    "no-version-at-all": b"POST /proxy/v1/chat/completions HTTP/",
    "unknown-method": b"BREW /proxy/v1/chat/completions HTTP/1.1",
    "lower-case-method": b"post /proxy/v1/chat/completions HTTP/1.1",
    "connect": b"CONNECT example.org:443 HTTP/1.1",
    "space-in-the-path": b"POST /proxy/v1/chat completions HTTP/1.1",
    "nul-in-the-path": b"POST /proxy/v1/chat/completions\0 HTTP/1.1",
    "bytes-in-the-path": "POST /proxy/v1/ключ HTTP/1.1".encode(),
    "no-path": b"POST HTTP/1.1",
    "path-of-100-kb": b"POST /proxy/v1/" + b"x" * 100_000 + b" HTTP/1.1",
}


@pytest.mark.parametrize("first", FIRST_LINES.values(), ids=FIRST_LINES)
def test_a_first_line_that_is_none_is_400(
    product: Product, provider: Provider, first: bytes
) -> None:
    with leaving(product, provider, traces=0):
        answer = ask_once(product, first + b"\r\nHost: 127.0.0.1\r\n\r\n")
    assert_error(answer, 400)


@pytest.mark.parametrize("target", [b"/" + b"x" * 1_000_000, b"/proxy/v1/models"])
def test_headers_without_end_are_400(product: Product, target: bytes) -> None:
    endless = head(b"X-Long: " + b"x" * 1_000_000, method=b"GET", target=target)
    assert "too long" in assert_error(ask_once(product, endless), 400)
    assert product.get("/models").status_code == 200


def test_headers_of_60_kb_are_taken(product: Product, provider: Provider, key: str) -> None:
    headers = {"X-Long": "x" * 60_000}
    with leaving(product, provider, traces=1):
        answer = product.post("/chat/completions", key, json=chat_body(), headers=headers)
    assert answer.status_code == 200


def test_noise_amid_an_answer_ends_it_without_a_byte_of_another(
    product: Product, provider: Provider, key: str
) -> None:
    body = json.dumps(chat_body("hi\n/simulate chunks=500 delay=0.01", stream=True)).encode()
    authorization = b"Authorization: Bearer " + key.encode()
    before = len(rows(product))
    with leaving(product, provider, traces=1), line(product) as opened:
        opened.send(head(authorization, JSON, length(body)) + body)
        assert b"200 OK" in opened.piece()
        opened.send(b"\xff\xfe noise\r\n\r\n")
        assert b"HTTP/1.1" not in opened.rest()
        wait_until(lambda: not provider.totals()["running"], 10, "the provider is left")
        wait_until(lambda: len(rows(product)) > before, 10, "the row is written")
    assert rows(product)[-1]["outcome"] == "client_closed"


def test_a_body_that_ends_before_its_length_leaves_nothing(
    product: Product, provider: Provider, key: str
) -> None:
    authorization = b"Authorization: Bearer " + key.encode()
    declared = b"Content-Length: %d" % (len(BODY) + 1)
    with leaving(product, provider, traces=0), line(product) as opened:
        opened.send(head(authorization, JSON, declared) + BODY)
        opened.end()
        assert opened.rest() == b""
    with leaving(product, provider, traces=0), line(product) as opened:
        opened.send(head(authorization, JSON, CHUNKED) + chunk(BODY))
        opened.end()
        assert opened.rest() == b""


def test_a_length_that_is_too_short_is_no_whole_body(
    product: Product, provider: Provider, key: str
) -> None:
    authorization = b"Authorization: Bearer " + key.encode()
    with leaving(product, provider, traces=0):
        answer = ask_once(product, head(authorization, JSON, b"Content-Length: 10") + BODY)
    assert_error(answer, 400)


@pytest.mark.slow
def test_a_body_that_stops_coming_is_408_after_a_while(
    product: Product, provider: Provider, key: str
) -> None:
    request = head(b"Authorization: Bearer " + key.encode(), JSON, length(BODY))
    with (
        leaving(product, provider, traces=0),
        line(product, wait_s=75) as without_a_byte,
        line(product, wait_s=75) as without_the_last,
    ):
        without_a_byte.send(request)
        without_the_last.send(request + BODY[:-1])
        before = time.monotonic()
        assert "stopped coming" in assert_error(without_the_last.answer(), 408)
        assert 25 < time.monotonic() - before < 45
        assert "stopped coming" in assert_error(without_a_byte.answer(), 408)
        assert 55 < time.monotonic() - before < 70
    assert product.chat(key).status_code == 200


def test_chunks_of_any_size_with_extensions_and_trailers_are_a_body(
    product: Product, provider: Provider, key: str
) -> None:
    authorization = b"Authorization: Bearer " + key.encode()
    pieces = b"".join(chunk(BODY[at : at + 1]) for at in range(len(BODY) - 9))
    last = b"9;name=value\r\n" + BODY[-9:] + b"\r\n"
    with leaving(product, provider, traces=1):
        request = head(authorization, JSON, CHUNKED) + pieces + last + b"0\r\nX-Sum: 1\r\n\r\n"
        assert ask(product, request).status_code == 200
    assert json.loads(provider.calls()[0]["body"])["messages"] == chat_body()["messages"]


@pytest.mark.parametrize("body", [BODY, STREAMED], ids=["plain", "stream"])
def test_http_1_0_gets_its_answer_and_the_end_of_the_connection(
    product: Product, provider: Provider, key: str, body: bytes
) -> None:
    authorization = b"Authorization: Bearer " + key.encode()
    with leaving(product, provider, traces=1):
        request = head(authorization, JSON, length(body), version=b"HTTP/1.0") + body
        answer = ask_once(product, request)
    assert answer.status_code == 200
    if body is STREAMED:
        assert answer.text.endswith("data: [DONE]\n\n")
        assert events(answer.text)[-1]["usage"]
    else:
        assert answer.json()["choices"]


def test_requests_sent_in_one_go_are_answered_in_turn(
    product: Product, provider: Provider, key: str
) -> None:
    authorization = b"Authorization: Bearer " + key.encode()
    call = head(authorization, JSON, length(BODY)) + BODY
    unknown = head(method=b"GET", target=b"/proxy/v1/nothing")
    with line(product) as opened:
        opened.send(call + unknown + call + SECOND)
        answers = [opened.answer() for _ in range(4)]
    assert [answer.status_code for answer in answers] == [200, 404, 200, 200]
    assert provider.count() == 2


def test_a_client_that_asks_before_it_sends_is_told_before_it_sends(
    product: Product, provider: Provider, key: str
) -> None:
    expect = b"Expect: 100-continue"
    huge = b"Content-Length: 100000000000"
    authorization = b"Authorization: Bearer " + key.encode()
    with leaving(product, provider, traces=0):
        refused = ask(product, head(JSON, length(BODY), expect))
        too_large = ask(product, head(authorization, JSON, huge, expect))
    assert_error(refused, 401)
    assert_error(too_large, 413)
    with leaving(product, provider, traces=1), line(product) as opened:
        opened.send(head(authorization, JSON, length(BODY), expect))
        assert opened.piece() == b"HTTP/1.1 100 Continue\r\n\r\n"
        opened.send(BODY)
        assert opened.answer().status_code == 200


def test_a_wish_for_http_2_is_ignored_and_the_body_read(
    product: Product, provider: Provider, key: str
) -> None:
    # So does Java's client by default, on every request.
    wish = [b"Connection: Upgrade, HTTP2-Settings", b"Upgrade: h2c", b"HTTP2-Settings: AAMAAABk"]
    body = json.dumps(chat_body("Connection: h2c\r\nUpgrade: h2c\r\n")).encode()
    authorization = b"Authorization: Bearer " + key.encode()
    with line(product) as opened:
        for _ in range(2):
            opened.send(head(authorization, JSON, *wish, length(body)) + body)
            assert opened.answer().status_code == 200
        opened.send(head(authorization, JSON, *wish[::-1], CHUNKED))
        opened.send(chunk(body) + b"0\r\n\r\n")
        assert opened.answer().status_code == 200
    for call in provider.calls():
        assert json.loads(call["body"])["messages"] == json.loads(body)["messages"]
