"""The operator's brake, watched: how near all users together are to it, and notices of that.

`limits/budget.py` holds the brake for every call; this only looks on, every ten seconds.
"""

import asyncio
import logging
from dataclasses import dataclass

from hcai_app import clock, formatting
from hcai_app.db import engine
from hcai_app.db.engine import Database
from hcai_app.errors import Unavailable
from hcai_app.services.limits import period
from hcai_app.services.limits.accounts import EVERYBODY, current_account, read_or_unavailable
from hcai_app.services.limits.budget import Budget
from hcai_app.services.notices import notices
from hcai_app.services.notices.notices import Notice, NoticeKind
from hcai_app.services.redis_client import Away

log = logging.getLogger(__name__)

EVERY_S = 10.0
# At these parts of the brake operators get a notice, in percent.
STEPS = (80, 100)


@dataclass(frozen=True, slots=True)
class BrakeState:
    """What all users together have spent of the period's money, in nano-dollars."""

    limit: int
    spent: int
    reserved: int  # for running calls, and rows whose cost is not known yet

    @property
    def percent(self) -> int:
        """How much is spent, in whole percent; of nothing all is."""
        return self.spent * 100 // self.limit if self.limit else 100


async def read(database: Database, budget: Budget) -> BrakeState | None:
    """Return how near the brake is, as the gate thinks, else the ledger; None without a brake.

    Raises:
        Unavailable: When the database is needed and away.
    """
    if budget.brake_nanousd is None:
        return None
    name = current_account(EVERYBODY)
    try:
        gate = await budget.gate(name)
    except Away:
        gate = None
    if gate is not None:
        return BrakeState(budget.brake_nanousd, gate.spent + gate.certain, gate.reserved)
    found = await read_or_unavailable(database, name)
    return BrakeState(budget.brake_nanousd, found.spent, sum(found.unsettled.values()))


class BrakeWatch:
    """What one worker has seen last."""

    def __init__(self, database: Database, budget: Budget) -> None:
        self._database = database
        self._budget = budget
        self.state: BrakeState | None = None  # None: no brake, or nothing seen yet

    async def run(self) -> None:
        """Look on until cancelled; without a brake there is nothing to see."""
        while self._budget.brake_nanousd is not None:
            try:
                await self.look()
            except Unavailable as error:
                log.warning("the brake cannot be looked at: %s", engine.reason(error))
            await asyncio.sleep(EVERY_S)

    async def look(self) -> None:
        """See how near the brake is, and tell the operators at each step.

        Raises:
            Unavailable: When the database is away.
        """
        self.state = await read(self._database, self._budget)
        for step in STEPS:
            if self.state is not None and self.state.percent >= step:
                await notices.tell(self._database, _notice(self.state, step))


def _notice(state: BrakeState, step: int) -> Notice:
    spent, limit = formatting.usd_exact(state.spent), formatting.usd_exact(state.limit)
    until = f"calls are refused until {period.BOUNDARY}"
    then = f"{step} % of it. At 100 % {until}."
    if step >= STEPS[-1]:
        then = f"{until}, or until HCAI_TOTAL_DAILY_BUDGET_USD is raised."
    start_ms = period.budget_period(clock.now_ms()).start_ms
    return Notice(
        NoticeKind.BRAKE,
        f"All users together have spent {spent} of the {limit} that there are for {period.THIS}: "
        f"{then}",
        once=f"brake:{step}:{start_ms}",
        data={"percent": state.percent, "spent_nanousd": state.spent, "limit_nanousd": state.limit},
    )
