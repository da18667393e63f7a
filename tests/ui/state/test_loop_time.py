import asyncio
import time

import pytest

from hcai_app.ui.state.loop_time import Meter


async def test_only_work_counts_not_waiting() -> None:
    meter = Meter()

    async def work() -> str:
        await asyncio.sleep(0.2)
        time.sleep(0.02)
        await asyncio.sleep(0.2)
        return "done"

    assert await meter.over(work()) == "done"
    assert 0.02 <= meter.spent_s < 0.2


async def test_work_hears_that_it_is_cancelled() -> None:
    ended = asyncio.Event()

    async def work() -> None:
        try:
            await asyncio.sleep(60)
        finally:
            ended.set()

    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.05):
            await Meter().over(work())
    assert ended.is_set()


async def test_errors_come_through() -> None:
    async def work() -> None:
        raise LookupError

    with pytest.raises(LookupError):
        await Meter().over(work())
