import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hcai_app import clock
from hcai_app.upstream.openrouter import tee as tee_module
from hcai_app.upstream.openrouter.tee import KEEP_ALIVE, StreamTee
from tests.upstream.events import (
    COST_NANOUSD,
    GENERATION_ID,
    MODEL,
    USAGE,
    chunk,
    encode,
    event,
    parse,
    pieces_of,
    streams,
)

thorough = settings(
    max_examples=80,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
END_MARK = re.compile(rb"^data: ?\[DONE\]", re.MULTILINE)
SMALL_LINE = 4_096
ERRORS = [
    ({"code": "server_error", "message": "x"}, 502),
    ({"code": 429, "message": "x", "metadata": None}, 429),
    ({"code": "503", "message": "x", "metadata": {}}, 503),
    ({"code": 401, "message": "No auth credentials found"}, 502),
    ({"code": 402, "message": "Insufficient credits"}, 502),
    ({"code": None, "message": None, "metadata": "odd"}, 502),
    ({"message": "no code", "metadata": {"error_type": "server"}}, 500),
    ({"code": 200, "message": "x"}, 502),
    ({"code": 500, "message": "x" * 3_000}, 500),
    ("just a text", 502),
    (["odd"], 502),
]


def relay(tee: StreamTee, pieces: list[bytes]) -> bytes:
    """What the client gets before the end; `[DONE]` must not be in it."""
    sent = b"".join(tee.feed(piece) for piece in pieces)
    assert not END_MARK.search(sent)
    return sent


@thorough
@given(st.data())
def test_a_stream_cut_at_any_bytes_is_relayed_byte_for_byte(data: st.DataObject) -> None:
    stream = data.draw(streams())
    tee = StreamTee()
    sent = relay(tee, data.draw(pieces_of(stream.data)))
    assert sent + tee.finish() + bytes(tee.ending) == stream.data


LINES = st.lists(
    st.sampled_from(
        [
            *(b"data: {}", b"data: x", b": word", b"event: x", b"", b" ", b"data:", b"id: 1"),
            *(b'data: {"id":"gen-1","model":"a/b"}', b'data: {"choices":[{}]}', b'"usage"'),
            *(b'data: {"usage":{"total_tokens":3,"cost":0.1}}', b'data: {"usage":null}'),
            *(b'data: {"error":{"code":500,"message":"x"}}', b"data: [DONE]", b"data: [DONE] x"),
            *(b'data: {"choices":[{"finish_reason":"error","error":{}}]}', b'data: {"usage":'),
        ]
    ),
    max_size=30,
)


@pytest.fixture(scope="module")
def one_moment() -> Iterator[None]:
    """Errors are told with the time, which may turn between two readings of a stream."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(clock, "now_ms", lambda: 1_800_000_000_000)
        yield


@pytest.mark.usefixtures("one_moment")
@settings(thorough, max_examples=400)
@given(LINES, st.sampled_from([b"\n", b"\r\n", b"\r"]))
def test_lines_that_come_at_once_are_read_as_if_they_came_one_by_one(
    lines: list[bytes], end: bytes
) -> None:
    apart, at_once = StreamTee(), StreamTee()
    sent = b"".join(apart.feed(line + end) for line in [*lines, b"\n"])
    assert at_once.feed(b"".join(line + end for line in [*lines, b"\n"])) == sent
    assert learned(at_once) == learned(apart)
    assert at_once.has_content or not apart.has_content  # alone, content is not looked at any more


def learned(tee: StreamTee) -> tuple[Any, ...]:
    names = (tee.generation_id, tee.model, tee.usage)
    return (*names, tee.error, tee.has_failed, tee.is_done, bytes(tee.ending), tee.is_whole)


@thorough
@given(st.data())
def test_usage_and_generation_id_are_never_lost(data: st.DataObject) -> None:
    stream = data.draw(streams())
    tee = StreamTee()
    relay(tee, data.draw(pieces_of(stream.data)))
    tee.finish()
    assert (tee.generation_id, tee.model) == (GENERATION_ID, MODEL)
    assert tee.has_content
    assert tee.error is None
    if not stream.has_usage:
        assert tee.usage is None
        return
    assert tee.usage is not None
    assert tee.usage.cost_nanousd == COST_NANOUSD
    assert (tee.usage.prompt_tokens, tee.usage.completion_tokens) == (11, 22)
    assert (tee.usage.reasoning_tokens, tee.usage.cached_tokens) == (4, 5)


@thorough
@given(st.data())
def test_the_end_mark_waits_here(data: st.DataObject) -> None:
    events = [event(chunk(text)) for text in data.draw(st.lists(st.text(max_size=9), max_size=3))]
    ending = data.draw(st.sampled_from([b"data: [DONE]\n\n", b"data: [DONE]\r\n\r\n: more\r\n"]))
    before = b"".join(events)
    tee = StreamTee()
    assert relay(tee, data.draw(pieces_of(before + ending))) == before
    assert tee.is_done
    assert tee.finish() + bytes(tee.ending) == ending


@thorough
@given(st.data())
def test_a_keep_alive_fits_into_any_silence(data: st.DataObject) -> None:
    stream = data.draw(streams())
    tee = StreamTee()
    sent = provided = b""
    for piece in data.draw(pieces_of(stream.data)):
        out = tee.feed(piece)
        sent, provided = sent + out, provided + out
        for _ in range(data.draw(st.integers(0, 3)) if len(sent) < 100_000 else 1):
            beat = tee.keep_alive()
            sent += beat
            provided += b"" if beat.startswith(KEEP_ALIVE) else beat
    ending = tee.finish() + bytes(tee.ending)
    assert provided + ending == stream.data
    assert parse(sent + ending) == parse(stream.data)


def test_every_silence_gets_a_byte_even_within_a_line_of_a_megabyte() -> None:
    tee = StreamTee()
    line = event(chunk("C" * 1_000_000))
    sent = tee.feed(line[:500_000])
    for _ in range(100):
        beat = tee.keep_alive()
        assert beat
        sent += beat
    sent += tee.feed(line[500_000:])
    assert sent == line


def test_a_short_line_leaves_whole_or_not_at_all() -> None:
    tee = StreamTee()
    line = event(chunk("hello"))
    assert tee.feed(line[:20]) == b""
    assert tee.keep_alive() == KEEP_ALIVE + b"\n"
    assert tee.boundary() == b""  # an error of ours can follow, and no half line was sent
    assert tee.feed(line) == line


def test_our_own_event_after_half_a_long_line_begins_on_a_line_of_its_own() -> None:
    tee = StreamTee()
    sent = tee.feed(event(chunk("D" * 200_000))[:-3])
    assert sent
    assert (sent + tee.boundary()).endswith(b"\n\n")


@thorough
@given(st.data(), st.sampled_from(ERRORS), st.booleans())
def test_an_error_takes_the_form_that_every_client_reads(
    data: st.DataObject, case: tuple[Any, int], has_shape: bool
) -> None:
    error, code = case
    given_chunk = {**chunk("", error=error)} if has_shape else {"error": error}
    end = data.draw(st.sampled_from([b"\n\n", b"\r\n\r\n", b""]))
    before = event(chunk("first"))
    tee = StreamTee()
    stream = before + b"data: " + encode(given_chunk) + end
    sent = relay(tee, data.draw(pieces_of(stream))) + tee.finish()
    assert sent.startswith(before)
    assert sent.endswith(end)
    told = json.loads(sent[len(before) + 5 :])
    assert told["error"]["code"] == code
    assert isinstance(told["error"]["message"], str)
    assert told["error"].get("metadata") != {}
    assert "metadata" not in told["error"] or told["error"]["metadata"]
    assert {"id", "object", "created", "model", "choices"} <= told.keys()
    assert told["choices"][0]["finish_reason"] == "error"
    assert told["id"] == GENERATION_ID
    assert tee.error == error


@pytest.mark.parametrize("code", [401, 402, "402", 401.0])
def test_what_the_provider_says_of_our_account_is_not_for_students(
    code: Any, caplog: pytest.LogCaptureFixture
) -> None:
    tee = StreamTee()
    error = {"code": code, "message": "Insufficient credits", "metadata": {"raw": "secret"}}
    sent = tee.feed(event({"error": error}))
    assert b"credits" not in sent
    assert b"secret" not in sent
    assert "OPENROUTER_API_KEY" in caplog.text


@thorough
@given(st.data(), st.booleans(), st.booleans())
def test_usage_of_a_line_too_long_to_keep_is_found(
    data: st.DataObject, is_first: bool, is_crlf: bool
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tee_module, "MAX_LINE_BYTES", SMALL_LINE)
        patch.setattr(tee_module, "HELD_BYTES", 1_024)
        patch.setattr(tee_module, "TAIL_BYTES", 1_024)
        huge = chunk("E" * data.draw(st.integers(SMALL_LINE, 5 * SMALL_LINE)))
        line = event({"usage": USAGE, **huge} if is_first else {**huge, "usage": USAGE})
        stream = event(chunk("first")) + line + event(chunk("last")) + b"data: [DONE]\n\n"
        stream = stream.replace(b"\n", b"\r\n") if is_crlf else stream
        tee = StreamTee()
        sent = relay(tee, data.draw(pieces_of(stream)))
        assert sent + bytes(tee.ending) == stream
        assert tee.usage is not None
        assert tee.usage.cost_nanousd == COST_NANOUSD


def test_an_endless_line_takes_bounded_memory() -> None:
    tee = StreamTee()
    tee.feed(b"data: ")
    piece = b"F" * 1_048_576
    sent = 0
    for _ in range(64):
        sent += len(tee.feed(piece))
        assert len(tee._line) <= tee_module.MAX_LINE_BYTES
    assert sent >= 64 * len(piece) - tee_module.HELD_BYTES


def test_the_last_usage_counts_and_names_come_from_the_first_chunk_that_has_them() -> None:
    tee = StreamTee()
    tee.feed(event({"choices": []}) + event({**chunk("a"), "id": None}) + event(chunk("b")))
    assert tee.generation_id == GENERATION_ID
    tee.feed(event({"usage": {**USAGE, "cost": 1}}) + event({"usage": None}))
    tee.feed(event({"usage": USAGE, "model": "other/model", "id": "gen-2"}))
    assert tee.usage is not None
    assert tee.usage.cost_nanousd == COST_NANOUSD
    assert (tee.generation_id, tee.model) == (GENERATION_ID, "other/model")


def test_lines_that_are_no_json_pass_and_are_forgotten() -> None:
    tee = StreamTee()
    broken = b'data: {not json "usage": {"cost": 1\n\ndata: \xff\xfe "usage"\n\ndata:\n\n'
    stream = broken + event({"usage": USAGE}) + b"data: " + b"[" * 5_000 + b'"usage"\n\n'
    assert tee.feed(stream) == stream
    assert tee.usage is not None
    assert tee.usage.cost_nanousd == COST_NANOUSD


def test_an_error_in_place_of_an_answer_is_no_content_whatever_its_shape() -> None:
    tee = StreamTee()
    tee.feed(b": OPENROUTER PROCESSING\n\n" + event({**chunk(""), "error": {"code": 429}}))
    assert not tee.has_content
    assert tee.error == {"code": 429}


def test_a_choice_that_ended_in_an_error_has_failed_without_an_error_of_the_stream() -> None:
    failed = {"index": 0, "delta": {"content": ""}, "finish_reason": "error"}
    tee = StreamTee()
    for value in (chunk("half"), chunk("", choices=[failed])):
        tee.feed(event(value))
    assert tee.has_failed
    assert tee.error is None


BIG = 12345678901234567890123


@pytest.mark.parametrize(
    ("error", "code"),
    [
        ({"code": 402, "message": "secret"}, 502),
        ({"code": "401", "message": "secret"}, 502),
        ({"code": 503, "message": "busy", "metadata": {"user_id": "secret", "raw": "x"}}, 503),
    ],
)
def test_an_error_within_a_choice_is_for_students_and_all_else_stays(
    error: dict[str, Any], code: int
) -> None:
    said = chunk("half", seed=BIG, choices=[{"index": 0, "finish_reason": "error", "error": error}])
    sent = StreamTee().feed(event(chunk("first")) + event(said))
    assert b"secret" not in sent
    told = json.loads(sent.strip().rpartition(b"data: ")[2])
    assert told["choices"][0].pop("error")["code"] == code
    del said["choices"][0]["error"]
    assert told == said


def test_an_error_within_a_choice_that_tells_nothing_of_us_stays_as_it_is() -> None:
    error = {"code": 503, "message": "busy", "metadata": {"raw": "x"}}
    said = event(chunk("", choices=[{"index": 0, "error": error}, {"index": 1, "error": None}]))
    assert StreamTee().feed(said) == said
