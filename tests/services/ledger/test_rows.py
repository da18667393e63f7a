from msgspec.structs import asdict

from hcai_app import clock
from hcai_app.services.ledger import rows
from tests.services.books import Books, entry


async def test_the_export_gives_every_row_once_in_order(books: Books) -> None:
    start = clock.now_ms() - 10_000
    made = [
        entry(started_at_ms=start + n // 3, user_id=f"u{n % 2}", cost=n + 1) for n in range(2_300)
    ]
    for at in range(0, len(made), 500):
        await books.ledger.put(made[at : at + 500])
    exported = [row async for row in rows.rows(books.database)]
    assert [row.id for row in exported] == sorted(row.id for row in made)
    of_user = [row async for row in rows.rows(books.database, user_id="u1")]
    assert {row.id for row in of_user} == {row.id for row in made if row.user_id == "u1"}
    since = [row async for row in rows.rows(books.database, since_ms=start + 700)]
    assert len(since) == len(made) - 2_100
    assert [row async for row in rows.rows(books.database, since_ms=start + 10**6)] == []


async def test_an_exported_row_has_every_field_of_a_row(books: Books) -> None:
    moment = 1_700_000_000_123
    await books.record(entry(started_at_ms=moment, cost=2_100, key_id=None, user_id="u1"))
    (row,) = [row async for row in rows.rows(books.database)]
    assert tuple(asdict(row)) == rows.FIELDS
    assert row.cost_usd == "0.0000021"
    assert row.started_at == "2023-11-14T22:13:20.123000+00:00"
    assert (row.key_id, row.settled, row.streamed) == (None, True, False)
