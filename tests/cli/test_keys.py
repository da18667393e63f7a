"""`keys …`: a key is printed once, listed without its secret, and ended by either name."""

import json
import re

import pytest

from tests.cli.wire import assert_fails
from tests.harness.product import Product


def listed(shop: Product) -> list[dict]:
    return [json.loads(line) for line in shop.cli("keys", "list", "--user", "UADA").splitlines()]


def test_a_key_lives_from_create_to_revoke(shop: Product, ada: str) -> None:
    done = shop.run("keys", "create", "--user", "UADA", "--name", "laptop")
    assert re.fullmatch(r"sk-hc-v1-[0-9a-f]{64}\n", done.stdout)
    assert (done.returncode, done.stderr) == (0, "")
    key = done.stdout.strip()
    second = shop.cli("keys", "create", "--user", ada, "--name", "phone")

    assert [entry["name"] for entry in listed(shop)] == ["laptop", "phone"]
    entry = listed(shop)[0]
    assert (entry["preview"][:9], entry["preview"][-4:]) == ("sk-hc-v1-", key[-4:])
    assert key not in json.dumps(listed(shop))
    assert "hash" not in entry
    assert entry["revoked_at"] is None

    assert shop.cli("keys", "revoke", key) == ""
    assert shop.cli("keys", "revoke", listed(shop)[1]["id"]) == ""
    assert shop.cli("keys", "revoke", second) == ""  # twice does no harm
    assert all(entry["revoked_at"] for entry in listed(shop))


def test_the_most_keys_is_a_limit(shop: Product) -> None:
    shop.cli("users", "create", "--slack-id", "UMANY", "--name", "Many")
    shop.settings["HCAI_MAX_KEYS"] = "1"
    try:
        shop.cli("keys", "create", "--user", "UMANY", "--name", "one")
        line = assert_fails(shop, "keys", "create", "--user", "UMANY", "--name", "two")
    finally:
        del shop.settings["HCAI_MAX_KEYS"]
    assert "revoke" in line


@pytest.mark.parametrize("models", ["", ",", " "])
def test_an_empty_list_of_models_is_refused_and_changes_nothing(
    shop: Product, ada: str, models: str
) -> None:
    assert ada
    key = shop.cli("keys", "create", "--user", "UADA", "--name", "laptop")
    shop.cli("keys", "set", key, "--models", "qwen/qwen3-32b")
    refused = shop.attempt("keys", "set", key, "--models", models)
    assert refused.returncode == 2
    assert "names no model; `any` allows all" in refused.stderr
    assert listed(shop)[-1]["models"] == ["qwen/qwen3-32b"]
