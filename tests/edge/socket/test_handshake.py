"""Who may open the event socket, and as whom they sit there."""

import uuid

import httpx
import pytest
from socketio.exceptions import ConnectionError as Refused

from tests.harness.product import Product
from tests.harness.tabs import ROOT, SITE, Tab, open_session, tab


async def visitor(product: Product) -> str:
    """Make a user and sign them in; return their cookie."""
    slack_id = f"U{uuid.uuid4().hex[:10].upper()}"
    product.cli("users", "create", "--slack-id", slack_id, "--name", f"Ada of {slack_id}")
    return await open_session(product, slack_id)


async def test_a_tab_with_a_cookie_is_its_users(product: Product) -> None:
    async with tab(product, await visitor(product)) as shown:
        assert shown.of(SITE, "is_signed_in") is True
        assert shown.of(SITE, "name").startswith("Ada of")


@pytest.mark.parametrize("cookie", [None, "wrong", "ses_" + "0" * 32, "'; --"])
async def test_a_tab_without_a_session_is_nobodys(product: Product, cookie: str | None) -> None:
    async with tab(product, cookie) as shown:
        assert shown.of(SITE, "is_known") is True
        assert shown.of(SITE, "is_signed_in") is False
        assert shown.of(SITE, "name") == ""


@pytest.mark.parametrize(
    "origin",
    ["https://evil.example", "http://127.0.0.1.evil.example", "null", "http://127.0.0.1:1", "x"],
)
async def test_a_page_of_another_origin_is_refused(product: Product, origin: str) -> None:
    stranger = Tab(product.origin, await visitor(product), "/dashboard", None)
    with pytest.raises(Refused):
        await stranger.open(origin=origin)
    assert stranger.frames == []


async def test_without_an_origin_it_is_no_browser_and_its_cookie_counts(product: Product) -> None:
    script = Tab(product.origin, await visitor(product), "/dashboard", None)
    await script.open(origin=None)
    await script.until_loaded()
    assert script.of(SITE, "is_signed_in") is True
    await script.close()


def test_there_is_no_way_but_websockets(product: Product) -> None:
    for method in ("GET", "POST"):
        answer = httpx.request(
            method,
            f"{product.origin}/_event/?EIO=4&transport=polling&token=tab",
            headers={"Origin": product.origin},
        )
        assert answer.status_code == 400, method
        assert "sid" not in answer.text


async def test_a_duplicated_tab_gets_a_token_and_a_state_of_its_own(product: Product) -> None:
    cookie = await visitor(product)
    async with tab(product, cookie) as first:
        copied = first.token
        async with tab(product, cookie, token=copied) as second:
            assert second.token != first.token == copied
            assert second.of(SITE, "is_signed_in") is True
            await first.settle()
            await second.settle()
            name = second.token
        async with tab(product, cookie, token=name) as again:
            assert again.of(SITE, "is_signed_in") is True


async def test_a_tab_that_comes_back_is_shown_everything_again(product: Product) -> None:
    cookie = await visitor(product)
    first = await Tab(product.origin, cookie, "/dashboard", None).open()
    await first.until_loaded()
    await first.close()
    async with tab(product, cookie, token=first.token) as again:
        assert again.of(SITE, "is_signed_in") is True
        assert again.token == first.token


async def test_a_tab_whose_line_broke_may_come_back_before_the_server_knows(
    product: Product,
) -> None:
    cookie = await visitor(product)
    async with tab(product, cookie) as broken, tab(product, cookie, token=broken.token) as again:
        assert again.of(SITE, "is_signed_in") is True


async def test_who_takes_anothers_token_sees_nothing_of_theirs(product: Product) -> None:
    ada, eve = await visitor(product), await visitor(product)
    async with tab(product, ada) as hers:
        bound = hers.of(ROOT, "rx_router_session")["client_token"]
        for token in (hers.token, bound):
            async with tab(product, eve, token=token) as stolen:
                assert hers.of(SITE, "name") not in stolen.sent
            async with tab(product, None, token=token) as stolen:
                assert stolen.of(SITE, "is_signed_in") is False
                assert hers.of(SITE, "name") not in stolen.sent


async def test_a_tab_that_changes_its_user_begins_anew(product: Product) -> None:
    ada, eve = await visitor(product), await visitor(product)
    async with tab(product, ada) as shown:
        token, name = shown.token, shown.of(SITE, "name")
    async with tab(product, eve, token=token) as shown:
        assert shown.token == token
        assert shown.of(SITE, "name") != name
        assert name not in shown.sent


async def test_a_tab_that_vanishes_takes_nobody_along(product: Product) -> None:
    cookie = await visitor(product)
    async with tab(product, cookie) as stays:
        gone = await Tab(product.origin, cookie, "/dashboard", None).open()
        await gone.until_loaded()
        await gone.vanish()
        await gone.until(lambda: not gone.is_open)
        await gone.close()
        await stays.settle()
