"""How the playground opens: for a stranger, and with the model that an address asks for."""

import time

from playwright.sync_api import WebSocketRoute, expect

from tests.e2e.conftest import Arrive
from tests.e2e.playground.conftest import PLAYER
from tests.e2e.playground.talking import DRAWS, field, model
from tests.e2e.site import Site

LATE_S = 0.5  # longer than the page needs to show the playground


def tell_owner_late(socket: WebSocketRoute) -> None:
    """Let the browser know for a while that somebody is signed in, and not yet who."""
    server = socket.connect_to_server()

    def pass_on(message: str | bytes) -> None:
        if 'owner_rx_state_":"' in str(message):
            time.sleep(LATE_S)
        socket.send(message)

    server.on_message(pass_on)


def test_the_model_that_an_address_asks_for_is_taken(arrive: Arrive):
    grace = arrive(reduced_motion="reduce").sign_in("Grace", slack_id="UASKS")
    grace.page.route_web_socket("**/_event/**", tell_owner_late)
    page = grace.open(f"/playground?model={DRAWS}")
    page.wait_for_url("**/playground")  # taken once: a reload goes on where she was
    expect(model(page)).to_have_attribute("value", DRAWS)


def test_the_question_can_be_typed_at_once(arrive: Arrive):
    grace = arrive(reduced_motion="reduce").sign_in("Grace", slack_id="UASKS")
    page = grace.open("/playground")
    expect(field(page)).to_be_focused()
    expect(page.get_by_role("contentinfo").get_by_role("link", name="Status")).to_be_attached()


def test_a_stranger_sees_what_it_is_and_comes_back(arrive: Arrive, site: Site):
    ada = arrive(reduced_motion="reduce")
    site.identity.person("Ada", slack_id=PLAYER)
    page = ada.open(f"/playground?model={DRAWS}")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Talk to any model")
    page.get_by_role("link", name="Sign in with Hack Club").click()
    page.wait_for_url("**/playground*")
    expect(model(page)).to_have_attribute("value", DRAWS)
