"""Ten thousand refused calls in a row: five hundred rows of a user, and no growing memory."""

import asyncio

import httpx
import pytest

from tests.chaos import books, procfs
from tests.conftest import Install
from tests.harness.product import Product

CALLS, WARM_UP, CLIENTS = 10_000, 2_000, 32
MOST_GROWTH_MB = 24

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]


async def refused(product: Product, keys: list[str], count: int) -> None:
    """Call a model that there is none of, from several programs at once."""
    left = iter(range(count))
    body = {"model": "nobody/knows-it", "messages": [{"role": "user", "content": "hi"}]}

    async def go(client: httpx.AsyncClient) -> None:
        for number in left:
            key = {"Authorization": f"Bearer {keys[number % len(keys)]}"}
            answer = await client.post("/chat/completions", json=body, headers=key)
            assert answer.status_code in (400, 429)

    async with httpx.AsyncClient(base_url=product.base_url, timeout=60) as client:
        await asyncio.gather(*(go(client) for _ in range(CLIENTS)))


def test_a_flood_of_refused_calls_leaves_five_hundred_rows_a_user_and_grows_nothing(
    install: Install, database_url: str
) -> None:
    product = install(DATABASE_URL=database_url).start()
    keys = [product.make_key(slack_id) for slack_id in ("UFLOOD", "UFLOOD2")]
    assert product.process is not None
    asyncio.run(refused(product, keys, WARM_UP))
    before_mb = procfs.memory_mb(product.process.pid)
    asyncio.run(refused(product, keys, CALLS))
    assert procfs.memory_mb(product.process.pid) - before_mb < MOST_GROWTH_MB
    of_user = "SELECT count(*) AS count FROM refusals GROUP BY user_id"
    books.wait_until(
        lambda: [row["count"] for row in books.select(product, of_user)] == [500, 500],
        30,
        "the newest five hundred of each",
    )
