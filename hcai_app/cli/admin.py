"""`migrate`, `doctor`, `serve`, `simulate`: running the service itself."""

import argparse
import asyncio
import signal
from pathlib import Path
from typing import Any, NoReturn

from hcai_app.cli.table import add_command, port, say, worker_count
from hcai_app.db import faults, schema
from hcai_app.db.engine import Database
from hcai_app.errors import InvalidRequest
from hcai_app.services.ops import folders
from hcai_app.settings import JOURNALS, WEB, Settings

DEVELOPMENT_HOST = "127.0.0.1"
PRODUCTION_HOST = "0.0.0.0"  # noqa: S104 - production stands behind a reverse proxy
DEFAULT_PORT = 3000


def add_to(commands: Any) -> None:
    """Add the area's commands."""
    brought = "bring the database to the current schema"
    add_command(commands, "migrate", brought, command=_migrate, needs_schema=False)
    checked = "check everything that must work"
    add_command(commands, "doctor", checked, command=_doctor, needs_schema=False)
    served = add_command(commands, "serve", "the production server", offline=_serve)
    served.add_argument("--host")
    served.add_argument("--port", type=port, default=DEFAULT_PORT)
    served.add_argument("--workers", type=worker_count, default=1)
    served.add_argument(
        "--api-workers",
        type=worker_count,
        default=0,
        help="so many besides, for calls alone: without the pages they take less memory",
    )
    parts = served.add_mutually_exclusive_group()
    parts.add_argument(
        "--backend-only", action="store_true", help="API and UI events, without the pages"
    )
    parts.add_argument("--api-only", action="store_true", help="the API alone")
    simulated = add_command(commands, "simulate", "the simulated provider alone", offline=_simulate)
    simulated.add_argument("--host", default=DEVELOPMENT_HOST)
    simulated.add_argument("--port", type=port, required=True)


async def _migrate(database: Database, _settings: Settings, _parsed: argparse.Namespace) -> None:
    from hcai_app.db import migrate  # noqa: PLC0415 - Alembic, which no other command needs

    await migrate.upgrade(database)


async def _doctor(database: Database, settings: Settings, _parsed: argparse.Namespace) -> int:
    from hcai_app.cli import checks  # noqa: PLC0415 - so that the other commands start faster

    results = await checks.run(database, settings)
    for result in results:
        say(f"{'ok  ' if result.is_good else 'FAIL'} {result.name}: {result.text}")
    return 0 if all(result.is_good for result in results) else 1


def _serve(settings: Settings, parsed: argparse.Namespace) -> int:
    from hcai_app.cli import checks  # noqa: PLC0415 - as above
    from hcai_app.edge import server  # noqa: PLC0415 - brings the API, which no other command needs

    signal.signal(signal.SIGTERM, _end)  # until the server takes its signals itself
    if parsed.api_only and parsed.api_workers:
        raise InvalidRequest("with --api-only all are API workers: write --workers")
    if parsed.workers + parsed.api_workers > 1 and not settings.redis_url:
        raise InvalidRequest("more than one worker needs REDIS_URL: write redis://localhost:6379/0")
    checks.read_data()
    asyncio.run(_require_schema(settings))  # before the pages are built and the workers begin
    _require_folders([JOURNALS, *([] if parsed.backend_only or parsed.api_only else [WEB])])
    host = parsed.host or (PRODUCTION_HOST if settings.is_production else DEVELOPMENT_HOST)
    app = server.API
    if not parsed.api_only:
        app = server.APP
        _prepare_pages(parsed.port, with_pages=not parsed.backend_only)
    workers = server.Workers(parsed.workers, parsed.api_workers)
    return server.serve(app, settings, host=host, port=parsed.port, workers=workers)


def _end(*_signal: Any) -> NoReturn:
    raise SystemExit(0)


def _require_folders(needed: list[Path]) -> None:
    if problem := next(folders.problems(needed), None):
        raise InvalidRequest(problem)


def _prepare_pages(port: int, *, with_pages: bool) -> None:
    """Build missing pages, and set the app up to serve them."""
    from hcai_app.frontend import build  # noqa: PLC0415 - brings Reflex

    try:
        if with_pages:
            build.ensure_built()
    except build.BuildError as error:
        raise InvalidRequest(f"the pages cannot be built:\n{error}") from error
    build.serve_built_pages(port, with_pages=with_pages)


async def _require_schema(settings: Settings) -> None:
    """Refuse a database without the current schema; workers wait for one that is away."""
    database = Database(settings.database_url)
    try:
        with faults.explained(database):
            if settings.is_production:
                await schema.require_current(database)
            else:  # workers migrate it, unless it is newer
                await schema.is_current(database)
    except faults.DatabaseFault as fault:
        if faults.is_final(fault):
            raise
    finally:
        await database.close()


def _simulate(_settings: Settings, parsed: argparse.Namespace) -> None:
    from hcai_app.simulator import server as simulator  # noqa: PLC0415 - as above

    try:
        simulator.run(parsed.host, parsed.port)
    except OSError as error:
        raise InvalidRequest(f"cannot listen there: {error.strerror}") from error
