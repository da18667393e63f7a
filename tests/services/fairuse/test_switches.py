"""Rules are switched while HCAI runs, with a reason, and every worker knows."""

import pytest

from hcai_app.db.engine import Database
from hcai_app.errors import FairUseRefused, InvalidRequest, NotFound
from hcai_app.services import audit
from hcai_app.services.fairuse import switches
from tests.services.books import caller_of
from tests.services.fairuse.test_learned import CALLS, worker

ADA = caller_of("usr_ada")
RULE, TITLE = "sillytavern-title", {b"x-title": b"SillyTavern"}


async def test_a_rule_is_off_counting_on_and_as_the_file_says(database: Database) -> None:
    upkeep = worker(database)
    fair_use = upkeep.fair_use
    for mode, is_refused in (
        *(("counting", False), ("off", False), ("on", True), ("off", False), ("file", True)),
    ):
        await switches.switch(database, RULE, mode, "tried")
        await upkeep.load()
        CALLS.clear()
        if is_refused:
            with pytest.raises(FairUseRefused):
                fair_use.check_headers(ADA, TITLE)
        else:
            fair_use.check_headers(ADA, TITLE)
        assert [(RULE, mode)] * (mode == "counting") == CALLS or is_refused
    acts = await database.read(audit.listed, "audit log")
    assert [act.act for act in acts] == ["fairuse.switch"] * 5
    assert (acts[1].before, acts[1].after) == ('{"mode":"counting"}', '{"mode":"off"}')
    assert acts[0].before == '{"mode":"on"}'


async def test_no_unknown_rule_mode_or_empty_reason(database: Database) -> None:
    for rule, mode, reason, error in (
        ("nothing", "on", "why", NotFound),
        (RULE, "maybe", "why", InvalidRequest),
        (RULE, "on", "  ", InvalidRequest),
    ):
        with pytest.raises(error):
            await switches.switch(database, rule, mode, reason)
    assert await switches.modes(database) == {}
