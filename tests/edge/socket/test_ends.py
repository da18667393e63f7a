"""A session that ends darkens every tab that it had open, whatever the tab shows."""

import asyncio
import json

import httpx
import pytest

from hcai_app.db.engine import Database
from hcai_app.services.account import deletion
from hcai_app.services.people import sessions
from tests.conftest import Install
from tests.edge.socket.test_live import SOON_S, Student, gauge, requests, until_gauge
from tests.harness.databases import OWN_REDIS
from tests.harness.product import Product
from tests.harness.tabs import DASHBOARD, SITE, Tab, tab
from tests.services.callers import signed_in

PAGES = ("/dashboard", "/keys", "/activity", "/account")
KEYS = f"{SITE}.hcai_app___ui___state___keys____keys_state"


@pytest.mark.parametrize("end", ["ban", "sign out", "sign out everywhere", "delete"])
async def test_a_session_that_ends_is_shown_nothing_more(product: Product, end: str) -> None:
    ada = Student(product)
    cookie = await ada.cookie()
    async with tab(product, cookie) as shown:
        await ada.call()
        await shown.until(lambda: requests(shown) == "1", SOON_S)
        await END[end](ada, cookie)
        await shown.until(lambda: reloads(shown), SOON_S)
        before = len(shown.frames)
        if end not in ("ban", "delete"):
            await ada.call()
            await asyncio.sleep(SOON_S)
        assert len(shown.frames) == before
    async with tab(product, cookie) as late:
        assert not late.of(DASHBOARD, "is_loaded")


async def ban(ada: Student, _cookie: str) -> None:
    arguments = ("users", "ban", ada.slack_id, "--reason", "testing")
    await asyncio.to_thread(ada.product.cli, *arguments)


async def sign_out(ada: Student, cookie: str) -> None:
    headers = {"Origin": ada.product.origin, "Cookie": f"{sessions.COOKIE}={cookie}"}
    async with httpx.AsyncClient() as browser:
        answer = await browser.post(f"{ada.product.origin}/auth/logout", headers=headers)
    assert answer.status_code == 303


async def sign_out_everywhere(ada: Student, cookie: str) -> None:
    database = Database(ada.product.settings["DATABASE_URL"])
    await sessions.end_all(database, await user_id_of(database, ada, cookie))
    await database.close()


async def delete(ada: Student, cookie: str) -> None:
    database = Database(ada.product.settings["DATABASE_URL"])
    user_id = await user_id_of(database, ada, cookie)
    await deletion.delete(database, user_id, secret_key=ada.secret_key)
    await database.close()


async def user_id_of(database: Database, ada: Student, cookie: str) -> str:
    caller = await signed_in(database, cookie, secret_key=ada.secret_key)
    assert caller
    return caller.user_id


END = {
    "ban": ban,
    "sign out": sign_out,
    "sign out everywhere": sign_out_everywhere,
    "delete": delete,
}


def reloads(shown: Tab) -> bool:
    return "location.reload" in "".join(shown.scripts)


async def test_one_session_ends_and_the_others_tabs_go_on(product: Product) -> None:
    ada = Student(product)
    leaving, staying = await ada.cookie(), await ada.cookie()
    async with tab(product, leaving) as one, tab(product, staying) as two:
        await sign_out(ada, leaving)
        await one.until(lambda: one.scripts, SOON_S)
        await ada.call()
        await two.until(lambda: requests(two) == "1", SOON_S)
        assert not two.scripts


@pytest.mark.parametrize("end", ["ban", "sign out", "sign out everywhere", "delete"])
async def test_every_page_goes_dark_and_stays_so(product: Product, end: str) -> None:
    ada = Student(product)
    cookie = await ada.cookie()
    await ada.call()
    opened = [await Tab(product.origin, cookie, path, None).open() for path in PAGES]
    for shown in opened:
        await shown.until_loaded()
    told = [traces(json.dumps(shown.state), ada) for shown in opened]
    assert all(told)
    assert {mark for marks in told for mark in marks} == set(marks_of(ada))
    await END[end](ada, cookie)
    for shown in opened:
        await shown.until(lambda shown=shown: reloads(shown), SOON_S)
        assert traces(json.dumps(shown.state), ada) == []
        assert (shown.of(SITE, "name"), shown.of(SITE, "is_signed_in")) == ("", False)
        assert shown.of(SITE, "is_known")  # it says so, instead of waiting for the reload
        await shown.close()
    for shown in opened:  # as the reload does it: the same tab, with the cookie that is left
        async with tab(product, cookie, shown.path, token=shown.token) as again:
            assert traces(again.sent, ada) == []
            assert not again.of(SITE, "is_signed_in")


def marks_of(ada: Student) -> list[str]:
    """What pages show of a student: who they are, their key's name, whose it is."""
    return [ada.slack_id, "laptop", '"Ada"']


def traces(text: str, ada: Student) -> list[str]:
    return [mark for mark in marks_of(ada) if mark in text]


async def test_a_page_without_figures_costs_nothing_at_a_call(product: Product) -> None:
    ada = Student(product)
    cookie = await ada.cookie()
    for name in ("hcai_live_tabs", "hcai_open_tabs"):
        await until_gauge(product, name, 0)
    async with tab(product, cookie) as one, tab(product, cookie, "/keys") as two:
        assert await gauge(product, "hcai_live_tabs") == 1
        assert await gauge(product, "hcai_open_tabs") == 2
        before = len(two.frames)
        await ada.call()
        await one.until(lambda: requests(one) == "1", SOON_S)
        assert len(two.frames) == before


async def test_who_signs_out_is_not_held_back_by_a_reload(product: Product) -> None:
    ada = Student(product)
    cookie = await ada.cookie()
    async with tab(product, cookie, "/account") as one, tab(product, cookie, "/keys") as two:
        await one.send(
            f"{SITE}.hcai_app___ui___state___account____account_state.sign_out_everywhere"
        )
        await two.until(lambda: reloads(two), SOON_S)
        assert "location.assign" in "".join(one.scripts)
        assert not reloads(one)


async def test_tabs_of_two_workers_go_dark(install: Install) -> None:
    product = install(REDIS_URL=OWN_REDIS).start(workers=2)
    ada = Student(product)
    cookie = await ada.cookie()
    opened = [await Tab(product.origin, cookie, "/keys", None).open() for _ in range(6)]
    for one in opened:
        await one.until_loaded()
        assert one.of(KEYS, "active")
    await sign_out_everywhere(ada, cookie)
    for one in opened:
        await one.until(lambda one=one: reloads(one), SOON_S)
        assert one.of(KEYS, "active") == []
        await one.close()
