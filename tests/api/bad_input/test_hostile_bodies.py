"""One student's bodies, large or slow: everybody else's calls go on, and memory stays bounded."""

import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import httpx
import pytest

from tests.api.bad_input.raw import CHAT, Line, head, line
from tests.api.wire import assert_error, send
from tests.chaos import books
from tests.harness.product import Product
from tests.harness.room import within

MB = 1024 * 1024
WHOLE = 64 * MB - 1024
MAX_SILENT_S = 0.3  # of the whole server, which shares this machine with the client
MAX_GROWTH_MB = 200
NEST = b"[" * 40 + b"]" * 40 + b","
GOOD = b'"model":"qwen/qwen3-32b","messages":[{"role":"user","content":"hi"}]'
BOMBS = {
    "max_tokens": (CHAT, b'{%b,"max_tokens":[%b1]}' % (GOOD, NEST * (63 * MB // len(NEST)))),
    "moderated-model": (
        b"/proxy/v1/moderations",
        b'{"input":"hi","model":[%b1]}' % (NEST * (63 * MB // len(NEST))),
    ),
    "text": (CHAT, b'{%b,"max_tokens":"%b"}' % (GOOD, b"x" * 63 * MB)),
}


def peak_mb(product: Product) -> float:
    assert product.process is not None
    status = Path(f"/proc/{product.process.pid}/status").read_text()
    return int(status.split("VmHWM:")[1].split()[0]) / 1024


@contextmanager
def watched(product: Product) -> Iterator[list[float]]:
    """Ask all the time whether the process is alive; collects how long each answer took."""
    waits: list[float] = []
    is_over = threading.Event()

    def ask() -> None:
        with httpx.Client(timeout=60) as client:
            while not is_over.wait(0.01):
                before = time.monotonic()
                client.get(f"{product.origin}/healthz").raise_for_status()
                waits.append(time.monotonic() - before)

    asking = threading.Thread(target=ask)
    asking.start()
    yield waits
    is_over.set()
    asking.join()


def test_63_mb_that_a_student_means_are_relayed(product: Product, key: str) -> None:
    picture = b'{"model":"qwen/qwen3-32b","messages":[{"role":"user","content":"%b"}]}'
    with watched(product) as waits:
        assert send(product, key, picture % (b"x" * 63 * MB)).status_code == 200
    assert max(waits) < within(MAX_SILENT_S)


@pytest.mark.attack
@pytest.mark.parametrize(("path", "body"), BOMBS.values(), ids=BOMBS)
def test_63_mb_in_one_member_stop_nobody_and_fill_nothing(
    product: Product, key: str, path: bytes, body: bytes
) -> None:
    assert product.chat(key).status_code == 200
    assert product.process is not None
    Path(f"/proc/{product.process.pid}/clear_refs").write_text("5")
    before = peak_mb(product)
    with watched(product) as waits:
        answer = product.post(path.decode().removeprefix("/proxy/v1"), key, content=body)
    assert_error(answer, 400, param=answer.json()["error"]["param"])
    assert max(waits) < within(MAX_SILENT_S)
    assert peak_mb(product) - before < MAX_GROWTH_MB


def unfinished(product: Product, key: str, sockets: ExitStack, path: bytes = CHAT) -> Line:
    """Leave a request of 64 MB open but for its last bytes."""
    opened = sockets.enter_context(line(product, wait_s=5))
    authorization = b"Authorization: Bearer " + key.encode()
    opened.send(head(authorization, b"Content-Length: %d" % WHOLE, target=path))
    opened.send(b" " * (WHOLE - 2000))
    return opened


@pytest.mark.attack
def test_unfinished_bodies_of_some_do_not_lock_others_out(product: Product) -> None:
    hostile = [books.make_key(product, f"UHOSTILE{at}", 10**12) for at in range(4)]
    friendly = books.make_key(product, "UFRIENDLY", 10**12)
    with ExitStack() as sockets:
        first = [unfinished(product, hostile[0], sockets) for _ in range(4)]
        # One of them has its room, the others are over the share of one user.
        refused = [one for one in first if _is_refused(one)]
        assert len(refused) == 3
        large = send(product, friendly, b"{%b}" % GOOD + b" " * (60 * MB))
        assert large.status_code == 200, large.text
        for key in hostile[1:]:  # and now the worker's room is full
            unfinished(product, key, sockets)
        assert product.chat(friendly).status_code == 200
        assert send(product, friendly, b"{%b}" % GOOD + b" " * (200 * 1024)).status_code == 200
        assert product.post("/moderations", friendly, json={"input": "hi"}).status_code == 200
        assert_error(send(product, friendly, b"{%b}" % GOOD + b" " * (60 * MB)), 503)
    books.wait_until(
        lambda: send(product, friendly, b"{%b}" % GOOD + b" " * (60 * MB)).status_code == 200,
        10,
        "the room is given back",
    )


def _is_refused(opened: Line) -> bool:
    try:
        return assert_error(opened.answer(), 429) != ""
    except TimeoutError:
        return False


@pytest.mark.slow
@pytest.mark.attack
def test_a_body_that_trickles_is_closed_with_408(product: Product, key: str) -> None:
    with ExitStack() as sockets:
        opened = unfinished(product, key, sockets)
        before = time.monotonic()
        while time.monotonic() - before < 29:
            time.sleep(1)
            opened.send(b" ")
        answer = opened.answer()
        assert "too slowly" in assert_error(answer, 408)
        assert answer.headers["connection"] == "close"
        opened.rest()
        assert 25 < time.monotonic() - before < 45
    assert product.chat(key).status_code == 200
