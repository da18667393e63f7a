"""What is typed on our pages, and answered there, comes to rest nowhere.

In no table, file, log or journal of the server, and in nothing that its workers share in Redis:
while it runs, after it was killed in the middle of streams, and after it was stopped.
"""

from collections.abc import Iterator
from contextlib import ExitStack

import httpx
import pytest
from redis import Redis

from tests.api.playground.calls import ENDPOINTS, PLAYGROUND, STREAMING, ask, bodies, conversation
from tests.api.playground.test_streams import stream
from tests.conftest import Install
from tests.edge.socket.test_frames import dump
from tests.harness.databases import OWN_REDIS, emptied_redis
from tests.harness.product import Product
from tests.harness.visitor import COOKIE, page_of
from tests.test_privacy import at_rest

TYPED, ANSWERED, FAULT, NAMED = "tamarindish", "kumquattish", "loganberrish", "mulberrish"
WORD = f"{TYPED}\n/simulate say={ANSWERED} message={FAULT}"


@pytest.fixture
def redis() -> Iterator[Redis]:
    with emptied_redis(OWN_REDIS) as client:
        yield client


def ask_in_every_way(page: httpx.Client) -> None:
    """Whole, streamed, failed, cut, left and refused; the marks are seen, so they could be kept."""
    for endpoint in ENDPOINTS:
        body = {**bodies(WORD)[endpoint], "metadata": {"topic": NAMED}}
        assert page.post(PLAYGROUND + endpoint, json=body).status_code == 200
        assert page.post(PLAYGROUND + endpoint, json={**body, "model": TYPED}).status_code == 400
        if endpoint in STREAMING:
            answer = page.post(PLAYGROUND + endpoint, json={**body, "stream": True})
            assert answer.status_code == 200
    assert ANSWERED in ask(page, WORD).text
    assert FAULT in ask(page, f"{WORD} status=400").text
    for fault in ("status=503", "only_error=502", "error=502 after=5", "cut=line after=5"):
        for is_stream in (False, True):
            ask(page, f"{WORD} {fault}", stream=is_stream)
    broken = {"content": f'{{"messages": "{TYPED}'.encode()}
    kind = {"Content-Type": "application/json"}
    assert page.post(f"{PLAYGROUND}/responses", **broken, headers=kind).status_code == 400
    assert page.post(f"{PLAYGROUND}/{TYPED}", json={}).status_code == 404
    assert page.get(f"{PLAYGROUND}/stats?note={TYPED}").status_code == 200
    chat = {**conversation(WORD), "draft": {"text": TYPED, "files": []}}
    shown = {"mode": "chat", "language": "curl", "chat": chat}
    assert TYPED in page.post("/api/program", json=shown).text
    assert page.post("/api/program", json={**shown, "mode": TYPED}).status_code == 400
    with stream(page, f"{WORD} hang=chunks after=30"):
        pass


def assert_nothing_kept(product: Product, cookie: str, shared: bytes = b"") -> None:
    kept = {**at_rest(product), "Redis": shared}
    # Reading as a reader would: what must be there is found in the same way.
    assert any(b"UQUIET" in data for data in kept.values())
    assert any(name.endswith(".log") for name in kept)
    marks = [mark.encode() for mark in (TYPED, ANSWERED, FAULT, NAMED, cookie)]
    assert [(name, mark) for name, data in kept.items() for mark in marks if mark in data] == []


def test_one_worker_keeps_nothing(install_backend: Install) -> None:
    product = install_backend().start()
    product.make_key("UQUIET")
    with page_of(product, "UQUIET") as page:
        cookie = page.cookies[COOKIE]
        ask_in_every_way(page)
        assert_nothing_kept(product, cookie)
        with stream(page, f"{WORD} hang=chunks after=30"):
            product.kill()
    assert_nothing_kept(product, cookie)
    product.start()
    product.stop()
    assert_nothing_kept(product, cookie)
    rows = product.rows()
    assert len(rows) > 15
    assert {row["key_id"] for row in rows} == {None}


def test_two_workers_and_their_redis_keep_nothing(install_backend: Install, redis: Redis) -> None:
    product = install_backend(REDIS_URL=OWN_REDIS).start(workers=2)
    product.make_key("UQUIET")
    with ExitStack() as opened:
        # A connection each, so that both workers have some.
        pages = [opened.enter_context(page_of(product, "UQUIET")) for _ in range(6)]
        cookies = [page.cookies[COOKIE] for page in pages]
        for page in pages:
            page.cookies.set(COOKIE, cookies[0])
            assert ask(page, WORD, stream=True).status_code == 200
        ask_in_every_way(pages[0])
        running = [
            opened.enter_context(stream(page, f"{WORD} hang=chunks after=30")) for page in pages
        ]
        shared = dump(redis)
        assert b"hcai:running" in shared, "what the workers share was not looked at"
        assert_nothing_kept(product, cookies[0], shared)
        assert pages[0].post("/auth/logout").status_code == 303
        for pieces in running:  # whichever worker has it
            assert '"code":401' in "".join(pieces)
    assert_nothing_kept(product, cookies[0], dump(redis))
    product.stop()
    assert_nothing_kept(product, cookies[0], dump(redis))
