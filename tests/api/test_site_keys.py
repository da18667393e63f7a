"""`POST /api/keys`: a key for whoever is signed in, asked for by our own page, told once."""

import asyncio
import re
from collections.abc import Iterator

import httpx
import pytest

from tests.api.wire import assert_error
from tests.conftest import Install
from tests.harness.processes import TLS
from tests.harness.product import Product
from tests.harness.visitor import COOKIE, sign_in

SLACK_ID = "UDEVELOP"


@pytest.fixture
def visitor(product: Product) -> Iterator[httpx.Client]:
    with sign_in(product) as client:
        yield client


def make(visitor: httpx.Client, name: str = "laptop", **headers: str) -> httpx.Response:
    return visitor.post("/api/keys", json={"name": name}, headers=headers)


def test_a_fresh_key_works_at_once_and_is_told_this_once(
    product: Product, visitor: httpx.Client
) -> None:
    answer = make(visitor, "  my  laptop ")
    assert answer.status_code == 201
    assert answer.headers["cache-control"] == "no-store"
    made = answer.json()
    assert made.keys() == {"id", "name", "preview", "key"}
    assert re.fullmatch(r"sk-hc-v1-[0-9a-f]{64}", made["key"])
    assert made["name"] == "my laptop"
    assert made["preview"] == f"{made['key'][:13]}…{made['key'][-4:]}"
    assert product.chat(made["key"]).status_code == 200
    listed = product.cli("keys", "list", "--user", SLACK_ID)
    assert made["id"] in listed
    assert made["key"] not in listed


@pytest.mark.parametrize(
    ("sent", "headers"),
    [
        ({"content": "name=laptop"}, {"Content-Type": "application/x-www-form-urlencoded"}),
        ({"content": '{"name": "laptop"}'}, {"Content-Type": "text/plain"}),
        ({"content": '{"name": "laptop"}'}, {}),
        ({"content": '{"name": "lap'}, {"Content-Type": "application/json"}),
        ({"content": b'{"name": "\xff"}'}, {"Content-Type": "application/json"}),
        ({"json": {"name": 5}}, {}),
        ({"json": ["laptop"]}, {}),
        ({"json": {}}, {}),
    ],
)
def test_what_is_no_json_of_ours_is_400(
    visitor: httpx.Client, sent: dict, headers: dict[str, str]
) -> None:
    assert_error(visitor.post("/api/keys", **sent, headers=headers), 400)


def test_an_empty_name_is_400(visitor: httpx.Client) -> None:
    assert "name" in assert_error(make(visitor, "  "), 400, param="name")


def test_a_long_body_is_413_and_a_long_name_is_cut(visitor: httpx.Client) -> None:
    assert_error(make(visitor, "x" * 5_000), 413)
    assert len(make(visitor, "x" * 3_000).json()["name"]) == 100


@pytest.mark.parametrize(
    "origin", ["https://evil.example", "null", "http://localhost.evil.example"]
)
def test_a_foreign_origin_is_403(visitor: httpx.Client, origin: str) -> None:
    assert_error(make(visitor, Origin=origin), 403)


def test_a_missing_origin_is_403(visitor: httpx.Client) -> None:
    del visitor.headers["Origin"]
    assert_error(make(visitor), 403)


def test_without_a_session_it_is_401(product: Product) -> None:
    for cookies in ({}, {COOKIE: "made-up"}, {COOKIE: ""}):
        answer = httpx.post(
            f"{product.origin}/api/keys",
            json={"name": "laptop"},
            headers={"Origin": product.origin},
            cookies=cookies,
            verify=TLS,
        )
        assert_error(answer, 401)


def test_an_old_cookie_is_refused_after_signing_out(
    product: Product, visitor: httpx.Client
) -> None:
    cookie = visitor.cookies[COOKIE]
    assert visitor.post("/auth/logout").status_code == 303
    with sign_in(product) as other:
        assert make(other).status_code == 201
    visitor.cookies.set(COOKIE, cookie)
    assert_error(make(visitor), 401)


def test_a_banned_visitor_makes_no_key(install: Install) -> None:
    product = install().start()
    with sign_in(product) as visitor:
        product.cli("users", "ban", SLACK_ID, "--reason", "resold keys")
        assert_error(make(visitor), 401)


def test_racing_creations_at_the_limit_leave_the_limit(install: Install) -> None:
    product = install(HCAI_MAX_KEYS="5").start()
    with sign_in(product) as visitor:
        cookie = visitor.cookies[COOKIE]
    statuses = asyncio.run(_race(product, cookie, 25))
    assert sorted(statuses) == [201] * 5 + [400] * 20
    with sign_in(product) as visitor:
        assert "5 active keys" in assert_error(make(visitor), 400)


async def _race(product: Product, cookie: str, tries: int) -> list[int]:
    headers = {"Origin": product.origin, "Cookie": f"{COOKIE}={cookie}"}
    async with httpx.AsyncClient(base_url=product.origin, headers=headers, verify=TLS) as client:
        asked = [client.post("/api/keys", json={"name": f"key {n}"}) for n in range(tries)]
        return [answer.status_code for answer in await asyncio.gather(*asked)]
