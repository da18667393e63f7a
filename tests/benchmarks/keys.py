"""Users and keys for the load: 1,000 users with one key each, made through HCAI's own services.

Runs in a process of its own, since the settings are read once there.
"""

import argparse
import asyncio
import json
import os
import subprocess
import sys
import time

from hcai_app.db import migrate
from hcai_app.db.engine import Database
from hcai_app.services.keys import keys
from hcai_app.services.people import users
from hcai_app.settings import Settings, load_settings


def make_keys(count: int, env: dict[str, str]) -> list[str]:
    """Bring the database up to date and return the keys of `count` fresh users."""
    command = [sys.executable, "-m", "tests.benchmarks.keys", str(count)]
    made = subprocess.run(
        command, env={**os.environ, **env}, capture_output=True, text=True, check=False
    )
    if made.returncode:
        raise RuntimeError(f"no keys could be made:\n{made.stderr[-2000:]}")
    return json.loads(made.stdout.splitlines()[-1])


async def _make(count: int) -> list[str]:
    current = load_settings()
    database = Database(current.database_url)
    await migrate.upgrade(database)
    run = time.time_ns()
    made = [await _one(database, current, f"UBENCH{run}{i}") for i in range(count)]
    await database.close()
    return made


async def _one(database: Database, current: Settings, slack_id: str) -> str:
    user_id = await users.create(database, slack_id=slack_id, name="Bench", is_verified=True)
    secret_key = current.secret_key.get_secret_value()
    issued = await keys.issue(database, user_id, "bench", secret_key=secret_key, max_keys=1)
    return issued.secret


def main() -> None:
    parser = argparse.ArgumentParser(description="make users with one key each")
    parser.add_argument("count", type=int)
    print(json.dumps(asyncio.run(_make(parser.parse_args().count))))


if __name__ == "__main__":
    main()
