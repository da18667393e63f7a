"""A deleted account on a running server: its keys are refused and its calls cut, wherever it was
deleted; what had begun is booked."""

import asyncio
import time

import httpx

from hcai_app.db.engine import Database
from hcai_app.services.account import deletion
from tests.api.wire import assert_error
from tests.conftest import Install
from tests.harness.processes import TLS
from tests.harness.product import CHANGED_S, Product
from tests.harness.visitor import sign_in

SLACK_ID = "UDEVELOP"
CUT_S = 2.0


async def delete(product: Product, user_id: str) -> None:
    """Delete as another worker would."""
    database = Database(product.settings["DATABASE_URL"])
    secret_key = product.settings["HCAI_SECRET_KEY"]
    await deletion.delete(database, user_id, secret_key=secret_key)
    await database.close()


def test_the_keys_of_a_deleted_account_stop_and_its_calls_are_cut(install: Install) -> None:
    product = install().start()
    with sign_in(product) as visitor:
        key = visitor.post("/api/keys", json={"name": "laptop"}).json()["key"]
        user_id = visitor.get("/api/account.json").json()["profile"]["id"]
        assert product.chat(key).status_code == 200
        body = {
            "model": "qwen/qwen3-32b",
            "messages": [{"role": "user", "content": "/simulate hang=chunks after=2"}],
            "stream": True,
        }
        headers = {"Authorization": f"Bearer {key}"}
        url = f"{product.base_url}/chat/completions"
        with httpx.stream(
            "POST", url, json=body, headers=headers, timeout=20, verify=TLS
        ) as answer:
            pieces = answer.iter_text()
            next(pieces)
            asyncio.run(delete(product, user_id))
            deleted_at = time.monotonic()
            rest = "".join(pieces)
        assert time.monotonic() - deleted_at < CUT_S
        assert '"code":401' in rest
        time.sleep(max(0.0, CHANGED_S - (time.monotonic() - deleted_at)))
        assert_error(product.chat(key), 401)
        assert_error(visitor.get("/api/account.json"), 401)
        assert_error(visitor.post("/api/keys", json={"name": "again"}), 401)
    rows = product.wait_for_rows(lambda found: len(found) == 2)
    assert [row["user_id"] for row in rows] == [user_id] * 2
    assert "deleted_at" in product.cli("users", "show", user_id)
