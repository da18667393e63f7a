"""The table behind a model, for queries that name their columns."""

from typing import cast

from sqlalchemy import Table, inspect
from sqlmodel import SQLModel


def table_of(model: type[SQLModel]) -> Table:
    """Return the table of a model."""
    return cast(Table, inspect(model).local_table)
