"""Who found a key ends it; its owner reads where it was found."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from hcai_app import clock
from hcai_app.db.engine import Database
from hcai_app.db.tables import keys_table
from hcai_app.errors import NotFound
from hcai_app.services.account import deletion
from hcai_app.services.keys import keys, leaks, rotation, stored
from hcai_app.services.keys.leaks import FoundKey, LeakSource
from hcai_app.services.people import users

SECRET = "a secret of the tests, long enough"
URL = "https://github.com/ada/bot/blob/main/bot.py"
STRANGER = keys.PREFIX + "0" * 64


async def make(database: Database, slack_id: str, name: str = "bot") -> tuple[str, str, str]:
    """A user, their key's id, and the key."""
    user_id = await users.create(database, slack_id=slack_id, name="Ada")
    issued = await keys.issue(database, slack_id, name, secret_key=SECRET, max_keys=5)
    return user_id, issued.id, issued.secret


async def tell(database: Database, *found: FoundKey) -> list[str | None]:
    ended = await leaks.end(database, found, LeakSource.GITHUB, secret_key=SECRET)
    return [one and one.id for one in ended]


async def test_a_found_key_ends_and_its_owner_reads_where_it_was(database: Database) -> None:
    user_id, key_id, secret = await make(database, "UADA")
    other_id, *_ = await make(database, "UBOB")
    found = (FoundKey(STRANGER), FoundKey(secret, URL), FoundKey("no key at all"))
    assert await tell(database, *found) == [None, key_id, None]
    (key,) = await stored.of_user(database, "UADA")
    assert key.revoked_at is not None
    (leak,) = await leaks.of_user(database, user_id)
    assert (leak.name, leak.source, leak.url) == ("bot", LeakSource.GITHUB, URL)
    assert (await leaks.own(database, user_id, key_id)) == leak
    assert await leaks.of_user(database, other_id) == []
    with pytest.raises(NotFound):
        await leaks.own(database, other_id, key_id)


async def test_what_is_told_again_changes_nothing(database: Database) -> None:
    user_id, key_id, secret = await make(database, "UADA")
    first = await leaks.end(database, [FoundKey(secret)], LeakSource.FOUND, secret_key=SECRET)
    assert [one and (one.was_active, one.was_told) for one in first] == [(True, False)]
    before = await leaks.own(database, user_id, key_id)
    assert await tell(database, FoundKey(secret, URL), FoundKey(secret, URL)) == [key_id] * 2
    assert await leaks.own(database, user_id, key_id) == before


async def test_a_key_that_its_owner_had_revoked_is_told_of_all_the_same(database: Database) -> None:
    user_id, key_id, secret = await make(database, "UADA")
    await keys.revoke_own(database, user_id, key_id)
    (revoked,) = await stored.of_user(database, "UADA")
    assert await tell(database, FoundKey(secret, URL)) == [key_id]
    (key,) = await stored.of_user(database, "UADA")
    assert key.revoked_at == revoked.revoked_at
    assert (await leaks.own(database, user_id, key_id)).url == URL


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "http://a.example", "https://a@b.example", "https://[", "", None]
)
async def test_only_a_plain_address_is_linked_to(database: Database, url: str | None) -> None:
    user_id, key_id, secret = await make(database, "UADA")
    await tell(database, FoundKey(secret, url))
    assert (await leaks.own(database, user_id, key_id)).url is None


async def test_a_leaked_key_gets_a_successor_with_its_rules(database: Database) -> None:
    user_id, key_id, secret = await make(database, "UADA")
    await tell(database, FoundKey(secret))
    issued = await rotation.rotate_own(
        database, (user_id, key_id), timedelta(), secret_key=SECRET, max_keys=5
    )
    leak = await leaks.own(database, user_id, key_id)
    assert leak.successor_id == issued.id
    old, new = await stored.of_user(database, "UADA")
    assert (old.name, new.name) == ("bot", "bot")
    assert new.revoked_at is None


async def test_a_deleted_account_leaves_no_address_behind(database: Database) -> None:
    user_id, _, secret = await make(database, "UADA")
    await tell(database, FoundKey(secret, URL))
    await deletion.delete(database, user_id, secret_key=SECRET)
    kept = await database.read(lambda it: it.scalar(select(keys_table.c.leak_url)), "keys")
    assert kept is None


async def test_after_a_month_pages_remind_nobody(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    user_id, key_id, secret = await make(database, "UADA")
    await tell(database, FoundKey(secret))
    later = clock.now() + leaks.REMINDED + timedelta(days=1)
    monkeypatch.setattr(clock, "now", lambda: later)
    assert await leaks.of_user(database, user_id) == []
    assert await leaks.own(database, user_id, key_id)


async def test_a_thousand_tokens_in_one_message(database: Database) -> None:
    made = {}
    for n in range(30):
        _, key_id, secret = await make(database, f"U{n}")
        made[n * 33] = (key_id, secret)
    found = [FoundKey(made[n][1] if n in made else STRANGER, URL) for n in range(1_000)]
    assert await tell(database, *found) == [made[n][0] if n in made else None for n in range(1_000)]
