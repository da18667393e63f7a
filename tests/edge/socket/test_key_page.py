"""The keys page over the event socket: what a tab is sent, and what a forged event can do."""

import httpx

from tests.harness.processes import TLS
from tests.harness.product import Product
from tests.harness.tabs import SITE, open_session, tab
from tests.harness.visitor import COOKIE

KEYS = f"{SITE}.hcai_app___ui___state___keys____keys_state"


def make_user(product: Product, slack_id: str) -> None:
    product.cli("users", "create", "--slack-id", slack_id, "--name", slack_id)


async def make_key(product: Product, cookie: str, name: str) -> dict[str, str]:
    headers = {"Origin": product.origin, "Cookie": f"{COOKIE}={cookie}"}
    async with httpx.AsyncClient(base_url=product.origin, headers=headers, verify=TLS) as client:
        answer = await client.post("/api/keys", json={"name": name})
    assert answer.status_code == 201
    return answer.json()


async def test_a_fresh_key_is_listed_and_never_sent_to_the_tab(product: Product) -> None:
    make_user(product, "UTAB")
    cookie = await open_session(product, "UTAB")
    async with tab(product, cookie, "/keys") as page:
        assert page.of(KEYS, "is_loaded")
        made = await make_key(product, cookie, "laptop")
        await page.send(f"{KEYS}.load_keys")
        await page.until(lambda: page.of(KEYS, "active"))
        (listed,) = page.of(KEYS, "active")
        assert (listed["name"], listed["preview"]) == ("laptop", made["preview"])
        await page.send(f"{KEYS}.revoke", {"key_id": made["id"]})
        await page.until(lambda: page.of(KEYS, "revoked"))
        await page.until(lambda: page.toasts)
        for secret in (made["key"], made["key"][15:40], cookie, '"hash"', "ses_"):
            assert secret not in page.sent


async def test_a_forged_event_ends_nobody_elses_key(product: Product) -> None:
    for slack_id in ("UALICE", "UMALLORY"):
        make_user(product, slack_id)
    made = await make_key(product, await open_session(product, "UALICE"), "laptop")
    async with tab(product, await open_session(product, "UMALLORY"), "/keys") as page:
        for forged in ({"id": made["id"]}, None, "x" * 10_000, made["id"]):
            await page.send(f"{KEYS}.revoke", {"key_id": forged})
        await page.until(lambda: page.toasts)
        await page.settle()
        assert "laptop" not in page.sent
    assert product.get("/stats", made["key"]).status_code == 200
