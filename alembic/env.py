"""Runs the migrations on the connection that `hcai_app.db.migrate` hands over, or DATABASE_URL."""

import asyncio

from sqlalchemy import Connection
from sqlmodel import SQLModel

from alembic import context
from hcai_app.db import models  # noqa: F401 - importing the tables registers them
from hcai_app.db.engine import Database
from hcai_app.settings import load_settings


def run_on(connection: Connection) -> None:
    """Run the migrations on an open connection."""
    context.configure(
        connection=connection,
        target_metadata=SQLModel.metadata,
        render_as_batch=True,
        compare_type=True,
    )
    with context.begin_transaction():
        context.run_migrations()


async def run_on_database() -> None:
    """Run the migrations on DATABASE_URL: what the `alembic` command does."""
    database = Database(load_settings().database_url)
    await database.alter(run_on, "database")
    await database.close()


handed_over = context.config.attributes.get("connection")
if handed_over is None:
    asyncio.run(run_on_database())
else:
    run_on(handed_over)
