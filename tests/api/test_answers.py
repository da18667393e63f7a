"""Answers as values: what goes out of what comes in, without a server and without a provider."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hcai_app.api.proxy.answers import MAX_WHOLE_BYTES, StreamAnswer, WholeAnswer
from hcai_app.errors import Unavailable, UpstreamFailed
from hcai_app.services.call import Outcome
from hcai_app.upstream.openrouter.dialects import CHAT
from tests.upstream.events import USAGE, chunk, event, pieces_of

COMMENT = b": OPENROUTER PROCESSING\n\n"
DONE = b"data: [DONE]\n\n"
STREAM = event(chunk("a")) + event({**chunk(""), "choices": [], "usage": USAGE}) + DONE
STOPPING = Unavailable("The server is restarting.", 1)
BODY = json.dumps({**chunk("a"), "usage": USAGE}).encode()


def test_comments_wait_for_the_first_event_or_the_first_heartbeat() -> None:
    answer = StreamAnswer(CHAT)
    assert answer.feed(COMMENT) == b""
    assert answer.feed(event(chunk("a"))) == COMMENT + event(chunk("a"))
    late = StreamAnswer(CHAT)
    assert late.feed(COMMENT) == b""
    assert late.filler() == COMMENT
    assert late.feed(COMMENT) == COMMENT


def test_comments_that_have_no_end_are_not_kept() -> None:
    answer = StreamAnswer(CHAT)
    for _ in range(50):
        assert answer.feed(COMMENT * 1000) == b""
    assert len(answer.feed(event(chunk("a")))) < 200_000
    assert answer.feed(COMMENT) == COMMENT


def test_an_error_before_any_content_sets_the_status_and_one_after_it_does_not() -> None:
    error = event({"error": {"code": 429, "message": "slow down"}})
    with pytest.raises(UpstreamFailed) as raised:
        StreamAnswer(CHAT).feed(error)
    assert raised.value.code == 429
    answer = StreamAnswer(CHAT)
    answer.feed(event(chunk("a")))
    assert b"slow down" in answer.feed(error)
    assert answer.finish() is Outcome.UPSTREAM_ERROR


@given(st.data())
def test_a_stream_is_the_same_bytes_however_it_came_and_its_end_waits(data: st.DataObject) -> None:
    answer, out = StreamAnswer(CHAT), b""
    for piece in data.draw(pieces_of(COMMENT + STREAM)):
        out += answer.feed(piece)
    assert DONE not in out
    assert answer.finish() is Outcome.COMPLETED
    assert out + answer.ending(is_cut=False) == COMMENT + STREAM
    assert answer.usage is not None


def test_a_stream_that_stops_has_no_end_and_its_failure_is_an_event() -> None:
    answer = StreamAnswer(CHAT)
    answer.feed(event(chunk("a")) + b'data: {"half')
    failure = answer.failure(STOPPING, b"")
    assert b'"code":503' in failure
    assert failure.endswith(DONE)
    with pytest.raises(UpstreamFailed):
        answer.finish()


@given(st.data())
def test_a_small_body_is_held_to_its_end(data: st.DataObject) -> None:
    body = BODY.replace(b'"delta"', b'"message"')
    answer = WholeAnswer()
    for piece in data.draw(pieces_of(body)):
        assert answer.feed(piece) == b""
    assert answer.filler() == b" "
    assert answer.finish() is Outcome.COMPLETED
    assert answer.ending() == body


@pytest.mark.parametrize("beats", [0, 3])
def test_a_large_body_is_passed_on_but_for_its_end_which_is_its_heartbeat(beats: int) -> None:
    body = b'{"data": "' + b"x" * (3 * MAX_WHOLE_BYTES) + b'", "usage": {"cost": 0.5}}'
    answer, out = WholeAnswer(), b""
    for start in range(0, len(body), 100_000):
        out += answer.feed(body[start : start + 100_000])
    assert len(out) > MAX_WHOLE_BYTES
    for _ in range(beats):
        out += answer.filler()
    assert answer.failure(STOPPING, b"error") is None
    assert answer.finish() is Outcome.COMPLETED
    assert out + answer.ending() == body
    assert answer.usage is not None


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'{"error": {"code": 503}}'])
def test_a_body_without_an_answer_is_a_failure(body: bytes) -> None:
    answer = WholeAnswer()
    answer.feed(body)
    with pytest.raises(UpstreamFailed):
        answer.finish()
    assert not answer.has_content
    assert answer.failure(STOPPING, b"error") == b"error"
