from hcai_app import clock
from hcai_app.services.call import new_id
from hcai_app.services.ops import retention
from tests.services.books import Books, entry, rows, sums


async def test_old_rows_go_and_their_sums_stay(books: Books) -> None:
    now = clock.now_ms()
    for age_days in (0, 399, 401, 900):
        await books.record(entry(started_at_ms=now - age_days * clock.MS_PER_DAY))
    waiting = entry(started_at_ms=now - 500 * clock.MS_PER_DAY, cost=None)
    await books.record(waiting)
    before = await sums(books.database, "usage_hours")
    await retention.clean(books.database, 400)
    left = await rows(books.database)
    assert len(left) == 3
    assert waiting.id in {row["id"] for row in left}  # its cost is still on the way
    assert await sums(books.database, "usage_hours") == before
    assert (await sums(books.database, "key_totals"))[0] == 5
    assert (await sums(books.database, "site_days"))[0] == 5


async def test_many_old_rows_go_in_portions(books: Books) -> None:
    old = clock.now_ms() - 500 * clock.MS_PER_DAY
    made = [entry(id=new_id(old), started_at_ms=old) for _ in range(retention.BATCH + 50)]
    for start in range(0, len(made), 500):
        await books.ledger.put(made[start : start + 500])
    await retention.clean(books.database, 400)
    assert await rows(books.database) == []
