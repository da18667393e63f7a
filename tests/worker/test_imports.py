"""What a worker loads before its first call."""

import subprocess
import sys

from tests.harness.processes import ROOT

# What calls never need, and what it would take of each worker's memory: the pages 17 MB, the
# simulated provider 8, sign-in's cryptography 10, migrations 8, Redis' client and the drawing of
# terminals 4 each, the way to PostgreSQL 2.
RARE = (
    *("reflex", "aiohttp", "hcai_app.simulator", "cryptography", "joserfc", "authlib.oauth2"),
    *("alembic", "redis", "rich", "pygments", "sqlalchemy.ext.asyncio", "asyncpg"),
)


def test_a_worker_of_the_api_loads_nothing_that_calls_never_need() -> None:
    code = (
        "import sys, hcai_app.__main__, hcai_app.cli.checks, hcai_app.edge.server;"
        "import hcai_app.edge.api_server; from hcai_app.db.engine import Database;"
        "Database('sqlite:///unopened.db');"
        f"found = sys.modules.keys() & {{*{RARE!r}}}; assert not found, found"
    )
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True)
