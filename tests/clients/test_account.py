"""A key's owner through the official client: limits, spending, the record of a call."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from openrouter import OpenRouter, errors

from tests.harness.product import Product

Ask = Callable[..., dict[str, Any]]
MODEL = "qwen/qwen3-32b"


# The SDK itself marks the `rate_limit` member, which it requires, as deprecated.
@pytest.mark.filterwarnings("ignore:warning. .. DEPRECATED:DeprecationWarning")
def test_the_key_tells_limit_spending_and_rest(product: Product, ask: Ask) -> None:
    key = product.make_key("USPENDING", "--budget-usd", "3")
    with OpenRouter(api_key=key, server_url=product.base_url) as client:
        fresh = client.api_keys.get_current_key_metadata().data
        assert (fresh.limit, fresh.limit_remaining, fresh.limit_reset) == (3, 3, "daily")
        assert fresh.usage == fresh.usage_daily == 0
        assert fresh.label.startswith(key[:13])
        assert key not in fresh.label

        client.chat.send(**ask("cost=0.25"))
        data = client.api_keys.get_current_key_metadata().data
        assert data.usage == data.usage_daily == data.usage_weekly == data.usage_monthly == 0.25
        assert data.limit_remaining == 2.75
        assert data.effective_budget is not None
        assert data.effective_budget == data.budgets[0]
        assert (data.effective_budget.limit_usd, data.effective_budget.spend_usd) == (3, 0.25)
        assert data.effective_budget.resets_at is not None


@pytest.mark.filterwarnings("ignore:warning. .. DEPRECATED:DeprecationWarning")
def test_the_key_tells_its_own_rules(product: Product) -> None:
    key = product.make_key("URULES", "--budget-usd", "3")
    rules = ("--budget-usd", "1", "--expires", "2099-01-31T18:00:00Z", "--models", MODEL)
    product.change("keys", "set", key, *rules)
    with OpenRouter(api_key=key, server_url=product.base_url) as client:
        told = client.api_keys.get_current_key_metadata().data
    assert (told.limit, told.limit_remaining) == (1, 1)
    assert told.expires_at == datetime(2099, 1, 31, 18, tzinfo=UTC)
    assert product.get("/key", key).json()["data"]["models"] == [MODEL]


@pytest.mark.parametrize("stream", [False, True])
def test_a_generation_is_shown_to_whoever_made_it(
    product: Product, openrouter: OpenRouter, ask: Ask, *, stream: bool
) -> None:
    sent = openrouter.chat.send(**ask("cost=0.25", stream=stream))
    last = list(sent)[-1] if stream else sent
    data = openrouter.generations.get_generation(id=last.id).data
    assert (data.id, data.model, data.streamed) == (last.id, "qwen/qwen3-32b", stream)
    assert data.total_cost == 0.25
    assert data.native_tokens_completion == last.usage.completion_tokens
    assert (data.external_user, data.http_referer, data.user_agent) == (None, None, None)

    stranger = product.make_key(f"UCURIOUS{stream}")
    with OpenRouter(api_key=stranger, server_url=product.base_url) as other:
        for name in (last.id, "gen-of-nobody"):
            with pytest.raises(errors.NotFoundResponseError):
                other.generations.get_generation(id=name)


def test_a_wrong_key_is_told_nothing(product: Product) -> None:
    with OpenRouter(api_key="sk-hc-v1-wrong", server_url=product.base_url) as client:
        with pytest.raises(errors.UnauthorizedResponseError):
            client.api_keys.get_current_key_metadata()
        with pytest.raises(errors.UnauthorizedResponseError):
            client.generations.get_generation(id="gen-1")
