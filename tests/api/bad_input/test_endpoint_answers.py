"""The provider's odd answers at the other endpoints: each keeps its own form, and one row."""

import gzip
import json
from typing import Any

import httpx
import pytest

from tests.api.bad_input.endpoints import (
    ANTHROPIC,
    COMPLETIONS,
    EACH_GENERATING,
    EMBEDDINGS,
    GENERATING,
    IMAGES,
    OWN_IMAGES,
    RESPONSES,
    Endpoint,
    assert_refused,
)
from tests.api.bad_input.raw_answers import HTML, JSON, SSE, check_free, check_row
from tests.api.bad_input.raw_provider import RawProvider
from tests.api.traces import leaving, rows
from tests.harness.product import Product

PAGE = b"<!DOCTYPE html><html><h1>Just a moment...</h1></html>"
GENERATION = b"X-Generation-Id: gen-1"
TOKENS = b'"prompt_tokens":1,"completion_tokens":2,"total_tokens":3,"cost":0.5'
INPUT_TOKENS = b'"input_tokens":1,"output_tokens":2,"cost":0.5'
NAMES = b'"id":"gen-1","model":"qwen/qwen3-32b"'
ANSWERS = {
    EMBEDDINGS: b'{"object":"list",%b,"data":[{"object":"embedding","index":0,"embedding":[1.5],'
    b'"note":"hi"}],"usage":{%b}}' % (NAMES, TOKENS),
    RESPONSES: b'{%b,"object":"response","status":"completed","output":[{"type":"message",'
    b'"content":[{"type":"output_text","text":"hi"}]}],"usage":{%b,"total_tokens":3}}'
    % (NAMES, INPUT_TOKENS),
    ANTHROPIC: b'{%b,"type":"message","role":"assistant","content":[{"type":"text","text":"hi"}],'
    b'"stop_reason":"end_turn","usage":{%b}}' % (NAMES, INPUT_TOKENS),
    **dict.fromkeys(
        (IMAGES, OWN_IMAGES),
        b'{"created":1,"data":[{"b64_json":"aGk=","note":"hi"}],"usage":{%b}}' % TOKENS,
    ),
    COMPLETIONS: b'{%b,"object":"text_completion","created":1,"choices":[{"index":0,"text":"hi",'
    b'"finish_reason":"stop"}],"usage":{%b}}' % (NAMES, TOKENS),
}


def event(name: bytes, members: bytes) -> bytes:
    return b'event: %b\ndata: {"type":"%b",%b}\n\n' % (name, name, members)


STREAMS = {
    RESPONSES: event(b"response.created", b'"response":{%b,"output":[]}' % NAMES)
    + event(b"response.output_text.delta", b'"delta":"hi"')
    + event(b"response.completed", b'"response":%b' % ANSWERS[RESPONSES]),
    ANTHROPIC: event(
        b"message_start", b'"message":{%b,"usage":{"input_tokens":1,"output_tokens":0}}' % NAMES
    )
    + event(b"content_block_delta", b'"index":0,"delta":{"type":"text_delta","text":"hi"}')
    + event(b"message_delta", b'"delta":{"stop_reason":"end_turn"},"usage":{%b}' % INPUT_TOKENS)
    + event(b"message_stop", b'"odd":1'),
}
# Every endpoint whole, and those that stream streaming.
CASES = [(endpoint, False) for endpoint in GENERATING] + [(endpoint, True) for endpoint in STREAMS]
EACH_WAY = pytest.mark.parametrize(
    ("endpoint", "stream"),
    CASES,
    ids=[f"{endpoint}{' streamed' if stream else ''}" for endpoint, stream in CASES],
)
EACH_STREAMED = pytest.mark.parametrize("endpoint", STREAMS, ids=str)


def ask(
    served: Product, provider: RawProvider, key: str, endpoint: Endpoint, *, stream: bool = False
) -> httpx.Response:
    """Make one call, which reaches the provider once and leaves one row."""
    body: dict[str, Any] = {**endpoint.body, **({"stream": True} if stream else {})}
    with leaving(served, provider, traces=1):
        answer = served.post(endpoint.path, key, json=body)
    assert rows(served)[-1]["endpoint"] == endpoint.path
    return answer


@EACH_WAY
@pytest.mark.parametrize("status", [400, 404, 429, 524])
def test_a_page_in_place_of_an_error_keeps_its_status_and_is_not_shown(
    served: Product,
    socket_provider: RawProvider,
    served_key: str,
    endpoint: Endpoint,
    stream: bool,
    status: int,
) -> None:
    socket_provider.says(PAGE, HTML, status=b"%d Odd" % status)
    answer = ask(served, socket_provider, served_key, endpoint, stream=stream)
    message = assert_refused(endpoint, answer, status)
    assert str(status) in message
    assert "<" not in message
    check_free(
        check_row(served, status, "refused_by_provider" if status < 500 else "upstream_error")
    )


NO_ANSWERS = {
    "our-key-refused": (b'{"error":{"message":"secret"}}', "401 No", JSON),
    "our-credits-used-up": (b'{"error":{"message":"secret"}}', "402 No", JSON),
    "redirect": (b"", "302 Elsewhere", b"Location: /api/v1/embeddings", b"Content-Length: 0"),
    "page": (PAGE, "200 OK", HTML),
    "page-as-stream": (PAGE, "200 OK", SSE),
    "nothing": (b"", "200 OK", JSON),
    "nothing-as-stream": (b"", "200 OK", SSE),
    "array": (b"[]", "200 OK", JSON),
    "empty-object": (b"{}", "200 OK", JSON),
    "half": (b'{"id":"gen', "200 OK", JSON),
    "error-with-a-word": (
        b'{"error":{"code":"odd","message":"it was rather odd"}}',
        "200 OK",
        JSON,
    ),
    "error-of-our-account": (b'{"error":{"code":401,"message":"secret"}}', "200 OK", JSON),
    "error-text": (b'{"error":"it was rather odd"}', "200 OK", JSON),
}


@EACH_WAY
@pytest.mark.parametrize("said", NO_ANSWERS.values(), ids=NO_ANSWERS)
def test_what_is_no_answer_is_502_and_costs_nothing(
    served: Product,
    socket_provider: RawProvider,
    served_key: str,
    endpoint: Endpoint,
    stream: bool,
    said: tuple[Any, ...],
) -> None:
    body, status, *headers = said
    socket_provider.says(body, *headers, status=status.encode())
    answer = ask(served, socket_provider, served_key, endpoint, stream=stream)
    message = assert_refused(endpoint, answer, 502)
    assert "<" not in message
    assert "secret" not in message
    check_free(check_row(served, 502, "upstream_error"))


@EACH_WAY
@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"\x16\x03\x01 noise\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 9999\r\n\r\n{",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nfff\r\n{",
    ],
    ids=["nothing", "noise", "half-a-body", "half-a-chunk"],
)
def test_an_answer_that_breaks_off_is_502(
    served: Product,
    socket_provider: RawProvider,
    served_key: str,
    endpoint: Endpoint,
    stream: bool,
    answer: bytes,
) -> None:
    socket_provider.answer = answer
    told = ask(served, socket_provider, served_key, endpoint, stream=stream)
    assert_refused(endpoint, told, 502)
    check_row(served, 502, "upstream_error")


@EACH_WAY
def test_a_200_with_only_an_error_has_its_status_and_costs_nothing(
    served: Product,
    socket_provider: RawProvider,
    served_key: str,
    endpoint: Endpoint,
    stream: bool,
) -> None:
    socket_provider.says(b'{"error":{"code":"429","message":"slow down, you"}}', JSON)
    answer = ask(served, socket_provider, served_key, endpoint, stream=stream)
    assert "slow down" in assert_refused(endpoint, answer, 429)
    assert answer.headers["retry-after"]
    check_free(check_row(served, 429, "refused_by_provider"))


@EACH_STREAMED
def test_a_stream_of_nothing_but_an_error_event_has_its_status(
    served: Product, socket_provider: RawProvider, served_key: str, endpoint: Endpoint
) -> None:
    said = event(b"error", b'"error":{"type":"rate_limit_error","message":"slow down, you"}')
    socket_provider.says(said, SSE)
    answer = ask(served, socket_provider, served_key, endpoint, stream=True)
    assert "slow down" in assert_refused(endpoint, answer, 429)
    check_free(check_row(served, 429, "refused_by_provider"))


ODD_TEXTS = {
    "lone-surrogate": b'"a day \\ud83d"',
    "invalid-utf-8": b'"\xff\xfe"',
    "beyond-64-bits": b"123456789012345678901234567890",
    "1e400": b"1e400",
    "nan": b"NaN",
    "deep": b"[" * 300 + b"]" * 300,
}


@EACH_WAY
@pytest.mark.parametrize("text", ODD_TEXTS.values(), ids=ODD_TEXTS)
def test_an_odd_answer_that_was_billed_is_relayed_as_it_came_and_booked(
    served: Product,
    socket_provider: RawProvider,
    served_key: str,
    endpoint: Endpoint,
    stream: bool,
    text: bytes,
) -> None:
    body = (STREAMS if stream else ANSWERS)[endpoint].replace(b'"hi"', text)
    socket_provider.says(body, SSE if stream else JSON, GENERATION)
    answer = ask(served, socket_provider, served_key, endpoint, stream=stream)
    assert (answer.status_code, answer.content) == (200, body)
    check_booked(served)


@EACH_WAY
def test_gzip_that_nobody_asked_for_is_unpacked(
    served: Product,
    socket_provider: RawProvider,
    served_key: str,
    endpoint: Endpoint,
    stream: bool,
) -> None:
    body = (STREAMS if stream else ANSWERS)[endpoint]
    kind = SSE if stream else JSON
    socket_provider.says(gzip.compress(body), kind, GENERATION, b"Content-Encoding: gzip")
    answer = ask(served, socket_provider, served_key, endpoint, stream=stream)
    assert answer.content == body
    check_booked(served)


@EACH_GENERATING
def test_the_words_of_an_error_survive_an_emoji_that_was_cut_in_two(
    served: Product, socket_provider: RawProvider, served_key: str, endpoint: Endpoint
) -> None:
    error = b'{"error":{"code":403,"message":"flagged: what a day \\ud83d"}}'
    socket_provider.says(error, JSON, status=b"422 Odd")
    answer = ask(served, socket_provider, served_key, endpoint)
    assert answer.status_code == 422
    assert "what a day" in answer.json()["error"]["message"]
    assert "\ud83d" not in json.dumps(answer.json(), ensure_ascii=False)


def check_booked(served: Product) -> None:
    row = check_row(served, 200, "completed")
    told = (row["generation_id"], row["total_tokens"], row["cost_nanousd"], row["settled"])
    assert told == ("gen-1", 3, 500_000_000, True)
