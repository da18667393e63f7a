"""The operator's brake over all users together, as they meet it."""

import json
from datetime import datetime

from hcai_app import clock
from tests.api.wire import assert_error
from tests.conftest import Install
from tests.harness.provider import Provider


def test_when_all_is_spent_nobody_is_blamed_and_the_provider_hears_nothing(
    install: Install, provider: Provider
) -> None:
    product = install(HCAI_TOTAL_DAILY_BUDGET_USD="0.000001").start()
    ada, bob = product.make_key("UADA"), product.make_key("UBOB")
    before = json.loads(product.cli("budget", "total"))
    assert (before["brake_usd"], before["ledger"]["spent_usd"]) == ("0.000001", "0")
    assert product.chat(ada).status_code == 200
    asked = len(provider.requests())
    for key in (ada, bob):
        answer = product.chat(key)
        assert "nobody's own fault" in assert_error(answer, 429)
        resets_at = datetime.fromisoformat(answer.json()["error"]["metadata"]["resets_at"])
        left_s = (resets_at - clock.now()).total_seconds()
        assert abs(int(answer.headers["Retry-After"]) - left_s) < 60
        assert answer.headers["x-should-retry"] == "false"
    assert len(provider.requests()) == asked
    assert product.get("/key", bob).status_code == 200  # all else goes on
    shown = json.loads(product.cli("budget", "total"))
    assert float(shown["ledger"]["spent_usd"]) >= 0.000001
    assert list(shown["month"]["makers_usd"]) == ["qwen"]
    assert shown["month"]["spent_usd"] == shown["ledger"]["spent_usd"]
