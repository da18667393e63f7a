"""What passes the gate of the event socket."""

import inspect
from typing import Any

import pytest

import hcai_app.hcai_app  # noqa: F401 - registers every state
from hcai_app.edge.event_guard import admit
from hcai_app.edge.reflex_internals import events
from hcai_app.ui.state.activity import ActivityState
from tests.harness.tabs import DASHBOARD, HYDRATE, ROOT, SITE

ROUTE = {"pathname": "/dashboard", "asPath": "/dashboard?a=b", "query": {"a": "b"}}
CHOOSE = f"{DASHBOARD}.choose_range"
ACTIVITY = ActivityState.get_full_name()


def event_handler(name: str) -> Any:
    registered = events.event_handler(name)
    assert registered is not None
    return registered[0].fn


def event(name: str, payload: Any = None, **more: Any) -> dict[str, Any]:
    return {"name": name, "payload": payload or {}, "router_data": ROUTE, **more}


@pytest.mark.parametrize(
    "sent",
    [
        event(HYDRATE, {"vars": {}, "hashes": ["a"]}),
        event(HYDRATE),
        event(f"{SITE}.load"),
        event(CHOOSE, {"value": "7d"}),
        event(f"{ROOT}.reflex___state____on_load_internal_state.on_load_internal"),
    ],
)
def test_what_pages_send_goes_through_as_it_is(sent: dict[str, Any]) -> None:
    assert admit(sent) == sent


@pytest.mark.parametrize(
    "sent",
    [
        None,
        "text",
        [],
        {},
        {"name": 1},
        event("no.such", {"prompt": "hello"}),
        event(f"{SITE}.setvar", {"var_name": "name", "value": "Ada"}),
        event(f"{DASHBOARD}.setvar", {"var_name": "_secret", "value": "Ada"}),
        event(f"{SITE}.enter"),
        event(f"{SITE}.caller"),
        event(f"{SITE}._caller"),
        event(f"{SITE}.__init__"),
        event(f"{ROOT}.set_is_hydrated", {"value": True}),
        event(f"{ROOT}.hydrate"),
        event(CHOOSE, ["7d"]),
        event(CHOOSE, "7d"),
    ],
)
def test_what_no_page_sends_is_dropped(sent: Any) -> None:
    assert admit(sent) is None


@pytest.mark.parametrize(
    "value",
    [None, 1, True, ["7d"], {"a": "7d"}, "7d\0", "\ud800"],
)
def test_an_argument_is_what_the_handler_says(value: Any) -> None:
    assert admit(event(CHOOSE, {"value": value})) is None


@pytest.mark.parametrize("method", [f"{DASHBOARD}.show_tail", f"{ACTIVITY}.show_live"])
@pytest.mark.parametrize("value", [None, 1, "a", [], {}, {"rows": [], "sums": {}}])
def test_what_only_our_own_code_hands_over_comes_from_no_page(method: str, value: Any) -> None:
    (name,) = list(inspect.signature(event_handler(method)).parameters)[1:]
    assert admit(event(method, {name: value})) is None


def test_arguments_that_a_handler_has_not_are_refused() -> None:
    assert admit(event(CHOOSE, {"value": "7d", "user_id": "usr_1"})) is None
    assert admit(event(CHOOSE)) is None


@pytest.mark.parametrize("odd", [float("nan"), float("inf"), 2**53 + 1, "\0"])
def test_what_no_database_takes_is_refused_however_deep(odd: Any) -> None:
    assert admit(event(HYDRATE, {"vars": {"a": [{"b": odd}]}})) is None


def test_browsers_give_back_only_what_we_ask_them_to_keep() -> None:
    kept = {f"{DASHBOARD}.range_rx_state_": "7d", f"{DASHBOARD}.group": "key"}
    forged = {
        f"{SITE}.name": "Ada",
        f"{SITE}.is_signed_in_rx_state_": True,
        f"{DASHBOARD}.measure": ["no text"],
        f"{DASHBOARD}.problem": "x",
        "no.such": "x",
        "x": "x",
    }
    update = f"{ROOT}.reflex___state____update_vars_internal_state.update_vars_internal"
    for name in (HYDRATE, update):
        assert admit(event(name, {"vars": kept | forged})) == event(name, {"vars": kept})
        assert admit(event(name, {"vars": "x"})) is None or name == HYDRATE


def test_endless_nesting_is_refused() -> None:
    deep: Any = "x"
    for _ in range(500):
        deep = [deep]
    assert admit(event(HYDRATE, {"vars": {"a": deep}})) is None


def test_a_page_says_where_it_is_and_nothing_else() -> None:
    forged = {**ROUTE, "headers": {"cookie": "hcai_session=ses_1"}, "token": "x", "ip": "1.2.3.4"}
    admitted = admit(event(HYDRATE, token="another", router_data=forged))
    assert admitted == event(HYDRATE)


@pytest.mark.parametrize("odd", [None, [], "x", {"pathname": 1}, {"query": {"a": {"b": 1}}}])
def test_a_place_that_makes_no_sense_is_left_out(odd: Any) -> None:
    admitted = admit({**event(HYDRATE), "router_data": odd})
    assert admitted is not None
    assert admitted["router_data"] in ({}, {"query": {}})
