"""What operators should know is kept once, whoever sees it."""

from datetime import timedelta

import pytest

from hcai_app import clock
from hcai_app.db.engine import Database
from hcai_app.services.notices import notices
from hcai_app.services.notices.notices import Notice, NoticeKind
from hcai_app.services.ops import retention


def notice(once: str = "brake:80:2026-11-29", text: str = "80 % of today are spent.") -> Notice:
    return Notice(NoticeKind.BRAKE, text, once, {"percent": 80})


async def test_an_occasion_has_one_notice(database: Database) -> None:
    assert await notices.tell(database, notice())
    assert not await notices.tell(database, notice(text="All workers see it."))
    assert await notices.tell(database, notice(once="brake:100:2026-11-29"))
    found = await notices.latest(database)
    assert [row.text for row in found] == ["80 % of today are spent."] * 2
    assert found[0].data == '{"percent":80}'
    assert found[0].kind == "brake"


async def test_a_notice_of_a_change_that_does_not_happen_is_none(database: Database) -> None:
    with pytest.raises(ZeroDivisionError):
        await database.write(lambda it: notices.append(it, notice()) and 1 / 0, "notices")
    assert await notices.latest(database) == []


async def test_old_notices_go(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    await notices.tell(database, notice())
    later = clock.now() + notices.KEPT + timedelta(days=1)
    monkeypatch.setattr(clock, "now", lambda: later)
    await notices.tell(database, notice(once="another"))
    await retention.clean(database, 400)
    assert len(await notices.latest(database)) == 1
