"""`GET /api/activity.csv`: the user's calls as CSV, newest first, filtered like the page.

The columns are those of a ledger row.
"""

import asyncio
import csv
import io
from collections.abc import AsyncIterator, Iterable
from typing import Any
from urllib.parse import parse_qsl

from hcai_app import clock
from hcai_app.api.exchange import Exchange
from hcai_app.api.proxy import callers
from hcai_app.errors import InvalidRequest
from hcai_app.services.call import LedgerEntry
from hcai_app.services.ledger import rows
from hcai_app.services.usage import activity, filters
from hcai_app.services.usage.filters import Filter
from hcai_app.worker.context import Worker

CSV_TYPE = (b"content-type", b"text/csv; charset=utf-8")
MAX_QUERY = 2_000


async def show_csv(worker: Worker, exchange: Exchange) -> None:
    """Stream the user's calls that match the query's filter, chunk by chunk."""
    caller = await callers.signed_in(worker, exchange)
    wanted = _wanted(exchange)
    pieces = activity.every(worker.database, caller.user_id, wanted)
    first = await anext(pieces)  # an error before the first byte still sets the status
    name = f"hcai-activity-{clock.now():%Y-%m-%d}.csv"
    as_file = (b"content-disposition", f'attachment; filename="{name}"'.encode())
    await exchange.start(200, CSV_TYPE, as_file)
    if exchange.method == "HEAD":
        await exchange.write(b"", more=False)
        return
    await exchange.write(_lines([rows.FIELDS, *_cells(first)]))
    await _send_rest(exchange, pieces)


async def _send_rest(exchange: Exchange, pieces: AsyncIterator[list[LedgerEntry]]) -> None:
    """Stream the remaining chunks; stop when the client disconnects."""
    leaving = asyncio.create_task(exchange.until_left())
    try:
        async for piece in pieces:
            if leaving.done():
                return
            await exchange.write(_lines(_cells(piece)))
        await exchange.write(b"", more=False)
    finally:
        leaving.cancel()


def _wanted(exchange: Exchange) -> Filter:
    query = exchange.query_string
    if len(query) > MAX_QUERY:
        raise InvalidRequest("The filter is too long.")
    pairs = parse_qsl(query.decode("latin-1"), keep_blank_values=True)
    given = dict(pairs)
    if len(given) != len(pairs):
        raise InvalidRequest("Name each part of the filter once.")
    return filters.parse(given)


def _cells(entries: list[LedgerEntry]) -> Iterable[list[Any]]:
    return (rows.cells(rows.exported(entry)) for entry in entries)


def _lines(cells: Iterable[Iterable[Any]]) -> bytes:
    text = io.StringIO()
    csv.writer(text).writerows(cells)
    return text.getvalue().encode()
