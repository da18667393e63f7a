"""How widely a key is used: numbers of a day, and a notice when they are large."""

from hcai_app import clock
from hcai_app.db.engine import Database
from hcai_app.services.fairuse import sharing
from hcai_app.services.fairuse.sharing import KeyDay, Sharing
from hcai_app.services.notices import notices

DAY = clock.floor_ms(clock.now_ms(), clock.MS_PER_DAY)


async def test_networks_and_hours_are_counted_each_once(database: Database) -> None:
    seen = Sharing()
    for _ in range(3):
        for at, address in enumerate(("10.0.0.1", "10.0.0.9", "10.0.1.1", "2001:db8:1:2::/64")):
            seen.note("key_1", address, DAY + at * clock.MS_PER_HOUR)
        seen.note("key_1", "2001:db8:1:9::/64", DAY)
        seen.note("key_2", "unknown", DAY)
    await seen.flush(database)
    assert await sharing.widest(database, DAY) == [
        KeyDay(DAY, "key_1", 3, 4),
        KeyDay(DAY, "key_2", 1, 1),
    ]
    assert await notices.latest(database) == []


async def test_the_worker_that_saw_most_counts_and_a_new_day_begins_at_nothing(
    database: Database,
) -> None:
    one, other = Sharing(), Sharing()
    for at in range(5):
        one.note("key_1", f"10.0.{at}.1", DAY)
    other.note("key_1", "10.9.9.9", DAY + clock.MS_PER_HOUR)
    for worker in (one, other, one):
        await worker.flush(database)
    assert await sharing.widest(database, DAY) == [KeyDay(DAY, "key_1", 5, 1)]
    tomorrow = DAY + clock.MS_PER_DAY
    one.note("key_1", "10.0.0.1", tomorrow)
    await one.flush(database)
    assert await sharing.widest(database, tomorrow) == [KeyDay(tomorrow, "key_1", 1, 1)]


async def test_many_networks_or_hours_make_one_notice_a_day_that_names_no_address(
    database: Database,
) -> None:
    seen = Sharing()
    for at in range(sharing.MANY_NETWORKS):
        seen.note("key_wide", f"203.0.{at}.77", DAY)
        await seen.flush(database)
    for hour in range(sharing.MANY_HOURS + 2):
        seen.note("key_long", "203.0.113.77", DAY + hour * clock.MS_PER_HOUR)
        await seen.flush(database)
    told = await notices.latest(database)
    assert {notice.kind for notice in told} == {"fair_use"}
    assert len(told) == 2
    assert all("203.0" not in notice.text + notice.data for notice in told)
    assert {"key_wide", "key_long"} == {
        key for key in ("key_wide", "key_long") for notice in told if key in notice.text
    }
