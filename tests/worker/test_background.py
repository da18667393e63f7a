import asyncio
from contextlib import AsyncExitStack

from hcai_app.services.ledger import reconciliation
from hcai_app.worker import background

AT_MOST_S = 10


async def test_a_task_that_swallows_a_cancellation_does_not_hold_up_a_stop() -> None:
    # As asyncio's `wait_for` does (Python 3.11) when what it waits for comes in the same moment.
    swallowed = 0

    async def deaf() -> None:
        nonlocal swallowed
        while True:
            try:
                await asyncio.sleep(3600)
            except asyncio.CancelledError:
                swallowed += 1
                if swallowed > 1:
                    raise

    async with asyncio.timeout(AT_MOST_S):
        async with AsyncExitStack() as stack:
            background.keep_running(stack, deaf())
            await asyncio.sleep(0)
    assert swallowed == 2


async def test_a_stop_lets_a_task_finish_what_it_gives_back() -> None:
    has_given_back = False

    async def works() -> None:
        nonlocal has_given_back
        try:
            await asyncio.sleep(3600)
        finally:
            await asyncio.sleep(reconciliation.GIVE_BACK_S)
            has_given_back = True

    async with AsyncExitStack() as stack:
        background.keep_running(stack, works())
        await asyncio.sleep(0)
    assert has_given_back
