"""Streams on our own pages: token by token, stopped, and cut with the session that they run in."""

import asyncio
import re
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import httpx
import pytest
from sqlalchemy import select

from hcai_app.db.tables import users_table
from tests.api.playground.calls import CHAT, MODEL, ask
from tests.api.test_deletion import delete
from tests.api.wire import assert_error, events
from tests.chaos import books
from tests.harness.product import CHANGED_S, Product
from tests.harness.provider import Provider
from tests.harness.visitor import COOKIE, page_of

ENDLESS = "/simulate hang=chunks after=3"
LONG = "/simulate chunks=50 delay=0.05"
CUT_S = 2.0
STOPPED_S = 1.0
DEEDS = {"ban": 403, "delete": 401, "sign out": 401}


@contextmanager
def stream(page: httpx.Client, text: str) -> Iterator[Iterator[str]]:
    """Begin a stream; the block has its pieces, from the first one with content on."""
    body = {"model": MODEL, "messages": [{"role": "user", "content": text}], "stream": True}
    with page.stream("POST", CHAT, json=body) as answer:
        assert answer.status_code == 200
        pieces = answer.iter_text()
        assert any(re.search(r'"content":"[^"]', piece) for piece in pieces)
        yield pieces


def user_of(product: Product, slack_id: str) -> str:
    async def read(database: books.Database) -> str:
        wanted = select(users_table.c.id).where(users_table.c.slack_id == slack_id)
        return await database.read(lambda it: it.scalar(wanted), "user")  # type: ignore[return-value]

    return books.in_database(product, read)


def test_the_first_words_come_before_the_answer_is_done(product: Product) -> None:
    product.make_key("USTREAM")
    with page_of(product, "USTREAM") as page, stream(page, ENDLESS):
        pass  # the provider never ends it: what was read had not waited for an end


def test_a_whole_stream_ends_after_its_row(product: Product) -> None:
    product.make_key("UWHOLE")
    with page_of(product, "UWHOLE") as page:
        answer = ask(page, stream=True)
    assert answer.headers["content-type"].startswith("text/event-stream")
    assert answer.headers["x-accel-buffering"] == "no"
    assert answer.text.endswith("data: [DONE]\n\n")
    (row,) = product.rows("--user", "UWHOLE")
    assert (row["outcome"], row["settled"], row["streamed"]) == ("completed", True, True)
    assert row["total_tokens"] == events(answer.text)[-1]["usage"]["total_tokens"]


def test_a_stream_that_is_stopped_is_cancelled_and_settled(
    product: Product, provider: Provider
) -> None:
    product.make_key("USTOP")
    with page_of(product, "USTOP") as page, stream(page, "/simulate chunks=500 delay=0.02"):
        pass
    left_at = time.time()
    books.wait_until(lambda: provider.totals()["running"] == 0, 5, "the stream is cancelled")
    (call,) = provider.summary()
    assert call["cancelled_at"] - left_at < STOPPED_S

    def settled() -> books.Row | None:
        rows = [row for row in books.ledger(product) if row["generation_id"] == call["id"]]
        return rows[0] if rows and rows[0]["settled"] else None

    row = books.wait_until(settled, 15, "the row is settled")
    assert (row["outcome"], row["cost_source"], row["key_id"]) == ("client_closed", "lookup", None)
    books.check_figures(row, call)
    assert 0 < row["completion_tokens"] < 500


@pytest.mark.parametrize("deed", DEEDS)
def test_what_runs_ends_with_the_session_the_user_and_the_account(
    product: Product, deed: str
) -> None:
    slack_id = f"U{deed.replace(' ', '').upper()}"
    product.make_key(slack_id)
    user_id, status = user_of(product, slack_id), DEEDS[deed]
    with page_of(product, slack_id) as page:
        with stream(page, ENDLESS) as pieces:
            _do(deed, product, page, slack_id, user_id)
            done_at = time.monotonic()
            rest = "".join(pieces)
        assert time.monotonic() - done_at < CUT_S
        assert events(rest)[-1]["error"]["code"] == status
        assert rest.endswith("data: [DONE]\n\n")
        assert_error(ask(page), status)
    rows = product.wait_for_rows(lambda rows: any(row["user_id"] == user_id for row in rows))
    (row,) = [row for row in rows if row["user_id"] == user_id]
    assert (row["outcome"], row["key_id"]) == ("interrupted", None)
    if deed == "delete":
        assert slack_id not in product.cli("users", "show", row["user_id"])


def _do(deed: str, product: Product, page: httpx.Client, slack_id: str, user_id: str) -> None:
    if deed == "ban":
        product.cli("users", "ban", slack_id, "--reason", "testing")
    elif deed == "delete":
        asyncio.run(delete(product, user_id))
    else:
        assert page.post("/auth/logout").status_code == 303


def test_signing_out_in_one_browser_leaves_the_others_and_the_keys_alone(product: Product) -> None:
    key = product.make_key("UTWO")
    with ExitStack() as opened:
        phone, laptop = (opened.enter_context(page_of(product, "UTWO")) for _ in range(2))
        ended = opened.enter_context(stream(phone, ENDLESS))
        goes_on = opened.enter_context(stream(laptop, LONG))
        headers = {"Authorization": f"Bearer {key}"}
        by_key = opened.enter_context(
            httpx.stream(
                "POST",
                f"{product.base_url}/chat/completions",
                json={
                    "model": MODEL,
                    "messages": [{"role": "user", "content": LONG}],
                    "stream": True,
                },
                headers=headers,
                timeout=60,
            )
        )
        assert phone.post("/auth/logout").status_code == 303
        assert '"code":401' in "".join(ended)
        for text in ("".join(goes_on), by_key.read().decode()):
            assert '"error"' not in text
            assert text.endswith("data: [DONE]\n\n")
        assert ask(laptop).status_code == 200


def test_signing_in_again_ends_what_the_old_session_had_running(product: Product) -> None:
    product.make_key("UAGAIN")
    with page_of(product, "UAGAIN") as page:
        with stream(page, ENDLESS) as pieces:
            again = page.get("/auth/login", params={"as": "UAGAIN"})
            assert '"code":401' in "".join(pieces)
        old = page.cookies
        page.cookies = again.cookies  # type: ignore[assignment]
        assert ask(page).status_code == 200
        page.cookies = {COOKIE: old.get(COOKIE, domain="")}  # type: ignore[assignment]
        assert_error(ask(page), 401)


def test_a_change_that_ends_nothing_cuts_nothing(product: Product) -> None:
    product.make_key("UBUDGET")
    with page_of(product, "UBUDGET") as page, stream(page, LONG) as pieces:
        product.cli("users", "budget", "UBUDGET", "1")
        rest = "".join(pieces)  # longer than a change takes to be heard
    assert '"error"' not in rest
    assert CHANGED_S < 50 * 0.05
