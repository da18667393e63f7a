"""The forms of /keys: what they show of a key's rules, and what they change."""

from datetime import timedelta

import pytest

from hcai_app import clock
from hcai_app.errors import InvalidRequest, NotFound
from hcai_app.services.keys import keys, rotation, rules
from hcai_app.services.keys.rules import RulesChange
from hcai_app.ui.state import base, keys_view
from hcai_app.ui.state.keys import KeysState
from hcai_app.worker.context import Worker
from tests.ui.state.conftest import SECRET
from tests.ui.state.tabs import sign_in


async def test_a_form_sets_all_of_a_keys_rules_and_shows_them_again(serving: Worker) -> None:
    ada = await sign_in(serving)
    await keys.issue(serving.database, ada.user_id, "laptop", secret_key=SECRET, max_keys=3)
    state = await ada.open(KeysState)
    await state.load_keys()
    (key,) = state.active
    assert (key.chips, key.is_on, key.last_day, key.budget, key.models) == ((), True, "", "", "")
    model = serving.catalog.chat_models[0]
    last_day = f"{clock.now() + timedelta(days=2):%Y-%m-%d}"
    form = {"name": " bot ", "last_day": last_day, "budget": "0.50", "models": f"{model},"}
    await state.save({"id": key.id, **form})
    (key,) = state.active
    assert (key.name, key.last_day, key.budget, key.models) == ("bot", last_day, "0.5", model)
    assert [chip.text for chip in key.chips][1:] == ["$0.50 a day", f"{model} only"]
    assert key.chips[0].kind == "near"
    await state.save({"id": key.id, "name": "bot", "last_day": "", "budget": "", "models": ""})
    assert state.active[0].chips == ()


async def test_a_switch_is_seen_and_nobody_elses_key_is_touched(serving: Worker) -> None:
    ada, bob = await sign_in(serving), await sign_in(serving, "U2", "Bob")
    issued = await keys.issue(
        serving.database, ada.user_id, "laptop", secret_key=SECRET, max_keys=3
    )
    state = await ada.open(KeysState)
    await state.load_keys()
    await state.switch(issued.id)
    assert [chip.text for chip in state.active[0].chips] == ["Off"]
    await state.switch(issued.id)
    assert state.active[0].is_on
    theirs = await bob.open(KeysState)
    await theirs.load_keys()
    with pytest.raises(NotFound):
        await theirs.switch(issued.id)
    with pytest.raises(NotFound):
        change = RulesChange(is_on=False)
        await rules.change_own(serving.database, bob.user_id, issued.id, change)


@pytest.mark.parametrize(
    "form",
    [
        {"name": ""},
        {"name": "x", "last_day": "yesterday"},
        {"name": "x", "last_day": "2001-01-01"},
        {"name": "x", "budget": "much"},
        {"name": "x", "budget": "-1"},
        {"name": "x", "budget": "NaN"},
        {"name": "x", "models": "nobody/nothing"},
    ],
)
async def test_what_cannot_be_is_said(serving: Worker, form: dict[str, str]) -> None:
    ada = await sign_in(serving)
    await keys.issue(serving.database, ada.user_id, "laptop", secret_key=SECRET, max_keys=3)
    state = await ada.open(KeysState)
    await state.load_keys()
    with pytest.raises(InvalidRequest):
        await state.save({"id": state.active[0].id, **form})


async def test_a_rotated_key_says_so_and_both_are_listed(serving: Worker) -> None:
    ada = await sign_in(serving)
    old = await keys.issue(serving.database, ada.user_id, "laptop", secret_key=SECRET, max_keys=3)
    owner, day = (ada.user_id, old.id), timedelta(hours=24)
    await rotation.rotate_own(serving.database, owner, day, secret_key=SECRET, max_keys=3)
    state = await ada.open(KeysState)
    await state.load_keys()
    assert [key.name for key in state.active] == ["laptop", "laptop"]
    replaced = next(key for key in state.active if key.id == old.id)
    assert replaced.is_rotated
    assert replaced.chips[0].text.startswith("Replaced, ends in 2")


@pytest.mark.parametrize(
    ("spent", "said"),
    [
        (0, ""),
        (799, ""),
        (800, "80% of today's"),
        (999, "today's"),
        (1_000, "Today's budget of"),
        (2_000, "Today's budget of"),
    ],
)
def test_a_budget_is_spoken_of_from_eighty_percent_on(spent: int, said: str) -> None:
    note = base.budget_note(spent * 10**6, 10**9)
    assert said in note
    assert bool(note) == bool(said)


def test_near_means_the_same_for_keys_and_budgets() -> None:
    assert keys_view.NEAR_PERCENT == base.NEAR_PERCENT
