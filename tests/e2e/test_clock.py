"""What counts on a page follows the server's clock, however wrong the reader's own is."""

import re
import time

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import Arrive
from tests.e2e.site import Site
from tests.e2e.test_activity import call_both

DAY_S = 86_400
NEAR_S = 5
WRONG_S = (-5 * 3_600, 3 * 3_600)
TURN = "const right = Date.now; Date.now = () => right() + {wrong_s} * 1000"


def seconds_left(page: Page) -> int:
    timer = page.get_by_role("timer")
    expect(timer).to_have_text(re.compile(r"\d\d:\d\d:\d\d"))
    hours, minutes, seconds = map(int, timer.inner_text().split(":"))
    return hours * 3_600 + minutes * 60 + seconds


@pytest.mark.parametrize("wrong_s", WRONG_S)
def test_the_day_ends_when_the_server_says_so(arrive: Arrive, wrong_s: int):
    ada = arrive(reduced_motion="reduce")
    ada.context.add_init_script(TURN.format(wrong_s=wrong_s))
    ada.sign_in("Ada", slack_id="UCLOCK")
    page = ada.open("/dashboard")
    apart = (seconds_left(page) + time.time()) % DAY_S
    assert min(apart, DAY_S - apart) < NEAR_S


@pytest.mark.parametrize("wrong_s", WRONG_S)
def test_a_call_of_just_now_is_just_now(arrive: Arrive, site: Site, wrong_s: int):
    ada = arrive(reduced_motion="reduce")
    ada.context.add_init_script(TURN.format(wrong_s=wrong_s))
    ada.sign_in("Ada", slack_id="UCLOCKED")
    call_both(site, "UCLOCKED")
    page = ada.open("/dashboard")
    page.get_by_role("button", name="5m", exact=True).click()
    expect(page.locator(".latest-calls time").first).to_have_text(re.compile("just now|minute"))
    expect(page.locator(".chart .bar").first).to_be_visible()
