"""What a request leaves behind: rows in the ledger, and calls at the provider."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Any, Protocol

from tests.harness.product import Product


class Counting(Protocol):
    """A provider that counts the calls it has got."""

    def count(self) -> int: ...


def rows(product: Product) -> list[dict[str, Any]]:
    """The ledger as its table has it, oldest first."""
    with closing(sqlite3.connect(product.folder / "hcai.db")) as books:
        books.row_factory = sqlite3.Row
        return [dict(row) for row in books.execute("SELECT * FROM calls ORDER BY id")]


@contextmanager
def leaving(product: Product, provider: Counting, *, traces: int) -> Iterator[None]:
    """What happens within reaches the provider so often, and leaves as many rows: 0 or 1."""
    rows_before, calls_before = len(rows(product)), provider.count()
    yield
    left = (len(rows(product)) - rows_before, provider.count() - calls_before)
    assert left == (traces, traces), "rows and calls"
