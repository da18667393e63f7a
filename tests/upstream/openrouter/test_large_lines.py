"""Lines of a stream that are too large to be parsed while everybody else waits."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hcai_app.upstream.openrouter import reading
from hcai_app.upstream.openrouter.dialects import PICTURES, RESPONSES, ChatDialect
from hcai_app.upstream.openrouter.tee import MAX_LINE_BYTES, StreamTee
from tests.upstream.events import COST_NANOUSD, GENERATION_ID, MODEL, USAGE, chunk, encode, event

PICTURE = "iVBORw0K" * (MAX_LINE_BYTES // 4)
PIECE = 64 * 1024


class Watching(ChatDialect):
    """A dialect that notes how much is parsed at once."""

    def __init__(self) -> None:
        self.largest = 0

    def read(self, data: bytes) -> reading.Reading | None:
        self.largest = max(self.largest, len(data))
        return super().read(data)


def feed(tee: StreamTee, stream: bytes) -> bytes:
    return b"".join(tee.feed(stream[at : at + PIECE]) for at in range(0, len(stream), PIECE))


def picture(**more: Any) -> dict[str, Any]:
    return {**chunk(PICTURE), **more}


def test_a_picture_in_the_first_chunk_is_not_parsed_and_tells_all_the_same() -> None:
    dialect = Watching()
    tee = StreamTee(dialect)
    stream = event(picture()) + event({"choices": [], "usage": USAGE}) + b"data: [DONE]\n\n"
    assert feed(tee, stream) + bytes(tee.ending) == stream
    assert dialect.largest < PIECE
    assert (tee.generation_id, tee.model) == (GENERATION_ID, MODEL)
    assert tee.usage is not None
    assert tee.usage.cost_nanousd == COST_NANOUSD
    assert tee.has_content
    assert not tee.has_failed


def test_the_names_are_known_before_the_picture_has_ended() -> None:
    tee = StreamTee()
    tee.feed(event(picture())[:-PIECE])
    assert (tee.generation_id, tee.model) == (GENERATION_ID, MODEL)


@pytest.mark.parametrize(
    ("ending", "has_failed"),
    [
        ({"finish_reason": "stop", "error": None}, False),
        ({"finish_reason": "error"}, True),
        ({"finish_reason": None, "error": {"code": 502, "message": "broke off"}}, True),
    ],
)
def test_a_picture_that_ended_in_an_error_is_noticed(
    ending: dict[str, Any], has_failed: bool
) -> None:
    choice = {"index": 0, "delta": {"content": PICTURE}, **ending}
    tee = StreamTee()
    feed(tee, event({"id": "gen-1", "model": "a/b", "choices": [choice]}))
    assert tee.has_failed is has_failed


def test_the_large_last_event_of_a_response_waits_for_the_commit() -> None:
    tee = StreamTee(RESPONSES)
    head = {"id": "gen-1", "error": None, "model": "a/b", "output": [{"id": "ig_1", "x": PICTURE}]}
    last = {"type": "response.completed", "response": {**head, "usage": USAGE}}
    sent = feed(tee, event(last))
    assert tee.is_done
    assert sent + bytes(tee.ending) == event(last)
    assert tee.ending.endswith(b"}\n\n")
    assert (tee.generation_id, tee.model) == ("gen-1", "a/b")
    assert tee.usage is not None
    assert tee.usage.cost_nanousd == COST_NANOUSD


@pytest.mark.parametrize("dialect", [RESPONSES, PICTURES])
def test_the_id_of_a_part_is_not_taken_for_the_generations(dialect: ChatDialect) -> None:
    tee = StreamTee(dialect)
    item = {"id": "ig_1", "model": "part", "result": PICTURE}
    feed(tee, event({"type": "response.output_item.done", "item": item}))
    assert (tee.generation_id, tee.model, tee.is_done) == (None, None, False)
    assert tee.has_content


def test_a_comment_that_is_too_long_is_no_content() -> None:
    tee = StreamTee()
    feed(tee, b": " + PICTURE.encode() + b"\n\n")
    assert not tee.has_content


@given(st.lists(st.sampled_from(["a", "\n", "\r"]), max_size=12).map("".join))
def test_lines_end_where_clients_end_them(text: str) -> None:
    stream = "".join(f": {line}" for line in text.splitlines(keepends=True)).encode()
    tee = StreamTee()
    assert tee.feed(stream) + tee.finish() == stream
    tee = StreamTee()
    tee.feed(stream + b"\rdata: [DONE]\r\r\n")
    assert tee.is_done


KEYS = [(b'"error": {"code": 1}', True), (b'"error":null', False), (b'"error" :\n null', False)]


@pytest.mark.parametrize(("key", "is_there"), [*KEYS, (b'"x": "\\"error\\""', False)])
@pytest.mark.parametrize("quotes", [0, 3, 1_000])
def test_an_error_is_found_wherever_it_stands_in_a_large_answer(
    key: bytes, is_there: bool, quotes: int
) -> None:
    members = b'"a": 1, ' * quotes
    for data in (b"{%b%b}" % (members, key), b'{%b, %b"x": "%b"}' % (key, members, b"y" * 1000)):
        assert reading.has_error(data) is is_there
    assert not reading.has_error(encode({"usage": USAGE}))
