"""The streams of Responses and Messages: what is learned of them, and what waits for the row."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hcai_app.upstream import error_bodies
from hcai_app.upstream.openrouter import dialects
from hcai_app.upstream.openrouter.dialects import ChatDialect
from hcai_app.upstream.openrouter.tee import StreamTee

RESPONSE = {"id": "gen-7", "model": "a/b", "error": None}
RESPONSE_USAGE = {
    "input_tokens": 9,
    "output_tokens": 5,
    "total_tokens": 14,
    "cost": 0.000002,
    "input_tokens_details": {"cached_tokens": 3},
    "output_tokens_details": {"reasoning_tokens": 2},
}


def events(*given: dict[str, Any]) -> list[bytes]:
    return [
        b"event: %b\ndata: %b\n\n" % (e["type"].encode(), json.dumps(e).encode()) for e in given
    ]


RESPONSES = events(
    {"type": "response.created", "response": {**RESPONSE, "usage": None}},
    {"type": "response.output_text.delta", "delta": 'an "error" in its "usage" message_stop'},
    {"type": "response.completed", "response": {**RESPONSE, "usage": RESPONSE_USAGE}},
)
MESSAGES = events(
    {
        "type": "message_start",
        "message": {
            "id": "gen-7",
            "model": "a/b",
            "content": [],
            "usage": {"input_tokens": 4, "cache_read_input_tokens": 3, "output_tokens": 1},
        },
    },
    {"type": "ping"},
    {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": "Hi"}},
    {
        "type": "message_delta",
        "delta": {"stop_reason": "end_turn"},
        "usage": {"output_tokens": 5},
    },
    {"type": "message_stop"},
)
STREAMS = {
    "responses": (dialects.RESPONSES, [*RESPONSES, b"data: [DONE]\n\n"], RESPONSES[-1]),
    "messages": (dialects.MESSAGES, MESSAGES, MESSAGES[-1]),
}


def read(form: ChatDialect, data: bytes, cuts: list[int]) -> tuple[StreamTee, bytes]:
    tee, out, at = StreamTee(form), b"", 0
    for cut in [*sorted({cut % len(data) for cut in cuts}), len(data)]:
        out += tee.feed(data[at:cut])
        at = cut
    return tee, out + tee.finish()


@pytest.mark.parametrize("kind", STREAMS)
@given(cuts=st.lists(st.integers(0, 10_000), max_size=20))
def test_a_stream_cut_anywhere_is_whole_and_its_last_event_waits(
    kind: str, cuts: list[int]
) -> None:
    form, pieces, last = STREAMS[kind]
    data = b"".join(pieces)
    tee, out = read(form, data, cuts)
    assert tee.is_done
    assert tee.is_whole
    assert out + bytes(tee.ending) == data
    assert last.partition(b"\n")[2] in bytes(tee.ending)  # the line that tells the end
    assert (tee.generation_id, tee.model) == ("gen-7", "a/b")


def test_a_response_tells_its_figures_at_the_end() -> None:
    tee, _out = read(dialects.RESPONSES, b"".join(RESPONSES), [])
    assert tee.usage
    counts = (tee.usage.prompt_tokens, tee.usage.completion_tokens, tee.usage.total_tokens)
    assert counts == (9, 5, 14)
    assert (tee.usage.cached_tokens, tee.usage.reasoning_tokens) == (3, 2)
    assert tee.usage.cost_nanousd == 2_000


def test_a_message_tells_its_figures_bit_by_bit_and_no_cost() -> None:
    tee, _out = read(dialects.MESSAGES, b"".join(MESSAGES), [])
    assert tee.usage
    assert (tee.usage.prompt_tokens, tee.usage.completion_tokens) == (7, 5)
    assert (tee.usage.cached_tokens, tee.usage.total_tokens) == (3, 12)
    assert tee.usage.cost_nanousd is None


def test_a_message_that_breaks_off_is_not_whole_although_it_told_usage() -> None:
    tee, _out = read(dialects.MESSAGES, b"".join(MESSAGES[:-1]), [])
    assert tee.usage
    assert not tee.is_whole


@pytest.mark.parametrize(
    ("form", "error"),
    [
        (dialects.MESSAGES, {"type": "error", "error": {"type": "api_error", "message": "broke"}}),
        (dialects.RESPONSES, {"type": "error", "code": "server_error", "message": "broke"}),
        (
            dialects.RESPONSES,
            {"type": "response.failed", "response": {**RESPONSE, "error": {"message": "broke"}}},
        ),
    ],
)
def test_an_error_event_is_learned_and_left_as_it_stands(
    form: ChatDialect, error: dict[str, Any]
) -> None:
    (data,) = events(error)
    tee, out = read(form, data, [])
    assert out + bytes(tee.ending) == data
    assert tee.error["message"] == "broke"
    assert tee.is_whole


@pytest.mark.parametrize("form", [dialects.MESSAGES, dialects.RESPONSES, dialects.EVENTS])
def test_what_the_provider_says_of_our_account_is_not_for_students(form: ChatDialect) -> None:
    error = {"type": "error", "error": {"code": 402, "message": "top up"}}
    _tee, out = read(form, b"".join(events(error)), [])
    assert b"top up" not in out
    assert b"own account" in out


BREAK = {"type": "error", "error": {"type": "overloaded_error", "message": "broke"}}


@pytest.mark.parametrize(
    ("form", "said"),
    [
        (dialects.RESPONSES, RESPONSES[:2]),
        (dialects.MESSAGES, MESSAGES[:3]),
        (dialects.EVENTS, events({"type": "image_generation.partial_image", "b64_json": "iVBO"})),
    ],
)
def test_what_was_said_before_an_error_counts_although_both_come_at_once(
    form: ChatDialect, said: list[bytes]
) -> None:
    tee, _out = read(form, b"".join([*said, *events(BREAK)]), [])
    assert tee.error
    assert tee.has_content
    announced, _out = read(form, b"".join([*said[: len(said) // 2], *events(BREAK)]), [])
    assert not announced.has_content


@pytest.mark.parametrize("end", [b"\n", b"\r\n"])
@pytest.mark.parametrize("half", [b"", b'data: {"type":"resp'])
def test_an_event_that_was_only_named_is_taken_over_by_ours(end: bytes, half: bytes) -> None:
    data = b"".join(RESPONSES[:2]) + b"event: response.output_text.delta\n" + half
    tee = StreamTee(dialects.RESPONSES)
    out = tee.feed(data.replace(b"\n", end))
    assert out.endswith(b"event: response.output_text.delta" + end)
    tee.finish()
    assert tee.boundary() == b""


def test_an_event_whose_data_were_sent_is_ended_before_ours() -> None:
    tee = StreamTee(dialects.RESPONSES)
    tee.feed(RESPONSES[0] + RESPONSES[1][:-1])
    assert tee.boundary() == b"\n"


@pytest.mark.parametrize(
    ("error", "code"),
    [
        ({"type": "rate_limit_error"}, 429),
        ({"type": "overloaded_error", "error_type": "provider_overloaded"}, 503),
        ({"type": "overloaded_error"}, 529),
        ({"code": "rate_limit_exceeded"}, 429),
        ({"code": "server_error"}, 502),
        ({"code": "server_error", "error_type": "timeout"}, 504),
        ({"code": "server_error", "error_type": "payment_required"}, 502),
        ({"type": ["overloaded_error"], "code": {}, "metadata": {"error_type": 7}}, 502),
        ({"code": "418", "type": "overloaded_error"}, 418),
    ],
)
def test_an_error_in_words_has_a_status(error: dict[str, Any], code: int) -> None:
    assert error_bodies.status_of(error) == code
