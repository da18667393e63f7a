"""What a provider can send in place of an answer: an error with its true status, and one row.

The provider here is a socket that says anything; one that is merely down, slow or failing is in
`tests/chaos/test_provider_faults.py`, and how clients see its errors in `tests/clients`.
"""

import gzip

import pytest

from tests.api.bad_input.raw_answers import (
    BODY,
    CHUNK,
    FORMS,
    HTML,
    JSON,
    SSE,
    ask,
    check_free,
    check_row,
)
from tests.api.bad_input.raw_provider import RawProvider
from tests.api.traces import rows
from tests.api.wire import assert_error, events
from tests.harness.product import Product

CHUNKED = b"Transfer-Encoding: chunked"
PAGE = b"<!DOCTYPE html><html><h1>Just a moment...</h1><p>Ray ID: 1234</p></html>"


STATUSES = [400, 403, 404, 408, 409, 413, 422, 429, 500, 502, 503, 504, 520, 524, 529]


@FORMS
@pytest.mark.parametrize("status", STATUSES)
def test_a_page_in_place_of_an_error_keeps_its_status_and_is_not_shown(
    served: Product, socket_provider: RawProvider, served_key: str, status: int, stream: bool
) -> None:
    socket_provider.says(PAGE, HTML, status=b"%d Odd" % status)
    answer = ask(served, socket_provider, served_key, stream=stream)
    message = assert_error(answer, status)
    assert str(status) in message
    assert "<" not in message
    outcome = "refused_by_provider" if status < 500 else "upstream_error"
    check_free(check_row(served, status, outcome))


@FORMS
def test_the_words_of_an_error_survive_an_emoji_that_was_cut_in_two(
    served: Product, socket_provider: RawProvider, served_key: str, stream: bool
) -> None:
    # A refusal quotes the first hundred characters of the prompt.
    quoted = b'"flagged input: what a day \\ud83d"'
    error = b'{"code":403,"message":%b,"metadata":{"flagged_input":%b}}' % (quoted, quoted)
    socket_provider.says(b'{"error":%b}' % error, JSON, status=b"403 Forbidden")
    answer = ask(served, socket_provider, served_key, stream=stream)
    assert "what a day" in assert_error(answer, 403)
    assert "what a day" in answer.json()["error"]["metadata"]["flagged_input"]
    check_free(check_row(served, 403, "refused_by_provider"))


@FORMS
@pytest.mark.parametrize("status", [401, 402])
@pytest.mark.parametrize("body", [PAGE, b"", b'{"error":{"code":401,"message":"secret"}}'])
def test_trouble_with_our_account_is_502_in_any_form(
    served: Product,
    socket_provider: RawProvider,
    served_key: str,
    body: bytes,
    status: int,
    stream: bool,
) -> None:
    socket_provider.says(body, JSON, status=b"%d No" % status)
    answer = ask(served, socket_provider, served_key, stream=stream)
    assert "secret" not in assert_error(answer, 502)
    assert answer.headers["x-should-retry"] == "false"
    check_free(check_row(served, 502, "upstream_error"))


@FORMS
@pytest.mark.parametrize("status", [301, 302, 303, 304, 307, 308])
def test_a_redirect_is_502_and_not_followed(
    served: Product, socket_provider: RawProvider, served_key: str, status: int, stream: bool
) -> None:
    location = b"Location: " + socket_provider.base_url.encode() + b"/chat/completions"
    empty = b"Content-Length: 0"
    socket_provider.says(b"", location, empty, status=b"%d Elsewhere" % status)
    answer = ask(served, socket_provider, served_key, stream=stream)
    assert str(status) in assert_error(answer, 502)
    assert "location" not in answer.headers
    check_free(check_row(served, 502, "upstream_error"))


RETRY_AFTERS = {
    "seconds": (b"7", "7"),
    "date": (b"Wed, 21 Oct 2026 07:28:00 GMT", "Wed, 21 Oct 2026 07:28:00 GMT"),
    "none": (None, "5"),
    "empty": (b"", "5"),
    "negative": (b"-5", "5"),
    "fraction": (b"1.5", "5"),
    "word": (b"soon", "5"),
    "not-ascii": (b"\xff\xfe", "5"),
    "thirty-thousand-years": (b"999999999999", "5"),
}


@pytest.mark.parametrize(("told", "given"), RETRY_AFTERS.values(), ids=RETRY_AFTERS)
def test_only_a_time_to_wait_that_makes_sense_is_handed_on(
    served: Product, socket_provider: RawProvider, served_key: str, told: bytes | None, given: str
) -> None:
    headers = [JSON] if told is None else [JSON, b"Retry-After: " + told]
    socket_provider.says(b"{}", *headers, status=b"429 Too Many Requests")
    answer = ask(served, socket_provider, served_key, stream=False)
    assert_error(answer, 429)
    assert answer.headers["retry-after"] == given
    check_free(check_row(served, 429, "refused_by_provider"))


NO_ANSWERS = {
    "page": (PAGE, HTML),
    "page-as-json": (PAGE, JSON),
    "page-as-stream": (PAGE, SSE),
    "nothing-of-length-0": (b"", JSON, b"Content-Length: 0"),
    "nothing": (b"", JSON),
    "nothing-as-stream": (b"", SSE),
    "comments-only": (b": one\n\n: two\n\n", SSE),
    "array": (b"[]", JSON),
    "text": (b'"hi"', JSON),
    "null": (b"null", JSON),
    "empty-object": (b"{}", JSON),
    "error-null": (b'{"error":null}', JSON),
    "error-empty": (b'{"error":{}}', JSON),
    "broken-json": (b'{"id":"gen-1","choi', JSON),
    "deeper-than-anything-reads": (BODY.replace(b'"hi"', b"[" * 10**5 + b"]" * 10**5), JSON),
    "gzip-that-is-not-said": (gzip.compress(BODY), JSON),
}


@FORMS
@pytest.mark.parametrize("answer", NO_ANSWERS.values(), ids=NO_ANSWERS)
def test_a_200_that_is_no_answer_is_502_and_costs_nothing(
    served: Product,
    socket_provider: RawProvider,
    served_key: str,
    answer: tuple[bytes, ...],
    stream: bool,
) -> None:
    socket_provider.says(*answer)
    assert "<" not in assert_error(ask(served, socket_provider, served_key, stream=stream), 502)
    check_row(served, 502, "upstream_error")
    if b"gen-1" not in answer[0]:  # else it is looked up
        check_free(rows(served)[-1])


BROKEN = {
    "half-a-body": b"HTTP/1.1 200 OK\r\n%b\r\nContent-Length: 9999\r\n\r\n%b" % (JSON, BODY),
    "half-a-chunk": b"HTTP/1.1 200 OK\r\n%b\r\n%b\r\n\r\nfff\r\n%b" % (JSON, CHUNKED, BODY),
    "no-chunk": b"HTTP/1.1 200 OK\r\n%b\r\n%b\r\n\r\nzz\r\n%b" % (JSON, CHUNKED, BODY),
    "half-a-header": b"HTTP/1.1 200 OK\r\nContent-Ty",
    "half-an-error": b"HTTP/1.1 500 Odd\r\nContent-Length: 9999\r\n\r\n{",
    "nothing": b"",
    "noise": b"\x16\x03\x01\xff\xfe noise\r\n\r\n",
    "no-status": b"HTTP/1.1\r\n\r\n",
    "continue-and-no-more": b"HTTP/1.1 100 Continue\r\n\r\n",
    "another-protocol": b"HTTP/1.1 101 Switching\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n",
    "nul-in-a-header": b"HTTP/1.1 200 OK\r\nX-Odd: \0\r\n\r\n" + BODY,
    "header-of-a-megabyte": b"HTTP/1.1 200 OK\r\nX-Odd: " + b"x" * 2**20 + b"\r\n\r\n" + BODY,
    "status-999": b"HTTP/1.1 999 Odd\r\nContent-Length: 0\r\n\r\n",
    "gzip-that-is-none": b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n" + BODY,
    "brotli-that-is-none": b"HTTP/1.1 200 OK\r\nContent-Encoding: br\r\n\r\n" + BODY,
    "half-a-gzip": b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n" + gzip.compress(BODY)[:40],
}


@FORMS
@pytest.mark.parametrize("answer", BROKEN.values(), ids=BROKEN)
def test_an_answer_that_breaks_off_or_cannot_be_read_is_502(
    served: Product, socket_provider: RawProvider, served_key: str, answer: bytes, stream: bool
) -> None:
    socket_provider.answer = answer
    status = 500 if b"500" in answer[:20] else 502
    told = ask(served, socket_provider, served_key, stream=stream)
    assert told.status_code in (status, 502)
    assert_error(told, told.status_code)
    check_row(served, told.status_code, "upstream_error")


ONLY_ERRORS = {
    "number": (b'{"code":429,"message":"slow down, you"}', 429, "slow down, you"),
    "number-as-text": (b'{"code":"429","message":"slow down, you"}', 429, "slow down, you"),
    "fraction": (b'{"code":429.0,"message":"slow down, you"}', 429, "slow down, you"),
    "word": (b'{"code":"rate_limited","message":"slow down, you"}', 502, "slow down, you"),
    "none": (b'{"message":"slow down, you"}', 502, "slow down, you"),
    "no-status": (b'{"code":200,"message":"slow down, you"}', 502, "slow down, you"),
    "huge": (b'{"code":%b,"message":"slow down, you"}' % (b"4" * 400), 502, "slow down, you"),
    "text-only": (b'"slow down, you"', 502, "slow down, you"),
    "true": (b"true", 502, "provider"),
    "list": (b'["slow down, you"]', 502, "provider"),
    "message-object": (b'{"code":503,"message":{"text":"slow"}}', 503, "provider"),
    "our-account": (b'{"code":402,"message":"top up"}', 502, "account"),
    "lone-surrogate": (b'{"code":429,"message":"slow \\ud83d down, you"}', 429, "slow"),
}


@pytest.mark.parametrize("form", ["plain", "plain-for-stream", "event"])
@pytest.mark.parametrize(("error", "status", "says"), ONLY_ERRORS.values(), ids=ONLY_ERRORS)
def test_a_200_with_only_an_error_has_its_status_and_costs_nothing(
    served: Product,
    socket_provider: RawProvider,
    served_key: str,
    error: bytes,
    status: int,
    says: str,
    form: str,
) -> None:
    body = b'{"error":%b}' % error
    if form == "event":
        socket_provider.says(b": hello\n\ndata: " + body + b"\n\n", SSE)
    else:
        socket_provider.says(body, JSON)
    answer = ask(served, socket_provider, served_key, stream=form != "plain")
    message = assert_error(answer, status)
    assert says in message
    assert "top up" not in message
    outcome = "refused_by_provider" if status < 500 else "upstream_error"
    check_free(check_row(served, status, outcome))


@pytest.mark.parametrize("size", [1_000, 400_000])
def test_a_choice_that_failed_is_seen_in_an_answer_of_any_size(
    served: Product, socket_provider: RawProvider, served_key: str, size: int
) -> None:
    failed = b'"error":{"code":502,"message":"busy"},"finish_reason":"error"'
    body = BODY.replace(b'"finish_reason":"stop"', failed).replace(b'"hi"', b'"%b"' % (b"a" * size))
    socket_provider.says(body, JSON)
    answer = ask(served, socket_provider, served_key, stream=False)
    assert (answer.status_code, answer.content) == (200, body)
    check_row(served, 200, "upstream_error")


@FORMS
def test_an_error_amid_an_answer_without_a_status_of_its_own_is_told(
    served: Product, socket_provider: RawProvider, served_key: str, stream: bool
) -> None:
    choice = b'"choices":[{"index":0,"finish_reason":"error","error":{"code":502}'
    if stream:
        failed = b'data: {"error":"it broke","choices":[]}\n\n'
        socket_provider.says(CHUNK + failed, SSE)
    else:
        socket_provider.says(BODY.replace(b'"choices":[{"index":0', choice), JSON)
    answer = ask(served, socket_provider, served_key, stream=stream)
    assert answer.status_code == 200
    if stream:
        last = events(answer.text)[-1]
        assert (last["error"]["code"], last["error"]["message"]) == (502, "it broke")
        assert last["choices"][0]["finish_reason"] == "error"
    check_row(served, 200, "upstream_error")
