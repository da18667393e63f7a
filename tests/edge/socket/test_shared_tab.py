"""One tab of a shared machine: who comes next finds nothing of who was there before."""

import asyncio
import uuid

import httpx
import pytest

from hcai_app.services.people import sessions
from tests.edge.socket.test_frames import PAGES, Student
from tests.harness.product import Product
from tests.harness.tabs import Tab, tab


def sign_out(product: Product, cookie: str) -> None:
    headers = {"Cookie": f"{sessions.COOKIE}={cookie}", "Origin": product.origin}
    httpx.post(f"{product.origin}/auth/logout", headers=headers)
    assert httpx.get(f"{product.origin}/api/account.json", headers=headers).status_code == 401


async def everything(product: Product, cookie: str | None, token: str) -> Tab:
    """Look at every page in this tab, and close it."""
    async with tab(product, cookie, PAGES[0], token=token) as shown:
        for path in PAGES:
            shown.path = path
            await shown.settle()
    return shown


@pytest.mark.parametrize("signs_out", [True, False])
def test_the_next_one_finds_nothing_of_the_last(product: Product, signs_out: bool) -> None:
    ada, bob, token = Student(product), Student(product), str(uuid.uuid4())
    first = asyncio.run(everything(product, ada.cookie, token))
    if signs_out:
        sign_out(product, ada.cookie)
    later = [asyncio.run(everything(product, cookie, token)) for cookie in (None, bob.cookie)]
    for trace in (ada.slack_id, ada.key[-4:]):
        assert trace in first.sent
        assert all(trace not in tab.sent for tab in later)
    assert bob.slack_id in later[-1].sent
