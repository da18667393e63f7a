"""Attempts of a client's address count together, over workers too, and nobody can read of whom."""

import pytest
from limits import parse

from hcai_app.services.limits.address_limit import AddressLimit
from hcai_app.services.redis_client import RedisClient
from tests.harness.databases import OWN_REDIS, emptied_redis

SECRET = "a secret of the tests, long enough for it"
FIVE = parse("5/minute")
HERE, THERE = "203.0.113.77", "2001:db8::/64"


async def test_each_address_has_its_own_count() -> None:
    limit = AddressLimit("guesses", FIVE, None, SECRET)
    assert [(await limit.hit(HERE)).is_allowed for _ in range(6)] == [True] * 5 + [False]
    assert (await limit.hit(THERE)).is_allowed


@pytest.mark.attack
async def test_workers_count_together_and_no_address_is_in_redis() -> None:
    with emptied_redis(OWN_REDIS) as redis:
        shared = [RedisClient(OWN_REDIS) for _ in range(2)]
        workers = [AddressLimit("guesses", FIVE, one, SECRET) for one in shared]
        allowed = [(await workers[turn % 2].hit(HERE)).is_allowed for turn in range(6)]
        assert allowed == [True] * 5 + [False]
        assert (await workers[1].hit(THERE)).is_allowed
        names = redis.keys("*")
        assert len(names) == 2
        assert not [name for name in names if HERE in str(name) or THERE in str(name)]
        assert all(0 < redis.ttl(name) <= 61 for name in names)
        for one in shared:
            await one.close()
