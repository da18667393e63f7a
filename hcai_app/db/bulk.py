"""Bulk inserts and upserts with few statements, on SQLite and PostgreSQL.

The driver's `executemany` on SQLite runs a statement a row and releases the GIL at each: under load
a group of forty rows then waited longer for the GIL than for the disk. Here a group takes two
statements, multiples of eight and the rest, so that few prepared statements suffice. PostgreSQL
takes columns as arrays: one statement, the same for any number of rows.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from typing import Any

from sqlalchemy import Connection, Table
from sqlalchemy.dialects import postgresql

STEP = 8
LARGEST = 64

# A statement in the dialect's own words, and its values.
Statement = tuple[str, tuple[Any, ...]]


class Bulk:
    """The statements that insert rows of some columns into a table."""

    def __init__(self, table: Table, columns: Sequence[str], *, on_conflict: str = "") -> None:
        head = f"INSERT INTO {table.name} ({', '.join(columns)})"
        self._head = f"{head} VALUES "
        self._tail = f" {on_conflict}" if on_conflict else ""
        self._width = len(columns)
        self._texts: dict[int, str] = {}
        types = [table.c[name].type.compile(dialect=postgresql.dialect()) for name in columns]
        arrays = ", ".join(f"${at}::{kind}[]" for at, kind in enumerate(types, 1))
        self._of_arrays = f"{head} SELECT * FROM unnest({arrays}){self._tail}"  # noqa: S608 - names of our tables

    def insert(self, connection: Connection, rows: Sequence[Iterable[Any]]) -> list[Any]:
        """Insert rows, each with a value for every column, in their order.

        Returns the first column of what the statements return, if they do.
        """
        returned = list[Any]()
        for text, values in self.statements(connection.dialect.name, rows):
            # Through SQLAlchemy, which separates connection errors from integrity errors.
            done = connection.exec_driver_sql(text, values)
            if done.returns_rows:
                returned += done.scalars()
        return returned

    def statements(self, dialect: str, rows: Sequence[Iterable[Any]]) -> Iterator[Statement]:
        """Yield the statements that insert rows, for `Database.write_batch`."""
        if rows and dialect != "sqlite":
            yield self._of_arrays, tuple(map(list, zip(*rows, strict=True)))
            return
        start = 0
        while start < len(rows):
            left = len(rows) - start
            size = left if left < STEP else min(left - left % STEP, LARGEST)
            values = tuple(chain.from_iterable(rows[start : start + size]))
            yield self._of_values(size), values
            start += size

    def _of_values(self, size: int) -> str:
        text = self._texts.get(size)
        if text is None:
            row = f"({', '.join('?' * self._width)})"
            text = self._texts[size] = self._head + ", ".join([row] * size) + self._tail
        return text


def adding(table: Table, sums: Iterable[str], latest: Iterable[str] = ()) -> str:
    """Return the upsert clause that adds `sums` and keeps the maximum of `latest`."""
    name, key = table.name, ", ".join(column.name for column in table.primary_key)
    steps = [f"{column} = {name}.{column} + excluded.{column}" for column in sums]
    steps += [
        f"{column} = CASE WHEN excluded.{column} > {name}.{column} "
        f"THEN excluded.{column} ELSE {name}.{column} END"
        for column in latest
    ]
    return f"ON CONFLICT ({key}) DO UPDATE SET {', '.join(steps)}"
