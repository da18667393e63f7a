"""`/playground/v1`: who may come in by this door, and that behind it lies the same road."""

import asyncio
import csv
import io
import json
from collections.abc import Iterator

import httpx
import pytest

from hcai_app.api import routes
from hcai_app.db.tables import sessions_table
from hcai_app.services.people import sessions
from tests.api.playground.calls import (
    CHAT,
    ENDPOINTS,
    GENERATING,
    MODEL,
    PLAYGROUND,
    TELLING,
    ask,
    bodies,
)
from tests.api.wire import assert_error
from tests.chaos import books
from tests.harness.processes import TLS
from tests.harness.product import Product
from tests.harness.provider import Provider
from tests.harness.visitor import COOKIE, page_of

ADA = "UPAGE"
MEGABYTE = 1024 * 1024
FOREIGN = ["https://evil.example", "null", "http://localhost.evil.example", ""]
OTHER_TYPES = [
    "application/x-www-form-urlencoded",
    "multipart/form-data; boundary=x",
    "text/plain",
    "text/plain; application/json",
    "application/jsonp",
    "",
]


@pytest.fixture(scope="module")
def key(module_product: Product) -> str:
    return module_product.make_key(ADA, "--budget-usd", "100")


@pytest.fixture
def page(product: Product, key: str) -> Iterator[httpx.Client]:
    assert key
    with page_of(product, ADA) as client:
        yield client


def stranger(product: Product, **headers: str) -> httpx.Client:
    """A browser in which nobody is signed in, on a page of ours."""
    given = {"Origin": product.origin, **headers}
    return httpx.Client(base_url=product.origin, headers=given, verify=TLS, timeout=60)


@pytest.mark.parametrize("endpoint", GENERATING)
def test_every_kind_of_call_is_answered_and_booked_without_a_key(
    product: Product, provider: Provider, page: httpx.Client, key: str, endpoint: str
) -> None:
    by_page = page.post(PLAYGROUND + endpoint, json=bodies()[endpoint])
    by_key = product.post(endpoint, key, json=bodies()[endpoint])
    assert by_page.status_code == by_key.status_code == 200
    assert by_page.json().keys() == by_key.json().keys()
    ours, theirs = product.rows("--user", ADA)[-2:]
    assert ours["id"] == by_page.headers["x-request-id"]
    assert (ours["key_id"], ours["user_id"]) == (None, theirs["user_id"])
    assert theirs["key_id"]
    told = ("endpoint", "requested_model", "model", "outcome", "status", "cost_source")
    assert [ours[name] for name in told] == [theirs[name] for name in told]
    first, second = provider.calls()[-2:]
    assert first["body"] == second["body"], "the provider is told something else"


def test_moderations_and_totals_are_those_of_the_user(
    product: Product, page: httpx.Client, key: str
) -> None:
    rows = len(product.rows("--user", ADA))
    answer = page.post(f"{PLAYGROUND}/moderations", json=bodies()["/moderations"])
    assert answer.status_code == 200
    assert answer.json()["results"]
    assert len(product.rows("--user", ADA)) == rows
    assert ask(page).status_code == 200
    del page.headers["Origin"]  # which browsers do not send with a page's own GET
    told = page.get(f"{PLAYGROUND}/stats")
    assert told.status_code == 200
    assert told.json() == product.get("/stats", key).json()
    assert told.json()["totalRequests"] == rows + 1
    assert page.head(f"{PLAYGROUND}/stats").content == b""


def test_what_is_left_is_that_of_the_user_and_the_page_has_no_key(
    product: Product, page: httpx.Client, key: str
) -> None:
    assert ask(page).status_code == 200
    by_page = page.get(f"{PLAYGROUND}/key").json()["data"]
    by_key = product.get("/key", key).json()["data"]
    assert by_page.pop("label") == "playground"
    assert by_key.pop("label").startswith("sk-hc-v1-")
    assert (by_page.pop("name"), by_key.pop("name")) == ("", "laptop")
    assert by_page == by_key
    assert by_page["usage_daily"] > 0


def test_a_record_is_shown_to_whoever_made_the_call_by_either_door(
    product: Product, page: httpx.Client, key: str
) -> None:
    made = ask(page).json()["id"]
    books.wait_until(
        lambda: page.get(f"{PLAYGROUND}/generation?id={made}").status_code == 200, 20, "a record"
    )
    by_page = page.get(f"{PLAYGROUND}/generation", params={"id": made}).json()
    assert by_page["data"]["id"] == made
    assert by_page == product.get(f"/generation?id={made}", key).json()
    product.make_key("UPAGENOSY")
    with page_of(product, "UPAGENOSY") as nosy:
        assert_error(nosy.get(f"{PLAYGROUND}/generation?id={made}"), 404)
    assert_error(page.get(f"{PLAYGROUND}/generation"), 400, param="id")


def test_the_headers_are_those_of_the_api(product: Product, page: httpx.Client, key: str) -> None:
    by_key, by_page = product.chat(key), ask(page)
    assert by_page.headers.keys() == by_key.headers.keys()
    remaining = [int(it.headers["x-ratelimit-remaining"]) for it in (by_key, by_page)]
    assert remaining[1] == remaining[0] - 1
    assert not [name for name in by_page.headers if name.startswith("access-control")]


@pytest.mark.parametrize("endpoint", ENDPOINTS)
def test_another_sites_page_is_refused(
    product: Product, provider: Provider, page: httpx.Client, endpoint: str
) -> None:
    for origin in FOREIGN:
        answer = page.post(
            PLAYGROUND + endpoint, json=bodies()[endpoint], headers={"Origin": origin}
        )
        assert answer.status_code == 403
        assert not [name for name in answer.headers if name.startswith("access-control")]
    del page.headers["Origin"]
    assert page.post(PLAYGROUND + endpoint, json=bodies()[endpoint]).status_code == 403
    for told in TELLING:
        answer = page.get(PLAYGROUND + told, headers={"Origin": FOREIGN[0]})
        assert answer.status_code == 403
    assert provider.count() == 0


@pytest.mark.parametrize("endpoint", ENDPOINTS)
def test_what_a_form_can_send_is_refused(
    provider: Provider, page: httpx.Client, endpoint: str
) -> None:
    body = json.dumps(bodies()[endpoint])
    for kind in OTHER_TYPES:
        answer = page.post(PLAYGROUND + endpoint, content=body, headers={"Content-Type": kind})
        assert answer.status_code == 400
        assert "application/json" in answer.json()["error"]["message"]
    assert page.post(PLAYGROUND + endpoint, content=body).status_code == 400
    assert provider.count() == 0
    kind = "Application/JSON; charset=utf-8"
    answer = page.post(PLAYGROUND + endpoint, content=body, headers={"Content-Type": kind})
    assert answer.status_code == 200


def test_without_a_session_nobody_is_let_in(product: Product, page: httpx.Client, key: str) -> None:
    cookie, secret_key = page.cookies[COOKIE], product.settings["HCAI_SECRET_KEY"]
    with page_of(product, ADA) as other:
        signed_out = other.cookies[COOKIE]
        assert other.post("/auth/logout").status_code == 303
    forged = [
        "made-up",
        "",
        cookie[:-1],
        cookie + "0",
        signed_out,
        key,
        sessions.id_of(cookie, secret_key),
        sessions.proof_of(cookie, secret_key),
    ]
    for value in forged:
        with stranger(product, Cookie=f"{COOKIE}={value}") as browser:
            assert "Sign in" in assert_error(ask(browser), 401)
            for told in TELLING:
                assert_error(browser.get(PLAYGROUND + told), 401)
    with stranger(product) as browser:
        assert_error(ask(browser), 401)


def test_a_key_does_not_open_this_door_and_changes_nothing_of_who_calls(
    product: Product, page: httpx.Client, key: str
) -> None:
    with stranger(product, Authorization=f"Bearer {key}") as browser:
        assert_error(ask(browser), 401)
    theirs = product.make_key("UPAGEOTHER")
    for value in (f"Bearer {theirs}", "Bearer sk-hc-v1-nobodys", "Basic dGVzdDp0ZXN0"):
        assert ask(page, headers={"Authorization": value}).status_code == 200
    body = bodies()["/messages"]
    answer = page.post(f"{PLAYGROUND}/messages", json=body, headers={"X-Api-Key": theirs})
    assert answer.status_code == 200
    assert product.rows("--user", "UPAGEOTHER") == []
    assert product.rows("--user", ADA)[-1]["key_id"] is None


@pytest.mark.parametrize("method", ["OPTIONS", "HEAD", "GET", "PUT", "PATCH", "DELETE"])
def test_only_the_right_method_is_answered_and_nobody_is_let_in_by_cors(
    page: httpx.Client, method: str
) -> None:
    asks = {
        "Origin": "https://evil.example",
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "content-type",
    }
    for endpoint in ENDPOINTS:
        answer = page.request(method, PLAYGROUND + endpoint, headers=asks)
        assert answer.status_code == 405
        assert answer.headers["allow"] == "POST"
        assert not [name for name in answer.headers if name.startswith("access-control")]
    for told in TELLING:
        assert "GET" in assert_error(page.post(PLAYGROUND + told, json={}), 405)


def test_a_slash_at_the_end_does_no_harm(page: httpx.Client) -> None:
    body = bodies()["/chat/completions"]
    assert page.post(f"{CHAT}/", json=body).status_code == 200


@pytest.mark.parametrize("path", ["", "/", "/models", "/keys", "/chat", "/chat/completions/x"])
def test_what_is_not_there_is_404_in_the_form_of_the_api(page: httpx.Client, path: str) -> None:
    for method in ("GET", "POST"):
        assert_error(page.request(method, PLAYGROUND + path), 404)


def test_the_page_beside_it_is_none_of_the_apis() -> None:
    assert not any(map(routes.owns, ("/playground", "/playground/", "/playground/v1x")))


def test_errors_have_the_form_that_the_endpoint_has(page: httpx.Client) -> None:
    unknown = {"model": "nobody/nothing"}
    message = assert_error(ask(page, **unknown), 400, param="model")
    assert "nobody/nothing" in message
    body = {**bodies()["/messages"], **unknown}
    answer = page.post(f"{PLAYGROUND}/messages", json=body)
    assert (answer.status_code, answer.json()["type"]) == (400, "error")
    assert answer.json()["request_id"] == answer.headers["request-id"]


def test_ten_megabytes_pass_and_sixty_five_are_told_the_limit(
    provider: Provider, page: httpx.Client
) -> None:
    assert ask(page, "x" * 10 * MEGABYTE).status_code == 200
    assert provider.count() == 1
    too_large = json.dumps(bodies("x" * 65 * MEGABYTE)["/chat/completions"]).encode()
    headers = {"Content-Type": "application/json"}
    declared = page.post(CHAT, content=too_large, headers=headers)
    assert "64 MB" in assert_error(declared, 413)
    pieces = (too_large[at : at + MEGABYTE] for at in range(0, len(too_large), MEGABYTE))
    undeclared = page.post(CHAT, content=pieces, headers=headers)
    assert "64 MB" in assert_error(undeclared, 413)
    assert provider.count() == 1


def test_the_calls_are_found_wherever_calls_are_told(product: Product) -> None:
    key = product.make_key("UTOLD")
    with page_of(product, "UTOLD") as page:
        assert product.chat(key).status_code == 200
        by_page = ask(page).headers["x-request-id"]
        found = page.get("/api/activity.csv", params={"key": "playground"})
        held = page.get("/api/account.json").json()
    (row,) = csv.DictReader(io.StringIO(found.text))
    assert (row["id"], row["key_id"], row["model"]) == (by_page, "", MODEL)
    calls = {call["id"]: call for call in held["calls"]}
    assert calls[by_page]["key_id"] is None
    assert sum(hour["requests"] for hour in held["hours"] if hour["key_id"] is None) == 1
    totals = {total["key_id"]: total["requests"] for total in held["totals_by_key"]}
    assert len(totals) == 2
    assert totals[None] == 1
    exported = product.cli("usage", "export", "--user", "UTOLD", "--format", "csv")
    by_id = {row["id"]: row for row in csv.DictReader(io.StringIO(exported))}
    assert by_id[by_page]["key_id"] == ""
    assert product.get("/stats", key).json()["totalRequests"] == 2
    books.check_roll_ups(product)


def test_refusals_are_counted_apart_from_those_of_the_api(
    product: Product, page: httpx.Client
) -> None:
    assert_error(ask(page, model="nobody/nothing"), 400, param="model")
    told = httpx.get(f"{product.origin}/metrics", verify=TLS).text
    assert f'hcai_refusals_total{{endpoint="{CHAT}",status="400"}}' in told


def test_an_expired_session_opens_nothing(product: Product, page: httpx.Client) -> None:
    asyncio.run(_expire(product, sessions.id_of(page.cookies[COOKIE], _secret(product))))
    assert_error(ask(page), 401)
    for told in TELLING:
        assert_error(page.get(PLAYGROUND + told), 401)


def _secret(product: Product) -> str:
    return product.settings["HCAI_SECRET_KEY"]


async def _expire(product: Product, session_id: str) -> None:
    database = books.Database(product.settings["DATABASE_URL"])
    ended = sessions.clock.now() - sessions.timedelta(seconds=1)
    named = sessions_table.c.id == session_id
    change = sessions_table.update().where(named).values(expires_at=ended)
    await database.write(lambda it: it.execute(change), "session")
    await database.close()
