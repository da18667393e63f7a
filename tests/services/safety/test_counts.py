"""Numbers of what was found, by day and user; never what it was."""

from hcai_app import clock
from hcai_app.db.engine import Database
from hcai_app.services.ledger.rollups import calendar_day_ms
from hcai_app.services.ops import retention
from hcai_app.services.safety import counts
from hcai_app.services.safety.counts import SafetyCounts
from hcai_app.services.safety.verdicts import Finding, Verdict
from tests.services.outages import PostgresOutage

HELP = Verdict(Finding.HELP, ("self-harm", "self-harm/intent"))
PASSED, UNCHECKED = Verdict(Finding.PASSED), Verdict(Finding.UNCHECKED, because="late")


async def told(database: Database) -> dict[str, int]:
    today = calendar_day_ms(clock.now_ms())
    return {day.category: day.times for day in await counts.by_day(database, today)}


async def test_two_workers_add_up_by_day_and_category(database: Database) -> None:
    for worker in (SafetyCounts(database), SafetyCounts(database)):
        for verdict in (HELP, PASSED, UNCHECKED):
            worker.note("usr_1", verdict)
        worker.note("usr_2", HELP)
        worker.note_help()
        await worker.flush()
        await worker.flush()
    assert await told(database) == {
        "checked": 6,
        "unchecked": 2,
        "self-harm": 4,
        "self-harm/intent": 4,
        "help_opened": 2,
    }
    mine = await database.read(lambda it: counts.of_user(it, "usr_1"), "safety")
    assert [(day.category, day.times) for day in mine] == [
        ("self-harm", 2),
        ("self-harm/intent", 2),
    ]


async def test_what_a_deleted_account_leaves_is_nobodys(database: Database) -> None:
    worker = SafetyCounts(database)
    for user in ("usr_1", "usr_2", "usr_1"):
        worker.note(user, HELP)
    await worker.flush()
    before = await told(database)
    for _ in range(2):
        await database.write(lambda it: counts.forget(it, "usr_1"), "safety")
    assert await told(database) == before
    assert not list(await database.read(lambda it: counts.of_user(it, "usr_1"), "safety"))


async def test_numbers_older_than_the_ledger_go(database: Database) -> None:
    worker = SafetyCounts(database)
    worker.note("usr_1", HELP)
    await worker.flush()
    await retention.clean(database, retention_days=1)
    assert len(await told(database)) == 3
    await retention.clean(database, retention_days=-1)
    assert not await told(database)


async def test_numbers_wait_while_the_database_is_away(outage: PostgresOutage) -> None:
    database = Database(outage.url)
    worker = SafetyCounts(database)
    worker.note("usr_1", HELP)
    await outage.begin()
    await worker.flush()
    await outage.end()
    worker.note("usr_1", HELP)
    await worker.flush()
    assert (await told(database))["self-harm"] == 2
    await database.close()
