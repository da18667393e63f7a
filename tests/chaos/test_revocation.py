"""Revocations, bans and budgets from the command line reach every worker while it runs."""

import time
from collections.abc import Iterator

import pytest

from tests.chaos import books
from tests.chaos.clients import Load, Seen, all_at_once, body_of, check_cut
from tests.harness.databases import OWN_REDIS, postgres_database
from tests.harness.product import Product
from tests.harness.provider import Provider
from tests.harness.room import within

REFUSED_WITHIN_S = within(1.0)
CUT_WITHIN_S = within(2.0)
# One worker may refuse for a second before another does: 60 unknown keys a minute are too many.
TRIED_EVERY_S = 0.05
ENDLESS = body_of("/simulate chunks=4000 delay=0.02", stream=True)
SILENT = body_of("/simulate before=60", stream=False)
# (database, workers, with Redis)
HOUSES = [
    ("sqlite", 1, False),
    pytest.param(("sqlite", 2, True), marks=pytest.mark.slow),
    pytest.param(("postgresql", 1, False), marks=pytest.mark.slow),
    pytest.param(("postgresql", 1, True), marks=pytest.mark.slow),
    ("postgresql", 2, True),
]
DONE_TO = {"revoke": 401, "ban": 403}


@pytest.fixture(scope="module", params=HOUSES, ids=lambda house: "-".join(map(str, house)))
def house(
    request: pytest.FixtureRequest, provider_process: Provider, tmp_path_factory
) -> Iterator[Product]:
    kind, workers, with_redis = request.param
    own = {
        "OPENROUTER_API_KEY": "sk-or-v1-test",
        "OPENROUTER_BASE_URL": provider_process.base_url,
        **({"REDIS_URL": OWN_REDIS} if with_redis else {}),
    }
    folder = tmp_path_factory.mktemp("house")
    if kind == "sqlite":
        yield from _running(Product(folder, **own), workers)
        return
    with postgres_database() as url:
        yield from _running(Product(folder, DATABASE_URL=url, **own), workers)


def _running(product: Product, workers: int) -> Iterator[Product]:
    product.start(workers)
    try:
        yield product
    finally:
        product.stop()


@pytest.mark.parametrize("deed", DONE_TO)
def test_what_is_revoked_or_banned_is_refused_at_once_and_cut(
    house: Product, provider: Provider, deed: str
) -> None:
    slack_id = f"U{deed.upper()}"
    key = books.make_key(house, slack_id)
    bystander = books.make_key(house, f"{slack_id}OTHER")
    status = DONE_TO[deed]
    with Load(house, key, 8, [ENDLESS, ENDLESS, ENDLESS, SILENT], limit=20) as load:
        load.ends_on = lambda _seen: True
        books.wait_until(lambda: provider.totals()["running"] == 8, 10, "all calls run")
        _do(house, deed, slack_id, key)
        done_at = time.monotonic()
        _wait_until_refused(house, key, status)
        assert time.monotonic() - done_at < REFUSED_WITHIN_S + 0.3  # the calls' own time
        books.wait_until(lambda: len(load.seen) == 8, CUT_WITHIN_S, "all calls are cut")
        seen = load.end()
    assert {call.status for call in all_at_once(house, key, [ENDLESS] * 8)} == {status}
    assert all_at_once(house, bystander, [body_of("hi", stream=False)])[0].status == 200
    for call in seen:
        check_cut(call, status)
    _check_rows(house, provider, slack_id)


def _do(house: Product, deed: str, slack_id: str, key: str) -> None:
    if deed == "revoke":
        house.cli("keys", "revoke", key)
    else:
        house.cli("users", "ban", slack_id, "--reason", "testing")


def _wait_until_refused(house: Product, key: str, status: int) -> None:
    """Until each of several calls in a row, on fresh connections, is refused."""
    in_a_row, deadline = 0, time.monotonic() + 5
    while in_a_row < 6:
        assert time.monotonic() < deadline, "calls still pass"
        told = house.get("/stats", key).status_code
        in_a_row = in_a_row + 1 if told == status else 0
        time.sleep(TRIED_EVERY_S)


def _check_rows(house: Product, provider: Provider, slack_id: str) -> None:
    rows = books.wait_until_settled(house)
    (user,) = books.select(house, f"SELECT id FROM users WHERE slack_id = '{slack_id}'")
    own = [row for row in rows if row["user_id"] == user["id"]]
    assert len(own) == 8
    assert {row["outcome"] for row in own} == {"interrupted"}
    seen = {call["id"]: call for call in provider.summary()}
    named = [row for row in own if row["generation_id"]]
    assert len(named) == 6
    for row in named:
        books.check_figures(row, seen[row["generation_id"]])
    books.check_roll_ups(house)


def test_a_new_budget_takes_effect_within_a_second(house: Product, provider: Provider) -> None:
    key = books.make_key(house, "UBUDGET")
    assert provider.base_url
    assert _ask(house, key).status == 200
    house.cli("users", "budget", "UBUDGET", "0")
    books.wait_until(lambda: _ask(house, key).status == 402, REFUSED_WITHIN_S, "402")
    house.cli("users", "budget", "UBUDGET", "3")
    books.wait_until(lambda: _ask(house, key).status == 200, REFUSED_WITHIN_S, "200")


def test_a_pardon_takes_effect_within_a_second(house: Product, provider: Provider) -> None:
    key = books.make_key(house, "UPARDON")
    assert provider.base_url
    house.cli("users", "ban", "UPARDON", "--reason", "a mistake")
    refused = _ask(house, key)
    assert refused.status == 403
    assert "a mistake" in refused.error["message"]
    house.cli("users", "unban", "UPARDON")
    books.wait_until(lambda: _ask(house, key).status == 200, REFUSED_WITHIN_S, "200")


def test_other_keys_of_the_same_user_go_on(product: Product, provider: Provider) -> None:
    key = books.make_key(product, "UTWOKEYS")
    other = product.cli("keys", "create", "--user", "UTWOKEYS", "--name", "desktop")
    with Load(product, other, 1, [body_of("/simulate chunks=60 delay=0.05", stream=True)]) as load:
        load.ends_on = lambda _seen: True
        books.wait_until(lambda: provider.totals()["running"] == 1, 5, "the call runs")
        product.cli("keys", "revoke", key)
        _wait_until_refused(product, key, 401)
        (seen,) = load.end()
    assert b'"error"' not in seen.body
    assert _ask(product, other).status == 200


def _ask(house: Product, key: str) -> Seen:
    return all_at_once(house, key, [body_of("hi", stream=False)])[0]
