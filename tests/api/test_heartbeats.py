"""While the provider is silent, something harmless is sent, and the answer stays whole.

The installation beats every 0.3 s; each silence lasts a second or a little more.
"""

import json
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise

import httpx
import pytest

from tests.api.bad_input.raw import head, line
from tests.api.wire import assert_error, assert_error_body, chat_body, events
from tests.conftest import _product
from tests.harness.processes import TLS
from tests.harness.product import Product
from tests.harness.provider import Provider

BEAT_S = 0.3
SILENT_S = 1.2
COMMENT = ": keep-alive"
DONE = "data: [DONE]"


@pytest.fixture(scope="module")
def beating(
    provider_process: Provider, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Product, str]]:
    folder = tmp_path_factory.mktemp("beating")
    product = _product(folder, provider_process, HCAI_HEARTBEAT_SECONDS=str(BEAT_S)).start()
    yield product, product.make_key()
    product.stop()


class Heard:
    """An answer as it came: its bytes, how long it took, and the longest silence in it."""

    def __init__(self, beating: tuple[Product, str], directive: str, **fields: object) -> None:
        product, key = beating
        request = httpx.Request(
            "POST",
            f"{product.base_url}/chat/completions",
            json=chat_body(f"Hi\n/simulate {directive}", **fields),
            headers={"Authorization": f"Bearer {key}"},
        )
        pieces, times = [], [time.monotonic()]
        with httpx.Client(verify=TLS, timeout=30) as client:
            self.answer = client.send(request, stream=True)
            times.append(time.monotonic())
            for piece in self.answer.iter_raw():
                pieces.append(piece)
                times.append(time.monotonic())
        self.body = b"".join(pieces)
        self.text = self.body.decode()
        self.seconds = times[-1] - times[0]
        self.longest_silence_s = max(later - earlier for earlier, later in pairwise(times))

    @property
    def events(self) -> list[dict]:
        return events(self.text)

    @property
    def said(self) -> str:
        choices = [choice for event in self.events for choice in event["choices"]]
        return "".join(choice["delta"].get("content") or "" for choice in choices)

    def assert_no_silence(self) -> None:
        # On a busy machine the provider's silence is longer, too; without beats this is all of it.
        assert self.longest_silence_s < self.seconds - BEAT_S


@pytest.mark.parametrize("where", ["before", "between"])
def test_a_silent_whole_answer_begins_with_white_space(
    beating: tuple[Product, str], provider: Provider, where: str
) -> None:
    heard = Heard(beating, f"{where}={SILENT_S} say=PLUM")
    heard.assert_no_silence()
    blanks = len(heard.text) - len(heard.text.lstrip())
    assert 2 <= blanks <= heard.seconds / BEAT_S
    assert "PLUM" in json.loads(heard.text)["choices"][0]["message"]["content"]
    assert heard.answer.headers["cache-control"] == "no-cache"
    assert heard.answer.headers["x-accel-buffering"] == "no"
    assert provider.count() == 1


def test_a_quick_whole_answer_has_none(beating: tuple[Product, str], provider: Provider) -> None:
    heard = Heard(beating, "delay=0")
    assert heard.text.startswith("{")
    assert heard.answer.headers["content-length"] == str(len(heard.body))


@pytest.mark.parametrize(
    "directive",
    [
        f"before={SILENT_S}",
        f"first={SILENT_S}",
        f"first={SILENT_S} no_comment",
        f"between={SILENT_S} after=3",
        f"between={SILENT_S} after=22",
        f"between={SILENT_S} after=3 crlf",
        f"between={SILENT_S} after=3 piece=7",
    ],
)
def test_a_silent_stream_gets_comments(
    beating: tuple[Product, str], provider: Provider, directive: str
) -> None:
    heard = Heard(beating, f"{directive} say=PLUM", stream=True)
    heard.assert_no_silence()
    assert "PLUM" in heard.said
    assert heard.events[-1]["usage"]["cost"] > 0
    assert COMMENT in heard.text or "no_comment" not in directive
    assert heard.text.rstrip().endswith(DONE)
    assert provider.count() == 1


def test_comments_are_all_that_is_added_to_a_stream(
    beating: tuple[Product, str], provider: Provider
) -> None:
    quiet = Heard(beating, "after=3 chunks=6", stream=True)
    silent = Heard(beating, f"between={SILENT_S} after=3 chunks=6", stream=True)
    kept = silent.text.replace(f"{COMMENT}\n\n", "")
    assert 2 <= silent.text.count(COMMENT) <= silent.seconds / BEAT_S
    first, second = (
        text.replace(event["id"], "").replace(str(event["created"]), "")
        for text, event in ((quiet.text, quiet.events[0]), (kept, silent.events[0]))
    )
    # The prompts differ by a few words, and so do their counts.
    assert first.split('"usage"')[0] == second.split('"usage"')[0]


@pytest.mark.parametrize("place", ["line", "body"])
def test_silence_amid_a_line_stays_parseable(
    beating: tuple[Product, str], provider: Provider, place: str
) -> None:
    """The provider stops in the middle of a line for good; the client leaves after a while."""
    product, key = beating
    body = chat_body(f"Hi\n/simulate hang={place} after=2 chunks=5", stream=True)
    headers = {"Authorization": f"Bearer {key}"}
    url = f"{product.base_url}/chat/completions"
    heard = b""
    until = time.monotonic() + SILENT_S
    with (
        httpx.Client(verify=TLS, timeout=2 * BEAT_S + 1) as client,
        client.stream("POST", url, json=body, headers=headers) as answer,
    ):
        for piece in answer.iter_raw():
            heard += piece
            if time.monotonic() > until:
                break
    lines = heard.decode().split("\n")
    whole = [line for line in lines[:-1] if line]
    assert all(line.startswith(":") or json.loads(line[5:]) for line in whole)
    assert len([line for line in whole if line.startswith("data:")]) == 2


@pytest.mark.parametrize("size", [3_000_000, 100_000])
def test_a_large_line_with_a_silence_in_it_arrives_whole(
    beating: tuple[Product, str], provider: Provider, size: int
) -> None:
    # Pieces as the network makes them, and a silence between two of them.
    directive = f"image_bytes={size} between={SILENT_S} after=3 piece=65536 chunks=5"
    heard = Heard(beating, directive, stream=True, modalities=["image"])
    heard.assert_no_silence()
    images = [
        choice["delta"]["images"][0]["image_url"]["url"]
        for event in heard.events
        for choice in event["choices"]
        if "images" in choice["delta"]
    ]
    assert [len(url) for url in images] == [len("data:image/png;base64,") + -(-size // 3) * 4]


def test_a_beat_that_meets_the_end_of_a_silence_changes_no_byte(
    beating: tuple[Product, str], provider: Provider
) -> None:
    # Many at once, whose silence ends when the third beat is due: some meet it.
    directive = f"image_bytes=100000 between={3 * BEAT_S} after=1 chunks=1 piece=65536"

    def image_of(_number: int) -> int:
        heard = Heard(beating, directive, stream=True, modalities=["image"])
        choices = [choice for event in heard.events for choice in event["choices"]]
        urls = [
            c["delta"]["images"][0]["image_url"]["url"] for c in choices if "images" in c["delta"]
        ]
        return len(urls[0]) if urls else 0

    with ThreadPoolExecutor(32) as pool:
        assert set(pool.map(image_of, range(64))) == {len("data:image/png;base64,") + 133_336}


@pytest.mark.parametrize("size", [3_000_000, 100_000])
def test_a_large_whole_answer_with_a_silence_in_it_arrives_whole(
    beating: tuple[Product, str], provider: Provider, size: int
) -> None:
    heard = Heard(beating, f"image_bytes={size} between={SILENT_S} delay=0")
    heard.assert_no_silence()
    answer = json.loads(heard.text)
    (image,) = answer["choices"][0]["message"]["images"]
    assert len(image["image_url"]["url"]) == len("data:image/png;base64,") + -(-size // 3) * 4
    assert answer["usage"]["cost"] > 0


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("status", [400, 429, 503])
def test_an_early_failure_keeps_its_status(
    beating: tuple[Product, str], provider: Provider, status: int, stream: bool
) -> None:
    heard = Heard(beating, f"status={status} before=0.1", stream=stream)
    assert_error_like(heard, status)


def assert_error_like(heard: Heard, status: int) -> None:
    answer = httpx.Response(status, headers=heard.answer.headers, content=heard.body)
    assert heard.answer.status_code == status
    assert_error(answer, status)


@pytest.mark.parametrize("status", [400, 429, 503, 524])
def test_a_failure_after_a_heartbeat_is_an_error_object_with_the_status(
    beating: tuple[Product, str], provider: Provider, status: int
) -> None:
    heard = Heard(beating, f"status={status} before={SILENT_S}")
    assert heard.answer.status_code == 200
    assert heard.text.startswith(" ")
    assert_error_body(json.loads(heard.text), status)


@pytest.mark.parametrize("directive", ["status=402", "only_error=402", "body=half", "cut=body"])
def test_a_broken_answer_after_a_heartbeat_is_an_error_object(
    beating: tuple[Product, str], provider: Provider, directive: str
) -> None:
    wait = "first" if directive.startswith("cut") else "before"
    heard = Heard(beating, f"{directive} {wait}={SILENT_S}")
    assert heard.answer.status_code == 200
    assert_error_body(json.loads(heard.text), 502)


@pytest.mark.parametrize(
    ("directive", "status"),
    [
        (f"status=503 before={SILENT_S}", 503),
        (f"status=401 before={SILENT_S}", 502),
        (f"only_error=429 first={SILENT_S}", 429),
        (f"error=503 after=2 between={SILENT_S}", 503),
        (f"cut=chunks after=2 between={SILENT_S}", 502),
        (f"cut=line after=2 between={SILENT_S}", 502),
    ],
)
def test_a_stream_that_fails_after_a_heartbeat_ends_with_an_error_chunk(
    beating: tuple[Product, str], provider: Provider, directive: str, status: int
) -> None:
    heard = Heard(beating, directive, stream=True)
    assert heard.answer.status_code == 200
    chunk = heard.events[-1]
    assert (chunk["error"]["code"], chunk["object"]) == (status, "chat.completion.chunk")
    assert isinstance(chunk["error"]["message"], str)
    assert chunk["error"].get("metadata") != {}
    assert "metadata" not in chunk["error"] or chunk["error"]["metadata"]
    assert chunk["choices"][0]["finish_reason"] == "error"
    for name in ("id", "created", "model"):
        assert name in chunk


def test_the_books_know_the_true_status(beating: tuple[Product, str], provider: Provider) -> None:
    heard = Heard(beating, f"status=503 before={SILENT_S}")
    row = beating[0].rows()[-1]
    assert row["id"] == heard.answer.headers["x-request-id"]
    assert (row["outcome"], row["cost_usd"], row["settled"]) == ("upstream_error", "0", True)


@pytest.mark.attack
@pytest.mark.parametrize("streamed", [False, True], ids=["plain", "stream"])
def test_http_1_0_gets_heartbeats_and_an_answer_without_chunks(
    beating: tuple[Product, str], streamed: bool
) -> None:
    product, key = beating
    body = json.dumps(chat_body(f"Hi\n/simulate before={SILENT_S}", stream=streamed)).encode()
    lines = [b"Authorization: Bearer " + key.encode(), b"Content-Length: %d" % len(body)]
    heard = {}
    for version in (b"HTTP/1.0", b"HTTP/1.1"):
        with line(product) as opened:
            opened.send(head(*lines, b"Connection: close", version=version) + body)
            heard[version] = opened.rest()
    headers, _, old = heard[b"HTTP/1.0"].partition(b"\r\n\r\n")
    assert b"connection: close" in headers
    assert b"transfer-encoding" not in headers
    assert old.startswith(COMMENT.encode() if streamed else b" ")
    assert old.endswith(b"data: [DONE]\n\n") if streamed else json.loads(old)["choices"]
    assert b"transfer-encoding: chunked" in heard[b"HTTP/1.1"]
