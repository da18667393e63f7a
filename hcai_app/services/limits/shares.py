"""Shares: what one worker may spend of a budget while Redis is away.

The first call of an outage reads what the ledger says is left of its budget; each worker may spend
that, divided by how many workers there are. What is read holds for this outage alone.
"""

from dataclasses import dataclass

from hcai_app.db.engine import Database
from hcai_app.services.limits.accounts import AccountId, Claim, Held, read_or_unavailable
from hcai_app.services.limits.verdicts import exhausted, share_used, waiting
from hcai_app.services.redis_client import RedisClient


@dataclass(slots=True)
class _Share:
    """What the ledger said at the outage's first call, and what this worker has spent since."""

    epoch: int  # of `RedisClient`
    spent: int
    unsettled: int
    used: int = 0


class Shares:
    """The shares of one worker."""

    def __init__(self, database: Database, redis: RedisClient) -> None:
        self._database = database
        self._redis = redis
        self._shares: dict[AccountId, _Share] = {}

    def clear(self) -> None:
        """Forget all: the outage is over."""
        self._shares.clear()

    def use(self, name: AccountId, amount: int) -> None:
        """Count what a call has cost, or may still, whose row is in the ledger now."""
        if (share := self._shares.get(name)) is not None:
            share.used += amount

    async def check(self, claims: list[Claim], held: dict[AccountId, Held]) -> None:
        """Refuse a call that is over the share of any account; `held` are this worker's calls.

        Raises:
            BudgetExhausted: When the ledger says that the whole budget is spent.
            RateLimited: When only running or unsettled calls stand in the way.
            Unavailable: When the share is used up, or the spending cannot be read.
        """
        for claim in claims:
            await self._find(claim.account)
        # Nothing is awaited between the last look and what the caller holds then.
        for claim in claims:
            await self._check(claim, held.get(claim.account) or Held())

    async def _check(self, claim: Claim, held: Held) -> None:
        name, limit = claim.account, claim.limit
        share = await self._find(name)
        if share.spent >= limit:
            raise exhausted(claim)
        part = (limit - share.spent - share.unsettled) // self._redis.workers
        used = share.used + held.certain_sum
        if used + held.reserved_sum < part:
            return
        if (await read_or_unavailable(self._database, name)).spent >= limit:
            raise exhausted(claim)
        if used < part or share.spent + share.unsettled >= limit:
            raise waiting(claim)
        raise share_used(name)

    async def _find(self, name: AccountId) -> _Share:
        share, epoch = self._shares.get(name), self._redis.epoch
        if share is None or share.epoch != epoch:
            found = await read_or_unavailable(self._database, name)
            known = self._shares.get(name)
            if known is None or known.epoch != epoch:  # else another call was faster
                unsettled = sum(found.unsettled.values())
                self._shares[name] = _Share(epoch, found.spent, unsettled)
        return self._shares[name]
