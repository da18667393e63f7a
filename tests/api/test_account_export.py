"""`GET /api/account.json`: everything about the visitor, nothing about anybody else."""

import json
from collections.abc import Iterator

import httpx
import pytest

from hcai_app.services.ledger.rows import FIELDS
from tests.api.wire import assert_error
from tests.harness.processes import TLS
from tests.harness.product import Product
from tests.harness.visitor import COOKIE, sign_in

SLACK_ID = "UDEVELOP"


@pytest.fixture
def visitor(product: Product) -> Iterator[httpx.Client]:
    with sign_in(product) as client:
        yield client


def download(visitor: httpx.Client) -> httpx.Response:
    answer = visitor.get("/api/account.json")
    assert answer.status_code == 200, answer.text
    return answer


def test_the_file_holds_everything_about_the_visitor(
    product: Product, visitor: httpx.Client
) -> None:
    key = visitor.post("/api/keys", json={"name": "laptop"}).json()
    other = product.make_key("UOTHER")
    for asking in (key["key"], key["key"], other):
        assert product.chat(asking).status_code == 200
    answer = download(visitor)
    assert answer.headers["content-disposition"] == 'attachment; filename="hcai-account.json"'
    assert answer.headers["cache-control"] == "no-store"
    told = answer.json()
    assert told["profile"]["slack_id"] == SLACK_ID
    assert [session["is_this_one"] for session in told["sessions"]].count(True) == 1
    (listed,) = (one for one in told["keys"] if one["id"] == key["id"])
    assert (listed["name"], listed["revoked_at"]) == ("laptop", None)
    rows = product.rows("--user", SLACK_ID)
    assert told["calls"] == rows
    assert [tuple(call) for call in told["calls"]] == [FIELDS] * 2
    assert told["totals"]["requests"] == 2
    assert told["safety"].keys() == {
        *("found", "reports", "exemptions", "appeals", "key_days"),
    }
    (day,) = told["safety"]["key_days"] or [None]
    assert day is None or day["key_id"] == key["id"]
    (by_key,) = told["totals_by_key"]
    assert (by_key["key_id"], by_key["requests"]) == (key["id"], 2)
    (hour,) = told["hours"]
    assert (hour["key_id"], hour["model"], hour["requests"]) == (key["id"], "qwen/qwen3-32b", 2)
    assert hour["start"].endswith("00:00Z")
    assert "UOTHER" not in answer.text


def test_no_secret_is_in_the_file(product: Product, visitor: httpx.Client) -> None:
    key = visitor.post("/api/keys", json={"name": "laptop"}).json()["key"]
    text = download(visitor).text
    assert key not in text
    assert visitor.cookies[COOKIE] not in text
    assert "hash" not in text
    assert "ses_" not in text
    assert json.loads(text)["keys"]


def test_without_a_session_it_is_401(product: Product) -> None:
    assert_error(httpx.get(f"{product.origin}/api/account.json", verify=TLS), 401)


def test_an_old_cookie_is_refused(product: Product, visitor: httpx.Client) -> None:
    cookie = visitor.cookies[COOKIE]
    visitor.post("/auth/logout")
    visitor.cookies.set(COOKIE, cookie)
    assert_error(visitor.get("/api/account.json"), 401)


def test_head_sends_no_body(visitor: httpx.Client) -> None:
    answer = visitor.head("/api/account.json")
    assert (answer.status_code, answer.content) == (200, b"")
