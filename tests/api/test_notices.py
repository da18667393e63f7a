"""The operators' webhook hears of the brake from a running server."""

import json
import time
from collections.abc import Iterator

import pytest

from tests.conftest import Install
from tests.harness.webhook import OwnWebhook


@pytest.fixture
def hook() -> Iterator[OwnWebhook]:
    served = OwnWebhook()
    yield served
    served.close()


def test_the_brakes_notices_arrive_and_name_nobody(install: Install, hook: OwnWebhook) -> None:
    product = install(
        HCAI_TOTAL_DAILY_BUDGET_USD="0.000001",
        HCAI_NOTICE_WEBHOOK_URL=hook.url,
        HCAI_NOTICE_WEBHOOK_SECRET="d2hhdCB0aGUgd2ViaG9vayBrbm93cw==",
    ).start()
    key = product.make_key("UNOTICE")
    assert product.chat(key).status_code == 200
    deadline = time.monotonic() + 40
    while len(hook.posted) < 2 and time.monotonic() < deadline:
        time.sleep(0.2)
    told = [json.loads(body) for _headers, body in hook.posted]
    assert [one["type"] for one in told] == ["hcai.brake"] * 2
    assert all(b"Ada" not in body and b"UNOTICE" not in body for _headers, body in hook.posted)
    listed = [json.loads(line) for line in product.cli("notices", "list").splitlines()]
    assert all(notice["kind"] == "brake" for notice in listed)
    assert product.cli("notices", "test") == ""
    assert json.loads(hook.posted[-1].body)["type"] == "hcai.test"
    assert "webhook" in product.attempt("doctor").stdout
