import asyncio
from datetime import timedelta
from typing import Any

import pytest

from hcai_app import clock
from hcai_app.db.engine import Database
from hcai_app.errors import InvalidRequest, NotFound, RateLimited
from hcai_app.services.keys import keys, stored
from hcai_app.services.people import users
from tests.services.books import fetch

SECRET = "a secret of the tests, long enough for it"
LIMIT = 50


@pytest.fixture(autouse=True)
async def user_id(database: Database) -> str:
    return await users.create(database, slack_id="U1", name=" Ada ")


async def issue(database: Database, name: str = "laptop", max_keys: int = LIMIT) -> keys.IssuedKey:
    return await keys.issue(database, "U1", name, secret_key=SECRET, max_keys=max_keys)


async def test_a_key_is_shown_once_and_kept_as_a_hash(database: Database) -> None:
    issued = await issue(database)
    assert keys.PATTERN.fullmatch(issued.secret)
    (row,) = await fetch(database, "SELECT * FROM keys")
    assert issued.secret not in str(row)
    assert issued.secret[20:50] not in str(row)
    ((preview,),) = await fetch(database, "SELECT preview FROM keys")
    assert preview == f"{issued.secret[:13]}…{issued.secret[-4:]}"
    (listed,) = await stored.of_user(database, "U1")
    assert not hasattr(listed, "hash")
    assert (listed.id, listed.name, listed.revoked_at) == (issued.id, "laptop", None)


async def test_the_limit_counts_active_keys_only(database: Database) -> None:
    first = await issue(database, max_keys=2)
    await issue(database, max_keys=2)
    with pytest.raises(InvalidRequest, match="2 active keys"):
        await issue(database, max_keys=2)
    await keys.revoke(database, first.id, secret_key=SECRET)
    await issue(database, max_keys=2)
    assert len(await stored.of_user(database, "U1")) == 3


@pytest.mark.attack
async def test_keys_that_are_made_and_revoked_end_at_a_hundred_a_day(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(keys.MADE_A_DAY):
        issued = await issue(database, max_keys=1)
        await keys.revoke(database, issued.id, secret_key=SECRET)
    with pytest.raises(RateLimited) as refused:
        await issue(database, max_keys=1)
    assert 86_000 < int(refused.value.headers["Retry-After"]) <= 86_401
    await issue(database)  # whoever may have fifty at once may make two hundred
    await users.create(database, slack_id="U2", name="Grace")
    await keys.issue(database, "U2", "hers", secret_key=SECRET, max_keys=1)
    tomorrow = clock.now() + timedelta(days=1, seconds=1)
    monkeypatch.setattr(clock, "now", lambda: tomorrow)
    (mine, *_) = [key for key in await stored.of_user(database, "U1") if key.revoked_at is None]
    await keys.revoke(database, mine.id, secret_key=SECRET)
    assert await issue(database, max_keys=1)


@pytest.mark.parametrize("by", ["id", "secret"])
async def test_a_key_is_revoked_by_its_id_or_itself(by: str, database: Database) -> None:
    issued, other = await issue(database), await issue(database)
    await keys.revoke(database, getattr(issued, by), secret_key=SECRET)
    revoked = {row.id: row.revoked_at for row in await stored.of_user(database, "U1")}
    assert revoked[issued.id] is not None
    assert revoked[other.id] is None
    await keys.revoke(database, issued.id, secret_key=SECRET)  # twice is once
    again = {row.id: row.revoked_at for row in await stored.of_user(database, "U1")}
    assert again == revoked


@pytest.mark.parametrize(
    "name",
    [
        "",
        "  ",
        "\n",
        "a\0b",
        "a\x07",
        "\x1b[2J",
        "a\x1fb",
        "a\x7f",
        "a\x85b",
        "a\u2028b",
        "\u202egpj.exe",
    ],
)
async def test_a_key_needs_a_name_that_can_be_read(name: str, database: Database) -> None:
    with pytest.raises(InvalidRequest) as refusal:
        await issue(database, name)
    assert refusal.value.param == "name"


@pytest.mark.parametrize("name", ["laptop", "Änne's 👩‍👩‍👧", "مفتاح", "<reflex.Var>x</reflex.Var>"])
async def test_a_key_may_be_called_anything_that_can_be_read(name: str, database: Database) -> None:
    assert (await issue(database, name)).name == name


async def test_names_are_kept_short_and_on_one_line(database: Database) -> None:
    await issue(database, "my\n  laptop " + "🙂" * 500)
    (row,) = await stored.of_user(database, "U1")
    assert row.name.startswith("my laptop 🙂")
    assert len(row.name) == keys.MAX_NAME


async def test_what_is_not_there_is_not_found(database: Database) -> None:
    wrong: list[Any] = [
        keys.revoke(database, "key_none", secret_key=SECRET),
        keys.revoke(database, keys.PREFIX + "0" * 64, secret_key=SECRET),
        stored.of_user(database, "U404"),
        keys.issue(database, "U404", "x", secret_key=SECRET, max_keys=5),
        users.ban(database, "U404", "spam"),
        users.set_budget(database, "U404", 5),
    ]
    for attempt in wrong:
        with pytest.raises(NotFound):
            await attempt


async def test_every_decision_about_a_user_or_key_is_told_to_the_workers(
    database: Database, user_id: str
) -> None:
    issued = await issue(database)
    await keys.revoke(database, issued.id, secret_key=SECRET)
    await users.ban(database, "U1", "spam")
    await users.unban(database, user_id)
    await users.set_budget(database, "U1", 9)
    told = await fetch(database, "SELECT user_id, key_id FROM changes ORDER BY id")
    assert told[-4:] == [(user_id, issued.id), (user_id, None), (user_id, None), (user_id, None)]


async def test_a_user_is_found_by_each_of_their_names(database: Database, user_id: str) -> None:
    await users.set_budget(database, user_id, 9)
    for reference in ("U1", user_id):
        row = await database.read(lambda it: users.find(it, reference), "user")  # noqa: B023 - runs at once
        assert (row.name, row.budget_nanousd) == ("Ada", 9)


async def test_a_slack_id_is_taken_once_even_in_a_race(database: Database) -> None:
    made = await asyncio.gather(
        *(users.create(database, slack_id="U2", name="Bob") for _ in range(8)),
        return_exceptions=True,
    )
    assert sum(isinstance(one, str) for one in made) == 1
    assert {type(one) for one in made} == {str, InvalidRequest}
