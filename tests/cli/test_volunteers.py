"""`fairuse …` and `safety …`: what a volunteer asks and answers without the desk."""

import json
from collections.abc import AsyncIterator
from typing import Any

import pytest

from hcai_app import clock
from hcai_app.db.engine import Database
from hcai_app.services.call import new_id
from hcai_app.services.fairuse import appeals
from hcai_app.services.fairuse.learned import Learned
from hcai_app.services.fairuse.matching import Content
from hcai_app.services.fairuse.rules import load_own
from hcai_app.services.fairuse.sharing import Sharing
from hcai_app.services.ledger import booking
from hcai_app.services.ledger.refusals import RefusedCall
from hcai_app.services.ledger.rollups import Rollups
from hcai_app.services.safety import reports
from hcai_app.services.safety.counts import SafetyCounts
from tests.cli.wire import assert_fails
from tests.harness.product import Product
from tests.services import books

RULE = next(rule for rule in load_own() if rule.signal == "tools")
ACTS = ("read", "edit", "run", "find")
SHAPES = tuple(f"path:string,what_to_{act}:string" for act in ACTS)


@pytest.fixture
async def database(shop: Product, ada: str) -> AsyncIterator[Database]:
    """The shop's own; making Ada has made its tables."""
    assert ada
    opened = Database(shop.settings["DATABASE_URL"])
    yield opened
    await opened.close()


def lines(shop: Product, *command: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in shop.cli(*command).splitlines()]


def test_a_rule_is_switched_and_switched_back(shop: Product, ada: str) -> None:
    assert ada

    def mode() -> str:
        return {it["id"]: it["mode"] for it in lines(shop, "fairuse", "rules")}[RULE.id]

    assert mode() == RULE.mode
    assert shop.cli("fairuse", "switch", RULE.id, "counting", "--reason", "too eager") == ""
    assert mode() == "counting"
    shop.cli("fairuse", "switch", RULE.id, "file", "--reason", "mended")
    assert mode() == RULE.mode
    assert_fails(shop, "fairuse", "switch", "no-such-rule", "off", "--reason", "x")


async def test_an_appeal_is_listed_until_it_is_answered(
    shop: Product, ada: str, database: Database
) -> None:
    refused = RefusedCall(
        id=new_id(clock.now_ms()),
        user_id=ada,
        key_id=None,
        endpoint="/chat/completions",
        model=None,
        code=403,
        type=appeals.FAIR_USE,
        message="This call looks like a coding agent.",
        rule=RULE.id,
        until_ms=None,
    )
    await appeals.appeal(database, refused, "own_program")
    (appeal,) = lines(shop, "fairuse", "appeals")
    assert (appeal["rule"], appeal["reason"]) == (RULE.id, "own_program")
    shop.cli("fairuse", "answer", refused.id, "accept", "--reason", "A nice game.")
    assert shop.cli("fairuse", "appeals") == ""
    (answered,) = lines(shop, "fairuse", "appeals", "--all")
    assert (answered["is_accepted"], answered["answer"]) == (True, "A nice game.")
    assert_fails(shop, "fairuse", "answer", refused.id, "refuse", "--reason", "again")


async def test_what_was_learned_and_who_shares_is_printed(
    shop: Product, database: Database
) -> None:
    learned = Learned("a secret of the tests, long enough")
    learned.learn(RULE, Content([], [], frozenset(ACTS)), lambda: SHAPES)
    await learned.flush(database)
    (fingerprint,) = lines(shop, "fairuse", "learned")
    assert (fingerprint["rule"], fingerprint["app"]) == (RULE.id, RULE.app)
    sharing = Sharing()
    for network in range(3):
        sharing.note("key_shared", f"198.51.{network}.7", clock.now_ms())
    await sharing.flush(database)
    (day,) = lines(shop, "fairuse", "sharing")
    assert (day["key_id"], day["networks"], day["hours"]) == ("key_shared", 3, 1)
    assert day["day"] == f"{clock.now():%Y-%m-%d}"
    assert shop.cli("fairuse", "sharing", "--since", "2099-01-01") == ""


async def test_counts_and_reports_are_printed_and_a_report_is_closed(
    shop: Product, ada: str, database: Database
) -> None:
    counts = SafetyCounts(database)
    counts.note_help()
    await counts.flush()
    (counted,) = lines(shop, "safety", "counts")
    assert counted == {"day": f"{clock.now():%Y-%m-%d}", "category": "help_opened", "count": 1}
    call = books.entry(user_id=ada)
    await booking.insert(database, Rollups("w"), [call])
    await reports.report(database, ada, call.id, "violent")
    (report,) = lines(shop, "safety", "reports")
    assert (report["call_id"], report["reason"]) == (call.id, "violent")
    shop.cli("safety", "close", call.id, "--reason", "The model is off.")
    assert shop.cli("safety", "reports") == ""
    assert len(lines(shop, "safety", "reports", "--all")) == 1
