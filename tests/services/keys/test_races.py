"""Sixty racing creations of keys, from several processes with engines of their own."""

import asyncio
import subprocess
import sys
import textwrap

from hcai_app.db.engine import Database
from hcai_app.services.keys import stored
from hcai_app.services.people import users
from tests.harness.processes import ROOT, clean_environment

LIMIT, PROCESSES, TRIES = 50, 4, 15
SECRET = "a secret of the tests, long enough for it"
RACER = textwrap.dedent(
    f"""
    import asyncio, sys
    from hcai_app.db.engine import Database
    from hcai_app.errors import InvalidRequest
    from hcai_app.services.keys import keys, stored

    async def race(url):
        databases = [Database(url) for _ in range(3)]
        print("ready", flush=True)
        sys.stdin.readline()
        async def issue(number):
            try:
                await keys.issue(databases[number % 3], "U1", f"key {{number}}",
                                 secret_key={SECRET!r}, max_keys={LIMIT})
            except InvalidRequest:
                return "refused"
            return "issued"
        print(*await asyncio.gather(*(issue(number) for number in range({TRIES}))))
        for database in databases:
            await database.close()

    asyncio.run(race(sys.argv[1]))
    """
)


def test_sixty_racing_creations_at_a_limit_of_fifty_leave_fifty(migrated_url: str) -> None:
    asyncio.run(_prepare(migrated_url))
    outcomes = _race(migrated_url)
    assert len(outcomes) == PROCESSES * TRIES
    assert outcomes.count("issued") == LIMIT
    assert outcomes.count("refused") == PROCESSES * TRIES - LIMIT
    assert asyncio.run(_active(migrated_url)) == LIMIT


def _race(migrated_url: str) -> list[str]:
    racers = [
        subprocess.Popen(
            [sys.executable, "-c", RACER, migrated_url],
            env=clean_environment(),
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(PROCESSES)
    ]
    for racer in racers:
        assert racer.stdout is not None
        assert racer.stdout.readline() == "ready\n"
    for racer in racers:
        assert racer.stdin is not None
        racer.stdin.write("go\n")
        racer.stdin.flush()
    told = [racer.communicate(timeout=60)[0] for racer in racers]
    return [word for text in told for word in text.split()]


async def _prepare(url: str) -> None:
    database = Database(url)
    await users.create(database, slack_id="U1", name="Ada")
    await database.close()


async def _active(url: str) -> int:
    database = Database(url)
    listed = await stored.of_user(database, "U1")
    await database.close()
    return sum(row.revoked_at is None for row in listed)
