"""`GET /api/activity.csv`: the visitor's own calls as they are in the ledger, and nobody else's."""

import csv
import io
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import httpx
import pytest

from hcai_app.services.ledger.rows import FIELDS
from tests.api.wire import assert_error
from tests.harness.processes import TLS
from tests.harness.product import Product
from tests.harness.visitor import sign_in

SLACK_ID = "UDEVELOP"
PATH = "/api/activity.csv"
FORMULAS = ("=cmd()", "+1", "-1", "@SUM(A1)", "\tx", "\rx")


@pytest.fixture
def visitor(product: Product) -> Iterator[httpx.Client]:
    with sign_in(product) as client:
        yield client


def table(visitor: httpx.Client, **wanted: str) -> list[dict[str, str]]:
    answer = visitor.get(PATH, params=wanted)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.headers["content-disposition"].startswith("attachment; filename=")
    assert answer.headers["cache-control"] == "no-store"
    return list(csv.DictReader(io.StringIO(answer.text, newline="")))


def as_cells(row: dict[str, Any]) -> dict[str, str]:
    return {name: "" if value is None else str(value) for name, value in row.items()}


def call(product: Product, key: str, text: str = "hi") -> None:
    """Make a call, and wait until its row is in the ledger and changes no more."""
    earlier = len(product.rows())
    product.chat(key, text)
    rows = product.wait_for_rows(
        lambda rows: len(rows) > earlier and all(row["settled"] for row in rows)
    )
    assert len(rows) == earlier + 1


def book(product: Product, number: int, **fields: str) -> None:
    """Copy the newest row of the ledger, with other ids and fields."""
    path = product.settings["DATABASE_URL"].removeprefix("sqlite:///")
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.row_factory = sqlite3.Row
        row = dict(connection.execute("SELECT * FROM calls ORDER BY id DESC LIMIT 1").fetchone())
        rows = [{**row, **fields, "id": f"{row['id'][:12]}{n:020x}"} for n in range(number)]
        marks = ", ".join(f":{name}" for name in row)
        connection.executemany(f"INSERT INTO calls VALUES ({marks})", rows)


def test_the_file_equals_the_ledger_newest_first(product: Product, visitor: httpx.Client) -> None:
    key = visitor.post("/api/keys", json={"name": "laptop"}).json()
    other = product.make_key("UOTHER")
    call(product, key["key"])
    call(product, key["key"], "/simulate error=500")
    call(product, other)
    ledger = [as_cells(row) for row in product.rows("--user", SLACK_ID)][::-1]
    told = table(visitor)
    assert tuple(told[0]) == FIELDS
    assert told == ledger
    assert len(told) == 2
    for name, field in (("model", "model"), ("key", "key_id"), ("outcome", "outcome")):
        for value in {row[field] for row in ledger} | {"playground"}:
            if (name, value) != ("outcome", "playground"):
                assert table(visitor, **{name: value}) == [
                    row for row in ledger if row[field] == value
                ]
    today = ledger[0]["started_at"][:10]
    assert table(visitor, **{"from": today, "to": today}) == ledger
    assert table(visitor, to="2001-01-01") == []
    (others_key,) = (row["key_id"] for row in product.rows("--user", "UOTHER"))
    assert table(visitor, key=others_key) == []


def test_a_file_of_many_pieces_is_whole(product: Product, visitor: httpx.Client) -> None:
    key = visitor.post("/api/keys", json={"name": "many"}).json()
    call(product, key["key"])
    before = len(table(visitor))
    book(product, 2_500)
    told = [row["id"] for row in table(visitor)]
    assert len(told) == before + 2_500
    assert told == sorted(set(told), reverse=True)


def test_no_cell_is_a_formula(product: Product, visitor: httpx.Client) -> None:
    key = visitor.post("/api/keys", json={"name": "evil"}).json()
    for formula in FORMULAS:
        call(product, key["key"])
        book(product, 1, model=formula, requested_model=formula, generation_id=formula)
    told = table(visitor, key=key["id"])
    assert {row["model"] for row in told} >= {f"'{formula}" for formula in FORMULAS}
    cells = [cell for row in told for cell in row.values()]
    assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@", "\t", "\r"))]


def test_nobody_without_a_session_gets_a_file(product: Product) -> None:
    assert_error(httpx.get(product.origin + PATH, verify=TLS), 401)
    bearer = {"Authorization": f"Bearer {product.make_key('UBEARER')}"}
    assert_error(httpx.get(product.origin + PATH, headers=bearer, verify=TLS), 401)


@pytest.mark.parametrize(
    ("query", "param"),
    [
        ("user_id=usr_2", "user_id"),
        ("outcome=good", "outcome"),
        ("from=2026-13-01", "from"),
        ("from=2026-05-02&to=2026-05-01", "to"),
        ("model=a%00b", "model"),
        ("key=%ED%A0%80%0A", "key"),
        ("model=a&model=b", None),
        ("model=" + "x" * 3_000, None),
    ],
)
def test_a_filter_that_is_none_is_refused(
    visitor: httpx.Client, query: str, param: str | None
) -> None:
    assert_error(visitor.get(f"{PATH}?{query}"), 400, param=param)


def test_words_of_a_database_are_words(visitor: httpx.Client) -> None:
    for text in ("' OR '1'='1", "%", "_", '"; DROP TABLE calls; --'):
        assert table(visitor, model=text) == []
        assert table(visitor, key=text) == []


def test_a_client_that_leaves_ends_the_file(product: Product, visitor: httpx.Client) -> None:
    with visitor.stream("GET", PATH) as answer:
        assert answer.status_code == 200
    assert visitor.head(PATH).status_code == 200
    assert visitor.get("/healthz").status_code == 200
