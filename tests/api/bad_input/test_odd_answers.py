"""What a provider can answer that is odd but billed: relayed as it came, and booked.

And the other way round: what is odd in a request but valid goes out as it came.
"""

import gzip
import json

import pytest

from tests.api.bad_input.raw_answers import (
    BODY,
    CHUNK,
    FORMS,
    JSON,
    LAST,
    SSE,
    STREAM,
    ask,
    check_booked,
    check_row,
)
from tests.api.bad_input.raw_provider import RawProvider
from tests.api.traces import leaving
from tests.api.wire import chat_body, send
from tests.harness.product import Product


def said(text: bytes, body: bytes = BODY) -> bytes:
    return body.replace(b'"content":"hi"', b'"content":' + text)


ODD_ANSWERS = {
    "lone-surrogate": said(b'"a day \\ud83d"'),
    "surrogates-the-wrong-way-round": said(b'"\\ude00\\ud83d"'),
    "invalid-utf-8": said(b'"\xff\xfe"'),
    "raw-nul": said(b'"\0"'),
    "nan": said(b"NaN"),
    "beyond-64-bits": said(b"123456789012345678901234567890"),
    "1e400": said(b"1e400"),
    "deep": said(b"[" * 500 + b"]" * 500),
    "byte-order-mark": b"\xef\xbb\xbf" + BODY,
    "white-space": b" \n\n" + BODY + b"\n\n",
    "null-error": BODY[:-1] + b',"error":null}',
}


@pytest.mark.parametrize("body", ODD_ANSWERS.values(), ids=ODD_ANSWERS)
def test_an_odd_answer_that_was_billed_is_relayed_as_it_came_and_booked(
    served: Product, socket_provider: RawProvider, served_key: str, body: bytes
) -> None:
    socket_provider.says(body, JSON)
    answer = ask(served, socket_provider, served_key, stream=False)
    assert answer.status_code == 200
    assert answer.content == body
    check_booked(served)


ODD_STREAMS = {
    "lone-surrogate": said(b'"\\ud83d"', CHUNK) + LAST,
    "invalid-utf-8": said(b'"\xff\xfe"', CHUNK) + LAST,
    "deep": said(b"[" * 100_000 + b"]" * 100_000, CHUNK) + LAST,
    "byte-order-mark": b"\xef\xbb\xbf" + STREAM,
    "an-event-that-is-no-json": b"data: {nope\n\n" + STREAM,
    "unknown-fields": b"id: 7\nretry: 100\nevent: odd\nnonsense\n" + STREAM,
    "nul": b"\0\n\n" + STREAM,
    "carriage-returns": STREAM.replace(b"\n", b"\r\n"),
}


@pytest.mark.parametrize("body", ODD_STREAMS.values(), ids=ODD_STREAMS)
def test_an_odd_stream_is_relayed_as_it_came_and_booked(
    served: Product, socket_provider: RawProvider, served_key: str, body: bytes
) -> None:
    socket_provider.says(body, SSE)
    answer = ask(served, socket_provider, served_key, stream=True)
    assert answer.status_code == 200
    assert answer.content == body
    check_booked(served)


def test_what_has_no_end_behind_the_end_of_a_stream_is_cut(
    served: Product, socket_provider: RawProvider, served_key: str
) -> None:
    socket_provider.says(STREAM + b": x\n" * 10_000_000, SSE)
    answer = ask(served, socket_provider, served_key, stream=True)
    assert answer.content.startswith(STREAM)
    assert len(answer.content) < 1_000_000
    check_booked(served)


@FORMS
def test_gzip_that_nobody_asked_for_is_unpacked(
    served: Product, socket_provider: RawProvider, served_key: str, stream: bool
) -> None:
    body, kind = (STREAM, SSE) if stream else (BODY, JSON)
    socket_provider.says(gzip.compress(body), kind, b"Content-Encoding: gzip")
    answer = ask(served, socket_provider, served_key, stream=stream)
    assert "content-encoding" not in answer.headers
    assert answer.content == body
    check_booked(served)


WRAPPED = {
    "http-1.0": b"HTTP/1.0 200 OK\r\n\r\n" + BODY,
    "201": b"HTTP/1.1 201 Created\r\n\r\n" + BODY,
    "no-reason": b"HTTP/1.1 200\r\n\r\n" + BODY,
    "early-hints": b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\nHTTP/1.1 200 OK\r\n\r\n" + BODY,
    "unknown-encoding": b"HTTP/1.1 200 OK\r\nContent-Encoding: rot13\r\n\r\n" + BODY,
    "no-type": b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%b" % (len(BODY), BODY),
    "cookies": b"HTTP/1.1 200 OK\r\nSet-Cookie: a=b\r\nServer: odd\r\n\r\n" + BODY,
    "odd-generation-id": b"HTTP/1.1 200 OK\r\nX-Generation-Id: \xc3\xa9\x01\r\n\r\n" + BODY,
    "endless-generation-id": b"HTTP/1.1 200 OK\r\nX-Generation-Id: %b\r\n\r\n%b"
    % (b"x" * 5000, BODY),
}


@pytest.mark.parametrize("answer", WRAPPED.values(), ids=WRAPPED)
def test_odd_headers_around_a_good_answer_do_no_harm(
    served: Product, socket_provider: RawProvider, served_key: str, answer: bytes
) -> None:
    socket_provider.answer = answer
    told = ask(served, socket_provider, served_key, stream=False)
    assert (told.status_code, told.content) == (200, BODY)
    assert told.headers["x-generation-id"] == "gen-1"
    assert not {"set-cookie", "server", "link"} & set(told.headers)
    check_booked(served)


@pytest.mark.parametrize("cost", [b"1e400", b"-1", b'"free"', b"true", b"[]", b"1e18"])
def test_a_cost_that_makes_no_sense_counts_as_not_told(
    served: Product, socket_provider: RawProvider, served_key: str, cost: bytes
) -> None:
    body = BODY.replace(b"0.5", cost)
    socket_provider.says(body, JSON)
    answer = ask(served, socket_provider, served_key, stream=False)
    assert answer.content == body
    row = check_row(served, 200, "completed")
    assert row["total_tokens"] == 3
    assert row["cost_nanousd"] < 10**9
    assert served.chat(served_key).status_code == 200  # the budget has not been eaten up


@pytest.mark.parametrize("number", ["9" * 5000, "-" + "9" * 30, "1e400", "1E-400", "-0.0", "0.10"])
def test_numbers_that_nothing_can_hold_go_out_byte_for_byte(
    served: Product, socket_provider: RawProvider, served_key: str, number: str
) -> None:
    member = f'"seed":{number},"nested":[{{"x":{number}}}]'
    messages = f'"messages":[{{"role":"user","content":"hi","x":{number}}}]'
    socket_provider.says(BODY, JSON)
    with leaving(served, socket_provider, traces=1):
        answer = send(
            served, served_key, f'{{"model":"qwen/qwen3-32b",{messages},{member}}}'.encode()
        )
    assert answer.status_code == 200, answer.text
    for raw in (member, messages):
        assert raw.encode() in socket_provider.calls[0]


def test_half_a_surrogate_pair_is_never_a_500_wherever_it_stands(
    served: Product, socket_provider: RawProvider, served_key: str
) -> None:
    socket_provider.says(BODY, JSON)
    for place in ("user", "metadata", "stop", "unknown"):
        fields = {**chat_body(), place: {"user_id": "\ud83d"}}
        assert send(served, served_key, json.dumps(fields).encode()).status_code in (200, 400)


MESSAGE = (
    b'{"id":"gen-1","type":"message","role":"assistant","model":"qwen/qwen3-32b",'
    b'"content":[%b],"stop_reason":"end_turn","stop_sequence":null,'
    b'"usage":{"input_tokens":1,"output_tokens":2,"cost":0.5}}'
)


@pytest.mark.parametrize(
    ("block", "shown"),
    [
        (b'{"type":"text","text":"hi","citations":null}', b'{"type":"text","text":"hi"}'),
        (b'{"type":"text", "citations" : null, "text":"hi"}', b'{"type":"text", "text":"hi"}'),
        (b'{"type":"text","text":"\\"citations\\":null, x"}',) * 2,
        (b'{"type":"text","text":"hi","citations":[]}',) * 2,
        (b'{"type":"tool_use","id":"t","name":"n","input":{"a":1,"citations":null}}',) * 2,
    ],
)
def test_null_citations_are_left_out_of_messages_and_nothing_else_is(
    served: Product, socket_provider: RawProvider, served_key: str, block: bytes, shown: bytes
) -> None:
    socket_provider.says(MESSAGE % block, JSON)
    ask = {"model": "qwen/qwen3-32b", "max_tokens": 9, "messages": chat_body()["messages"]}
    answer = served.post("/messages", served_key, json=ask)
    assert answer.content == MESSAGE % shown
