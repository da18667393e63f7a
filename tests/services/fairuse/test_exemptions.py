"""Exemptions hold for whom they name, until their time, on every worker within a second."""

from datetime import timedelta
from typing import Any

import pytest

from hcai_app import clock
from hcai_app.db.engine import Database
from hcai_app.errors import InvalidRequest, NotFound
from hcai_app.services.account import deletion
from hcai_app.services.fairuse import exemptions
from hcai_app.services.fairuse.exemptions import Exemptions
from hcai_app.services.keys import keys
from hcai_app.services.people import users
from tests.services.books import caller_of

SECRET = "a secret of the tests, long enough"
RULE, OTHER = "cline-tools", "zed-tools"


async def grant(database: Database, **named: Any) -> str:
    given = {"user": None, "key": None, "rule": None, "reason": "it is a school project"}
    hour = clock.now() + timedelta(hours=1)
    return await exemptions.grant(
        database, **{"until": hour, "secret_key": SECRET, **given, **named}
    )


async def known_to_a_worker(database: Database) -> Exemptions:
    opened = Exemptions(database)
    await opened.load()
    return opened


async def make_user(database: Database, slack_id: str) -> str:
    return await users.create(database, slack_id=slack_id, name="Ada", is_verified=True)


async def test_what_is_named_must_all_be_so(database: Database) -> None:
    ada, bob = [caller_of(await make_user(database, name)) for name in ("UADA", "UBOB")]
    assert not (await known_to_a_worker(database)).cover(ada, RULE)
    made = await grant(database, user="UADA", rule=RULE)
    known = await known_to_a_worker(database)
    assert [known.cover(*asked) for asked in ((ada, RULE), (ada, OTHER), (bob, RULE))] == [
        *(True, False, False)
    ]
    await exemptions.end(database, made)
    assert not (await known_to_a_worker(database)).cover(ada, RULE)
    await grant(database, rule=OTHER)
    known = await known_to_a_worker(database)
    assert [known.cover(*asked) for asked in ((ada, OTHER), (bob, OTHER), (bob, RULE))] == [
        *(True, True, False)
    ]


async def test_a_key_can_be_exempted_by_itself_or_its_id(database: Database) -> None:
    user_id = await make_user(database, "UADA")
    issued = await keys.issue(database, "UADA", "bot", secret_key=SECRET, max_keys=5)
    for named in (issued.secret, issued.id):
        made = await grant(database, key=named)
        (held,) = await exemptions.listed(database)
        assert (held.key_id, held.user_id, held.reason) == (
            issued.id,
            None,
            "it is a school project",
        )
        known = await known_to_a_worker(database)
        assert not known.cover(caller_of(user_id), RULE)
        await exemptions.end(database, made)


async def test_it_ends_with_its_time(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    await make_user(database, "UADA")
    until = clock.now() + timedelta(minutes=1)
    await grant(database, rule=RULE, until=until)
    known = await known_to_a_worker(database)
    assert known.cover(caller_of("usr_x"), RULE)
    monkeypatch.setattr(clock, "now", lambda: until)
    assert not known.cover(caller_of("usr_x"), RULE)
    assert await exemptions.listed(database) == []


@pytest.mark.parametrize(
    ("named", "error", "says"),
    [
        ({}, InvalidRequest, "whom or what"),
        ({"rule": "nothing"}, InvalidRequest, "fairuse rules"),
        ({"rule": RULE, "reason": " "}, InvalidRequest, "reason"),
        ({"rule": RULE, "until": clock.now()}, InvalidRequest, "over already"),
        ({"user": "UNOBODY"}, NotFound, "UNOBODY"),
        ({"key": "key_none"}, NotFound, "no such key"),
    ],
)
async def test_what_makes_no_sense_is_refused(
    database: Database, named: dict[str, Any], error: type[Exception], says: str
) -> None:
    with pytest.raises(error, match=says):
        await grant(database, **named)
    with pytest.raises(NotFound, match="exm_none"):
        await exemptions.end(database, "exm_none")


async def test_they_go_with_the_account(database: Database) -> None:
    user_id = await make_user(database, "UADA")
    await grant(database, user="UADA")
    await deletion.delete(database, user_id, secret_key=SECRET)
    assert await exemptions.listed(database) == []
