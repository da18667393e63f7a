"""`users …`: only the asked-for value on stdout; errors in one line."""

import json
import re
from decimal import Decimal

import pytest

from hcai_app.cli import main as command_line
from tests.cli.wire import assert_fails
from tests.harness.product import Product


def show(shop: Product, reference: str) -> dict:
    return json.loads(shop.cli("users", "show", reference), parse_float=Decimal)


def test_create_prints_the_id_alone(shop: Product) -> None:
    done = shop.run("users", "create", "--slack-id", "UNEW", "--name", "Grace Hopper")
    assert re.fullmatch(r"usr_[0-9a-f]{20}\n", done.stdout)
    assert (done.returncode, done.stderr) == (0, "")


def test_show_finds_a_user_by_either_id(shop: Product, ada: str) -> None:
    shown = show(shop, "UADA")
    assert shown == show(shop, ada)
    assert (shown["id"], shown["slack_id"], shown["name"]) == (ada, "UADA", "Ada Lovelace")
    assert (shown["is_verified"], shown["banned_at"], shown["requests"]) == (False, None, 0)
    assert Decimal(shown["budget_usd"]) == 4
    assert Decimal(shown["spent_today_usd"]) == 0


def test_create_takes_verification_and_budget(shop: Product) -> None:
    shop.cli(
        *("users", "create", "--slack-id", "UVIP", "--name", "V", "--verified"),
        *("--budget-usd", "0.000000001"),
    )
    shown = show(shop, "UVIP")
    assert shown["is_verified"] is True
    assert Decimal(shown["budget_usd"]) == Decimal("0.000000001")


def test_budget_ban_and_unban_print_nothing_and_hold(shop: Product, ada: str) -> None:
    assert shop.cli("users", "budget", "UADA", "12.5") == ""
    assert Decimal(show(shop, "UADA")["budget_usd"]) == Decimal("12.5")
    assert shop.cli("users", "ban", ada, "--reason", "resold keys") == ""
    assert show(shop, "UADA")["banned_at"]
    assert show(shop, "UADA")["ban_reason"] == "resold keys"
    assert shop.cli("users", "unban", "UADA") == ""
    assert (show(shop, ada)["banned_at"], show(shop, ada)["ban_reason"]) == (None, None)


def test_a_slack_id_is_given_once(shop: Product, ada: str) -> None:
    line = assert_fails(shop, "users", "create", "--slack-id", "UADA", "--name", "Again")
    assert "UADA" in line


@pytest.mark.parametrize(
    "arguments",
    [
        ("users", "show", "UNOBODY"),
        ("users", "ban", "UNOBODY", "--reason", "x"),
        ("users", "unban", "UNOBODY"),
        ("users", "budget", "UNOBODY", "1"),
        ("keys", "create", "--user", "UNOBODY", "--name", "x"),
        ("keys", "list", "--user", "UNOBODY"),
        ("usage", "export", "--user", "UNOBODY", "--format", "csv"),
    ],
)
def test_an_unknown_user_is_named(shop: Product, arguments: tuple[str, ...]) -> None:
    assert "UNOBODY" in assert_fails(shop, *arguments)


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("users", "create", "--slack-id", "", "--name", "x"), "Slack id"),
        (("users", "create", "--slack-id", "UX", "--name", " "), "name"),
        (("keys", "create", "--user", "UADA", "--name", "  "), "name"),
        (("keys", "revoke", "key_none"), "no such key"),
        (("keys", "revoke", "sk-hc-v1-" + "0" * 64), "no such key"),
        (("serve", "--workers", "2"), "REDIS_URL"),
        (("serve", "--api-workers", "1"), "REDIS_URL"),
        (("serve", "--api-only", "--api-workers", "1"), "--workers"),
        (("serve", "--port", "99999"), "no port"),
    ],
)
def test_what_cannot_be_done_is_one_line(
    shop: Product, ada: str, arguments: tuple[str, ...], says: str
) -> None:
    assert says in assert_fails(shop, *arguments)


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("users create --slack-id UX", "--name"),
        ("users create --slack-id UX --name x --budget-usd many", "'many'"),
        ("users create --slack-id UX --name x --budget-usd=-1", "'-1'"),
        ("users budget UADA NaN", "'NaN'"),
        ("users budget UADA 1e99", "'1e99'"),
        ("users ban UADA", "--reason"),
        ("users dance UADA", "dance"),
        ("users", "command"),
        ("dance", "dance"),
        ("", "command"),
        ("usage export --format xml", "xml"),
        ("usage export", "--format"),
        ("usage export --format csv --since yesterday", "yesterday"),
        ("serve --port http", "http"),
        ("serve --workers 0", "'0'"),
        ("serve --api-workers none", "'none'"),
        ("simulate --port 99999", "no port"),
    ],
)
def test_what_cannot_be_read_is_one_line(
    capsys: pytest.CaptureFixture[str], line: str, says: str
) -> None:
    with pytest.raises(SystemExit) as ended:
        command_line.main(line.split())
    said = capsys.readouterr()
    assert (ended.value.code, said.out) == (2, "")
    (only,) = said.err.splitlines()
    assert only.startswith("error: ")
    assert says in only


def test_help_is_help(shop: Product) -> None:
    done = shop.run("--help")
    assert done.returncode == 0
    for name in ("migrate", "doctor", "users", "keys", "serve", "simulate", "usage"):
        assert name in done.stdout
