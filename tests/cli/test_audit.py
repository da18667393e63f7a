"""`audit`, and that no command of the command line acts without a row in it."""

import argparse
import json
from collections.abc import Iterator
from typing import Any

import pytest

from hcai_app.cli.main import parser
from tests.cli.wire import assert_fails
from tests.harness.processes import ROOT
from tests.harness.product import Product

# Commands that change nothing, or nothing that is anybody's: they leave no row.
WITHOUT = {
    "audit",
    "budget show",
    "budget total",
    "notices list",
    "notices test",
    "doctor",
    "fairuse appeals",
    "fairuse exemptions",
    "fairuse learned",
    "fairuse rules",
    "fairuse sharing",
    "keys list",
    "migrate",
    "safety counts",
    "safety reports",
    "serve",
    "simulate",
    "usage export",
    "users show",
}
# All others act: each is run in this order. {names} are what earlier ones printed.
ACTS = {
    "users create": "--slack-id UACT --name Grace",
    "users budget": "UACT 7",
    "budget rebuild": "UACT",
    "keys create": "--user UACT --name laptop",
    "keys set": "{keys create} --off",
    "keys rotate": "{keys create} --overlap 1",
    "users grant": "UACT 9 --until 2099-01-01 --reason demo",
    "fairuse exempt": "--user UACT --until 2099-01-01 --reason class",
    "fairuse end": "{fairuse exempt}",
    "keys revoke": "{keys create}",
    "models off": "qwen/qwen3-32b --reason broken",
    "models on": "qwen/qwen3-32b",
    "site banner": "Closed_tonight",
    "users vouch": "UACT --reason met_them",
    "users unvouch": "UACT --reason mistaken",
    "users ban": "UACT --reason spam",
    "users unban": "UACT",
}
OF_EVERYBODY = {"models off", "models on", "site banner"}
# What needs more than a database to have something to do; its row is tested with its service.
ELSEWHERE = {
    "ledger replay": "tests/services/ledger/test_dead_letters.py",
    "fairuse answer": "tests/services/fairuse/test_appeals.py",
    "fairuse switch": "tests/services/fairuse/test_switches.py",
    "safety close": "tests/services/safety/test_reports.py",
}


def commands(root: argparse.ArgumentParser, path: tuple[str, ...] = ()) -> Iterator[str]:
    """The command line's commands, as they are typed."""
    areas = [it for it in root._actions if isinstance(it, argparse._SubParsersAction)]
    if not areas:
        yield " ".join(path)
    for area in areas:
        for name, made in area.choices.items():
            yield from commands(made, (*path, name))


def log_of(shop: Product, *more: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in shop.cli("audit", *more).splitlines()]


@pytest.fixture(scope="module")
def printed(shop: Product) -> dict[str, str]:
    """What each acting command printed, and how the log has grown by it."""
    printed: dict[str, str] = {}
    for command, arguments in ACTS.items():
        before = len(log_of(shop))
        filled = arguments.format_map(printed)
        printed[command] = shop.cli(*command.split(), *filled.split())
        after = log_of(shop)
        assert len(after) == before + 1, command
        assert after[-1]["act"] == command.replace(" ", ".")
    return printed


def test_every_command_that_acts_leaves_one_row(printed: dict[str, str]) -> None:
    assert set(commands(parser())) == WITHOUT | set(ACTS) | set(ELSEWHERE)
    assert set(printed) == set(ACTS)
    assert [test for test in ELSEWHERE.values() if not (ROOT / test).is_file()] == []


def test_the_log_tells_who_whom_why_and_when(shop: Product, printed: dict[str, str]) -> None:
    rows = log_of(shop, "--user", "UACT")
    done = [command.replace(" ", ".") for command in ACTS if command not in OF_EVERYBODY]
    assert [row["act"] for row in rows] == done
    assert {row["user_id"] for row in rows} == {printed["users create"]}
    assert all(row["actor"].startswith("cli:") and row["at"] for row in rows)
    banned = next(row for row in rows if row["act"] == "users.ban")
    assert (banned["reason"], banned["before"]) == (
        "spam",
        {"banned_at": None, "banned_until": None},
    )
    budget = next(row for row in rows if row["act"] == "users.budget")
    assert (budget["before"], budget["after"]) == ({"budget_usd": None}, {"budget_usd": "7"})


def test_the_log_can_begin_later(shop: Product, printed: dict[str, str]) -> None:
    assert printed
    assert log_of(shop, "--since", "2099-01-01") == []
    assert log_of(shop, "--since", "2020-01-01") == log_of(shop)


def test_no_key_and_no_name_is_in_the_log(shop: Product, printed: dict[str, str]) -> None:
    text = shop.cli("audit")
    assert printed["keys create"] not in text
    assert "Grace" not in text
    assert "UACT" not in text


def test_an_unknown_user_has_no_log(shop: Product) -> None:
    assert "UNOBODY" in assert_fails(shop, "audit", "--user", "UNOBODY")
