"""Streams of server-sent events as providers write them, in every spelling, for property tests."""

import json
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from hypothesis import strategies as st

USAGE = {
    "prompt_tokens": 11,
    "completion_tokens": 22,
    "total_tokens": 33,
    "cost": 0.000123,
    "completion_tokens_details": {"reasoning_tokens": 4},
    "prompt_tokens_details": {"cached_tokens": 5},
    "note": 'braces } { and "quotes"',
}
COST_NANOUSD = 123_000
GENERATION_ID = "gen-1700000000-abc"
MODEL = "qwen/qwen3-32b"


@dataclass(frozen=True)
class Stream:
    data: bytes
    has_usage: bool


def chunk(content: str, **members: Any) -> dict[str, Any]:
    choice = {"index": 0, "delta": {"content": content}, "finish_reason": None}
    base = {"id": GENERATION_ID, "object": "chat.completion.chunk", "model": MODEL}
    return {**base, "choices": [choice], **members}


def encode(value: Any, *, ascii_only: bool = False) -> bytes:
    return json.dumps(value, ensure_ascii=ascii_only).encode("utf-8", "surrogatepass")


def event(value: Any) -> bytes:
    return b"data: " + encode(value) + b"\n\n"


texts = st.text(st.characters(exclude_categories=("Cs",)), max_size=40) | st.sampled_from(
    [
        "[DONE]",
        'data: [DONE]\n\n{"usage": {"cost": 9}}',
        '"error"',
        "🙂é漢",
        "\r\n\r\n",
        ": no",
        "}}{",
    ]
)
sizes = st.sampled_from([0, 0, 0, 300, 5_000, 70_000, 1_200_000])


@st.composite
def content_events(draw: st.DrawFn) -> bytes:
    """An event of content, a comment, or fields that we do not know."""
    kind = draw(st.sampled_from(["chunk", "chunk", "chunk", "huge", "comment", "fields", "lines"]))
    text = draw(texts)
    if kind == "comment":
        return b": OPENROUTER PROCESSING\n\n"
    if kind == "fields":
        return b"event: message\nid: 7\nretry: 10\n" + event(chunk(text))
    if kind == "lines":  # clients join the data lines of one event
        head, tail = encode(chunk(text)).split(b', "choices"')
        return b"data: " + head + b"\ndata:, " + b'"choices"' + tail + b"\n\n"
    return event(chunk(text + "A" * draw(sizes) if kind == "huge" else text))


@st.composite
def usage_events(draw: st.DrawFn) -> bytes:
    """The usage, wherever in the stream or in a chunk a provider may put it."""
    place = draw(st.sampled_from(["alone", "first", "last", "lines", "spread", "cut"]))
    if place == "alone":
        return event({**chunk(""), "choices": [], "usage": USAGE})
    big = chunk(draw(texts) + "B" * draw(sizes))
    if place == "first":
        return event({"usage": USAGE, **big})
    if place == "lines":
        return b'data: {"id": "x",\ndata: "usage": ' + encode(USAGE) + b"\ndata: }\n\n"
    if place == "spread":
        shown = json.dumps({**big, "usage": USAGE}, indent=1).encode()
        return b"".join(b"data: " + line + b"\n" for line in shown.split(b"\n")) + b"\n"
    return event({**big, "usage": USAGE})


@st.composite
def streams(draw: st.DrawFn) -> Stream:
    events = [event(chunk("first")), *draw(st.lists(content_events(), max_size=6))]
    has_usage = draw(st.booleans())
    if has_usage:
        events.insert(draw(st.integers(1, len(events))), draw(usage_events()))
    end = draw(
        st.sampled_from([b"data: [DONE]\n\n", b"data: [DONE]\n", b"data:[DONE]\n\n: bye\n\n"])
    )
    if draw(st.booleans()):
        events.append(end)
    data = b"".join(events)
    if draw(st.booleans()):
        data = data.replace(b"\n", b"\r\n")
    if draw(st.booleans()):
        data = data.rstrip(b"\r\n")  # the provider stopped before the last line's end
    return Stream(data, has_usage)


@st.composite
def pieces_of(draw: st.DrawFn, data: bytes) -> list[bytes]:
    """The data as the network may cut it: at any bytes, also in the middle of a character."""
    size = draw(st.sampled_from([0, 0, 1, 2, 3, 7, 100, 1_400, 65_536]))
    if size:
        size = max(size, len(data) // 4_000)
        return [data[start : start + size] for start in range(0, len(data), size)]
    cuts = sorted(draw(st.sets(st.integers(0, len(data)), max_size=12)))
    edges = [0, *cuts, len(data)]
    return [data[a:b] for a, b in pairwise(edges) if a < b]


def parse(data: bytes) -> list[bytes]:
    """The data of each event, as the standard has clients read it."""
    events: list[bytes] = []
    lines: list[bytes] = []
    for line in data.replace(b"\r\n", b"\n").split(b"\n"):
        if line.startswith(b"data:"):
            lines.append(line[5:].removeprefix(b" "))
        elif not line and lines:
            events.append(b"\n".join(lines))
            lines = []
    return events
