"""`GET /key` and `GET /generation`: what belongs to a key's owner, and to nobody else."""

import json
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.api.wire import assert_error, events
from tests.conftest import Install
from tests.harness.product import Product
from tests.harness.provider import Provider

# What the OpenRouter clients reject an answer without (openrouter-api reference, section 13).
KEY_MEMBERS = {
    "label",
    "name",
    "models",
    "disabled",
    "limit",
    "limit_remaining",
    "limit_reset",
    "usage",
    "usage_daily",
    "usage_weekly",
    "usage_monthly",
    "byok_usage",
    "byok_usage_daily",
    "byok_usage_weekly",
    "byok_usage_monthly",
    "include_byok_in_limit",
    "is_free_tier",
    "is_management_key",
    "is_provisioning_key",
    "creator_user_id",
    "expires_at",
    "rate_limit",
    "allowed_data_regions",
    "budgets",
    "effective_budget",
    "free_model_daily_requests",
    "organization_id",
    "workspace_id",
}
# What tells of the account that all our users share, or of who else uses it.
OF_THE_ACCOUNT = (
    "app_id",
    "external_user",
    "http_referer",
    "preset_id",
    "response_cache_source_id",
    "upstream_id",
    "user_agent",
    "workspace_id",
)


def key_data(product: Product, key: str) -> dict[str, Any]:
    answer = product.get("/key", key)
    assert answer.status_code == 200, answer.text
    assert answer.json().keys() == {"data"}
    return answer.json()["data"]


def test_the_key_tells_every_member_and_no_secret(product: Product) -> None:
    key = product.make_key("UKEY1", "--budget-usd", "2.5")
    data = key_data(product, key)
    assert data.keys() == KEY_MEMBERS
    assert (data["limit"], data["limit_remaining"], data["limit_reset"]) == (2.5, 2.5, "daily")
    assert data["label"] == f"{key[:13]}…{key[-4:]}"
    assert (data["rate_limit"]["requests"], data["rate_limit"]["interval"]) == (150, "1800s")
    assert data["budgets"] == [data["effective_budget"]]
    resets_at = datetime.fromisoformat(data["effective_budget"]["resets_at"])
    assert 0 < (resets_at - datetime.now(UTC)).total_seconds() <= 86400
    assert key not in json.dumps(data)


def test_all_keys_of_a_user_tell_the_same_spending_after_each_call(product: Product) -> None:
    first = product.make_key("UKEY2", "--budget-usd", "1")
    second = product.cli("keys", "create", "--user", "UKEY2", "--name", "phone")
    stranger = product.make_key("UKEY3")
    product.chat(first, "Hi\n/simulate cost=0.25")
    product.chat(second, "Hi\n/simulate cost=0.5", stream=True)
    for key in (first, second):
        data = key_data(product, key)
        assert [data[f"usage{span}"] for span in ("", "_daily", "_weekly", "_monthly")] == [
            0.75
        ] * 4
        assert data["limit_remaining"] == 0.25
    assert key_data(product, stranger)["usage"] == 0

    product.chat(first, "Hi\n/simulate cost=3")
    data = key_data(product, first)
    assert (data["limit_remaining"], data["usage_daily"]) == (0, 3.75)
    assert data["effective_budget"]["remaining_usd"] == -2.75
    assert product.chat(first).status_code == 402
    product.change("users", "budget", "UKEY2", "5")
    deadline = time.monotonic() + 5
    while key_data(product, first)["limit"] != 5 and time.monotonic() < deadline:
        time.sleep(0.05)
    assert key_data(product, second)["limit_remaining"] == 1.25


@pytest.mark.parametrize("path", ["/key", "/generation?id=gen-1"])
def test_key_and_ban_are_checked(product: Product, path: str) -> None:
    assert_error(product.get(path), 401)
    assert_error(product.get(path, "sk-hc-v1-wrong"), 401)
    name = f"UBANNED{len(path)}"
    key = product.make_key(name)
    product.change("users", "ban", name, "--reason", "mining")
    deadline = time.monotonic() + 5
    while product.get(path, key).status_code != 403 and time.monotonic() < deadline:
        time.sleep(0.05)
    assert "mining" in assert_error(product.get(path, key), 403)


def test_no_limit_counts_these_calls(install: Install) -> None:
    product = install(HCAI_CHAT_RATE_LIMIT="2/minute", HCAI_DAILY_BUDGET_USD="0").start()
    key = product.make_key()
    for _ in range(5):
        assert product.get("/key", key).status_code == 200
        assert_error(product.get("/generation?id=gen-1", key), 404)
    assert_error(product.chat(key), 402)


@pytest.mark.parametrize("stream", [False, True])
def test_ones_own_generation_is_told_without_the_account(
    product: Product, key: str, *, stream: bool
) -> None:
    answer = product.chat(key, "Hi\n/simulate cost=0.25", stream=stream, user="me", session_id="s1")
    last = events(answer.text)[-1] if stream else answer.json()
    told = product.get(f"/generation?id={last['id']}", key)
    assert told.status_code == 200
    data = told.json()["data"]
    assert (data["id"], data["model"], data["streamed"]) == (last["id"], last["model"], stream)
    assert (data["total_cost"], data["usage"], data["session_id"]) == (0.25, 0.25, "s1")
    assert data["native_tokens_prompt"] == last["usage"]["prompt_tokens"]
    assert {data[name] for name in OF_THE_ACCOUNT} == {None}
    assert data["origin"] == ""
    assert "hc_" not in told.text


def test_nobody_elses_generation_is_told_from_one_that_never_was(
    product: Product, key: str
) -> None:
    made = product.chat(key).json()["id"]
    stranger = product.make_key("UCURIOUS")
    answers = [
        product.get("/generation", stranger, params={"id": name})
        for name in (made, "gen-0", "", " ", "../key", "x" * 5000, "a&id=b", "\0")
    ]
    messages = [assert_error(answer, 404) for answer in answers if answer.status_code != 400]
    assert len(messages) >= len(answers) - 1
    assert len(set(messages)) == 1
    assert product.get(f"/generation?id={made}", key).status_code == 200


def test_a_generation_must_be_named(product: Product, key: str) -> None:
    for query in ("", "?", "?id=", "?generation=gen-1"):
        assert_error(product.get(f"/generation{query}", key), 400, param="id")


@pytest.mark.parametrize(
    ("outage", "status"),
    [
        ({"status": 500}, 500),
        ({"status": 429, "retry_after": "7"}, 429),
        ({"status": 401}, 502),
        ({"status": 402}, 502),
        ({"status": 503, "html": True}, 503),
        ({"cut": "before_headers"}, 502),
        ({"cut": "body", "reset": True}, 502),
        ({"body": "half"}, 502),
        ({"body": "empty"}, 502),
        ({"hang": "before_headers"}, 504),
        ({"hang": "body"}, 504),
    ],
)
def test_a_provider_that_is_down_is_told_clearly_and_soon(
    product: Product, provider: Provider, key: str, outage: dict[str, Any], status: int
) -> None:
    made = product.chat(key).json()["id"]
    provider.script(path="/generation", **outage)
    answer = product.get(f"/generation?id={made}", key)
    assert_error(answer, status)
    # The Python client of OpenRouter's gives up after five seconds, and then asks again.
    assert answer.elapsed.total_seconds() < 4.9
    assert answer.headers.get("retry-after") == ("7" if status == 429 else None)
    assert "hc_" not in answer.text


def test_look_ups_at_a_provider_that_hangs_do_not_pile_up(
    product: Product, provider: Provider, key: str
) -> None:
    made = product.chat(key).json()["id"]
    provider.script(path="/generation", hang="before_headers")
    with ThreadPoolExecutor(40) as pool:
        answers = list(pool.map(lambda _: product.get(f"/generation?id={made}", key), range(40)))
    assert {answer.status_code for answer in answers} == {429, 504}
    for answer in answers:
        assert_error(answer, answer.status_code)
    assert product.chat(key).status_code == 200
    assert product.get("/models").status_code == 200
