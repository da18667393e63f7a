"""Nothing of the desk is among what Reflex sends to browsers, or runs for them."""

import reflex as rx

import hcai_app.hcai_app  # noqa: F401 - registers every state and page
from hcai_app.edge.event_guard import admit
from tests.harness.tabs import ROOT, SITE

NAMES = ("desk", "admin")


def states(of: type[rx.State]) -> list[type[rx.State]]:
    return [of, *(one for child in of.get_substates() for one in states(child))]


def test_no_state_and_no_handler_is_the_desks() -> None:
    """What a state is called, and what it holds at first, is sent to everybody."""
    found = states(rx.State)
    assert len(found) > 5
    told = [state.get_full_name() for state in found]
    told += [name for state in found for name in (*state.vars, *state.event_handlers)]
    assert [name for name in told if any(word in name.lower() for word in NAMES)] == []


def test_a_forged_event_of_the_desk_is_dropped() -> None:
    for name in (
        f"{SITE}.ban",
        f"{ROOT}.hcai_app___api___desk___acts.ban",
        f"{SITE}.hcai_app___ui___state___desk____desk_state.ban",
        "hcai_app.api.desk.acts.ban",
    ):
        assert admit({"name": name, "payload": {"user": "UADA"}, "router_data": {}}) is None
