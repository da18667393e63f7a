"""One user, two doors: keys and pages share every limit, and are told the same at its end."""

from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from tests.api.playground.calls import CHAT, MODEL, PLAYGROUND, TELLING, ask, bodies
from tests.api.wire import assert_error
from tests.conftest import _product
from tests.harness.product import Product
from tests.harness.provider import Provider
from tests.harness.visitor import page_of

RATE, MODERATIONS, MOST = 6, 2, 2
ENDLESS = "/simulate hang=chunks after=1"


@pytest.fixture(scope="module")
def strict(
    provider_process: Provider, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Product]:
    """A server that is soon at its limits."""
    product = _product(
        tmp_path_factory.mktemp("strict"),
        provider_process,
        HCAI_REQUIRE_VERIFIED="true",
        HCAI_CHAT_RATE_LIMIT=f"{RATE}/hour",
        HCAI_MODERATION_RATE_LIMIT=f"{MODERATIONS}/hour",
        HCAI_MAX_IN_FLIGHT=str(MOST),
    ).start()
    yield product
    product.stop()


def assert_same(by_page: httpx.Response, by_key: httpx.Response, status: int) -> str:
    """Both doors are told the same: status, words and every header, numbers of the moment aside."""
    message = assert_error(by_page, status)
    assert_error(by_key, status)
    assert by_page.headers.keys() == by_key.headers.keys()
    ours, theirs = by_page.json()["error"], by_key.json()["error"]
    for answer, told in ((by_page, ours), (by_key, theirs)):  # each call has a page of its own
        url = told["metadata"].pop("help_url")
        assert url.endswith(f"/why/{answer.headers['X-Request-Id']}")
    assert ours["metadata"] == theirs["metadata"]
    if "retry-after" not in by_key.headers:
        assert ours == theirs
    return message


def test_calls_by_page_and_by_key_fill_one_window(strict: Product) -> None:
    key = strict.make_key("URATE", "--verified")
    with page_of(strict, "URATE") as page:
        left = []
        for _ in range(RATE // 2):
            for answer in (strict.chat(key), ask(page)):
                assert answer.status_code == 200
                left.append(int(answer.headers["x-ratelimit-remaining"]))
        by_page, by_key = ask(page), strict.chat(key)
    assert left == [*range(RATE - 1, -1, -1)]
    assert "try again in" in assert_same(by_page, by_key, 429)
    for refused in (by_page, by_key):
        resets = datetime.fromtimestamp(int(refused.headers["x-ratelimit-reset"]), UTC)
        wait = timedelta(seconds=int(refused.headers["retry-after"]))
        assert abs(datetime.now(UTC) + wait - resets) < timedelta(seconds=5)


def test_moderations_fill_one_window_too(strict: Product) -> None:
    key, body = strict.make_key("UNICE", "--verified"), bodies()["/moderations"]
    with page_of(strict, "UNICE") as page:
        assert strict.post("/moderations", key, json=body).status_code == 200
        assert page.post(f"{PLAYGROUND}/moderations", json=body).status_code == 200
        by_page = page.post(f"{PLAYGROUND}/moderations", json=body)
        assert_same(by_page, strict.post("/moderations", key, json=body), 429)


def test_running_calls_are_counted_together(strict: Product) -> None:
    key = strict.make_key("UMOST", "--verified")
    with ExitStack() as opened:
        page = opened.enter_context(page_of(strict, "UMOST"))
        body = {"model": MODEL, "messages": [{"role": "user", "content": ENDLESS}], "stream": True}
        for _ in range(MOST):
            running = opened.enter_context(page.stream("POST", CHAT, json=body))
            assert running.status_code == 200
            chunks = running.iter_raw()
            next(chunks)
            opened.callback(chunks.close)  # who stops reading has left
        assert "running" in assert_same(ask(page), strict.chat(key), 429)


def test_the_budget_is_one_and_its_end_says_when_it_resets(strict: Product) -> None:
    key = strict.make_key("USPENT", "--verified", "--budget-usd", "0.0000001")
    with page_of(strict, "USPENT") as page:
        assert ask(page).status_code == 200
        by_page, by_key = ask(page), strict.chat(key)
    assert "00:00 UTC" in assert_same(by_page, by_key, 402)
    resets_at = datetime.fromisoformat(by_page.json()["error"]["metadata"]["resets_at"])
    assert timedelta(0) < resets_at - datetime.now(UTC) <= timedelta(days=1)


def test_who_may_not_call_may_not_here_either(strict: Product, provider: Provider) -> None:
    unverified = strict.make_key("UCHILD")
    banned = strict.make_key("UBAN", "--verified")
    with page_of(strict, "UCHILD") as page:
        assert "verify" in assert_same(ask(page), strict.chat(unverified), 403)
        for told in TELLING:
            assert_error(page.get(PLAYGROUND + told), 403)
        moderated = page.post(f"{PLAYGROUND}/moderations", json=bodies()["/moderations"])
        assert_error(moderated, 403)
    with page_of(strict, "UBAN") as page:
        strict.change("users", "ban", "UBAN", "--reason", "sold keys")
        assert "sold keys" in assert_same(ask(page), strict.chat(banned), 403)
    assert provider.count() == 0
