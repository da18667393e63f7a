"""Answers of a server as hypothesis makes them, each with what a client must make of it.

The model reads no HTTP: it knows what was put into an answer, and where it was broken.
"""

from dataclasses import dataclass, replace
from itertools import pairwise

from hypothesis import strategies as st

from tests.upstream.http_client.scripted_server import Ending


@dataclass(frozen=True)
class Told:
    """An answer's bytes and ending, and what they mean."""

    data: bytes
    ending: Ending
    status: int  # 0: no answer
    body: bytes  # of a broken one: what its body begins with
    is_whole: bool
    is_kept: bool  # the connection can be used again
    head_bytes: int = 0
    is_framed: bool = True  # its end is told: by a length or by chunks


bodies = st.binary(max_size=300) | st.sampled_from(
    [b"", b"\r\n\r\n", b"HTTP/1.1 200 OK\r\n\r\n", b"0\r\n\r\n", b"x" * 70_000, b"y" * 300_000]
)
headers = st.lists(
    st.sampled_from(
        [
            *(b"Content-Type: text/event-stream; charset=utf-8", b"X-Generation-Id: gen-1"),
            *(
                b"x-odd: \xc3\xa9",
                b"Server:",
                b"Date: now",
                b"Set-Cookie: a=b; c",
                b"A: " + b"b" * 5000,
            ),
        ]
    ),
    max_size=4,
)
provisional = st.sampled_from(
    [
        *(b"", b"", b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\nContent-Length: 9\r\n\r\n"),
        *(b"HTTP/1.1 100 Continue\r\n\r\n", b"HTTP/1.1 102 Processing\r\n\r\n" * 2),
    ]
)
statuses = st.sampled_from([200, 200, 201, 302, 400, 429, 500, 529])
garbage = st.sampled_from(
    [
        *(b"\0", b"nonsense\r\n\r\n", b"SSH-2.0-x\r\n", b"HTTP/9.9.9 200 OK\r\n\r\n"),
        *(b"HTTP/1.1 2x0 OK\r\n", b"HTTP/1.1 200 OK\r\nA: \0\r\n\r\n", b"\xff" * 400),
        *(b"GET / HTTP/1.1\r\n\r\n", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"),
    ]
)


def head(status: int, *lines: bytes) -> bytes:
    return b"\r\n".join((b"HTTP/1.1 %d Odd" % status, *lines, b"", b""))


@st.composite
def chunks(draw: st.DrawFn, body: bytes) -> bytes:
    """The body in chunks, with extensions and trailers."""
    cuts = sorted(draw(st.sets(st.integers(0, len(body)), max_size=4)))
    parts = [body[a:b] for a, b in pairwise([0, *cuts, len(body)]) if a < b]
    extension = draw(st.sampled_from([b"", b"", b";a=b", b';n="v"']))
    framed = b"".join(b"%X%b\r\n%b\r\n" % (len(part), extension, part) for part in parts)
    trailers = draw(
        st.sampled_from([b"", b"", b"X-Sum: 1\r\n", b"Retry-After: 3\r\nX-Generation-Id: no\r\n"])
    )
    return framed + b"0\r\n" + trailers + b"\r\n"


@st.composite
def good(draw: st.DrawFn) -> Told:
    """A whole answer, in any framing."""
    status, body, more = draw(statuses), draw(bodies), draw(headers)
    before = draw(provisional)
    framing = draw(st.sampled_from(["length", "length", "chunks", "chunks", "end", "close", "1.0"]))
    is_kept, ending = True, draw(st.sampled_from(["keep", "close"]))
    if framing == "chunks":
        top, rest = head(status, *more, b"Transfer-Encoding: chunked"), draw(chunks(body))
    elif framing == "end":
        top, rest, is_kept, ending = head(status, *more), body, False, "close"
    else:
        lines = [b"Content-Length: %d" % len(body)]
        lines += [b"Connection: close"] if framing == "close" else []
        top, rest = head(status, *more, *lines), body
        is_kept = framing == "length"
        if framing == "1.0":
            top = top.replace(b"HTTP/1.1", b"HTTP/1.0", 1)
    top = before + top
    told = Told(top + rest, ending, status, body, True, is_kept, len(top), framing != "end")
    return replace(told, is_kept=is_kept and ending == "keep")


@st.composite
def broken(draw: st.DrawFn) -> Told:
    """An answer that is cut, lies about its length, or has garbage in it."""
    told = draw(good())
    fault = draw(st.sampled_from(["cut", "cut", "longer", "shorter", "garbage", "more", "mixed"]))
    if fault == "cut":
        return draw(cut(told))
    if fault in ("longer", "shorter"):
        return draw(lying(told.status, told.body, is_longer=fault == "longer"))
    if fault == "garbage":
        return Told(draw(garbage), "close", 0, b"", False, False)
    if fault == "more":
        return draw(more_than_asked(told))
    top = head(told.status, b"Transfer-Encoding: chunked")
    framed = b"%x\r\n%b\r\nXYZ\r\n" % (len(told.body), told.body) if told.body else b"XYZ\r\n"
    return Told(top + framed, "close", told.status, told.body, False, False)


@st.composite
def cut(draw: st.DrawFn, told: Told) -> Told:
    """The connection ends before the answer does."""
    at = draw(st.integers(0, len(told.data) - 1))
    ending = draw(st.sampled_from(["close", "close", "reset"]))
    is_begun = at >= told.head_bytes
    is_whole = is_begun and not told.is_framed and ending == "close"
    body = told.data[told.head_bytes : at] if is_whole else told.body
    status = told.status if is_begun else 0
    return Told(told.data[:at], ending, status, body, is_whole, is_kept=False)


@st.composite
def lying(draw: st.DrawFn, status: int, body: bytes, *, is_longer: bool) -> Told:
    """The length is not that of the body."""
    if is_longer or not body:
        says = len(body) + draw(st.integers(1, 9))
        data = head(status, b"Content-Length: %d" % says) + body
        return Told(data, "close", status, body, False, False)
    says = draw(st.integers(0, len(body) - 1))
    data = head(status, b"Content-Length: %d" % says) + body
    return Told(data, "close", status, body[:says], True, False)


@st.composite
def more_than_asked(draw: st.DrawFn, told: Told) -> Told:
    """A second answer, or nonsense, behind the first."""
    if not told.is_framed:
        return told
    extra = draw(
        st.sampled_from([b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil", b"evil", b"H"])
    )
    return replace(told, data=told.data + extra, ending="close", is_kept=False)


@st.composite
def pieces_of(draw: st.DrawFn, data: bytes) -> list[bytes]:
    """The bytes as the network may cut them."""
    size = draw(st.sampled_from([0, 0, 1, 2, 7, 100]))
    if size and len(data) < 3000:
        return [data[start : start + size] for start in range(0, len(data), size)]
    cuts = sorted(draw(st.sets(st.integers(0, len(data)), max_size=8)))
    return [data[a:b] for a, b in pairwise([0, *cuts, len(data)]) if a < b]
