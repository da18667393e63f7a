"""`GET /api/account.json`: export of everything stored about the signed-in user.

Ledger rows are streamed with keyset paging, so memory stays bounded.
"""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import msgspec

from hcai_app import clock, money
from hcai_app.api.exchange import JSON_TYPE, Exchange
from hcai_app.api.proxy import callers
from hcai_app.services.account import export
from hcai_app.services.account.export import AccountExport, Holdings, SafetyHoldings
from hcai_app.services.call import Caller
from hcai_app.services.ledger.rollups import SUMS
from hcai_app.worker.context import Worker

HEADERS = (
    JSON_TYPE,
    (b"content-disposition", b'attachment; filename="hcai-account.json"'),
    (b"cache-control", b"no-store"),
)
PIECE_BYTES = 65_536


async def download(worker: Worker, exchange: Exchange) -> None:
    """Stream the export as a file download, with backpressure from the client."""
    caller = await callers.signed_in(worker, exchange)
    holdings = await export.holdings_of(worker.database, caller)
    await exchange.start(200, *HEADERS)
    if exchange.method != "HEAD":
        await _stream(worker, exchange, caller, holdings)
    await exchange.write(b"", more=False)


async def _stream(worker: Worker, exchange: Exchange, caller: Caller, holdings: Holdings) -> None:
    """Stream one JSON object with its lists; stop when the client disconnects."""
    left = asyncio.create_task(exchange.until_left())
    lists = {
        "hours": _hours(export.hours_of(worker.database, caller)),
        "calls": export.calls_of(worker.database, caller),
    }
    try:
        await exchange.write(msgspec.json.encode(_head(holdings)).removesuffix(b"}"))
        for name, rows in lists.items():
            await exchange.write(f',"{name}":[\n'.encode())
            async for piece in _pieces(rows):
                if left.done():
                    return
                await exchange.write(piece)
            await exchange.write(b"]")
        await exchange.write(b"}\n")
    finally:
        left.cancel()


async def _pieces(rows: AsyncIterator[Any]) -> AsyncIterator[bytes]:
    """Batch rows into chunks worth sending."""
    piece, comma = bytearray(), b""
    async for row in rows:
        piece += comma + msgspec.json.encode(row)
        comma = b",\n"
        if len(piece) > PIECE_BYTES:
            await asyncio.sleep(0)  # yield to other calls, however fast this client reads
            yield bytes(piece)
            piece.clear()
    yield bytes(piece)


async def _hours(rows: AsyncIterator[dict[str, Any]]) -> AsyncIterator[dict[str, Any]]:
    async for row in rows:
        sums = {name: row[name] for name in SUMS}
        yield {
            "start": clock.from_ms(row["start_ms"]),
            "key_id": row["key_id"] or None,
            "model": row["model"],
            **_sums(sums),
        }


def _head(holdings: Holdings) -> dict[str, Any]:
    account = holdings.account
    return {
        "exported_at": clock.now(),
        "profile": _profile(account),
        "sessions": [
            {
                "created_at": session.created_at,
                "expires_at": session.ends_at,
                "is_this_one": session.is_this_one,
            }
            for session in account.sessions
        ],
        "keys": holdings.keys,
        "refused_calls": holdings.refusals,
        "safety": _safety(holdings.safety),
        "totals": _sums(holdings.totals),
        "totals_by_key": [_total(row) for row in holdings.totals_by_key],
    }


def _safety(held: SafetyHoldings) -> dict[str, Any]:
    return {
        "found": [
            {"day": clock.from_ms(day), "category": category, "times": times}
            for day, category, times in held.found
        ],
        "reports": [
            {
                "request_id": it.call_id,
                "reason": it.reason,
                "created_at": it.created_at,
                "closed_at": it.closed_at,
                "answer": it.answer,
            }
            for it in held.reports
        ],
        "exemptions": [
            {"rule": it.rule, "key_id": it.key_id, "until": it.until, "reason": it.reason}
            for it in held.exemptions
        ],
        "appeals": held.appeals,
        "key_days": [
            {
                "day": clock.from_ms(it.start_ms),
                "key_id": it.key_id,
                "networks": it.networks,
                "hours": it.hours,
            }
            for it in held.key_days
        ],
    }


def _profile(account: AccountExport) -> dict[str, Any]:
    """Return the user's profile; a null budget means the default budget."""
    given = account.profile
    limit = given.budget_nanousd
    return {
        "id": given.id,
        "name": given.name,
        "slack_id": given.slack_id,
        "subject": given.subject,
        "email": given.email,
        "is_verified": given.is_verified,
        "verification_status": given.verification_status,
        "ysws_eligible": given.ysws_eligible,
        "budget_usd": None if limit is None else money.to_text(limit),
        "granted_budget_usd": None
        if given.grant_nanousd is None
        else money.to_text(given.grant_nanousd),
        "granted_until": given.granted_until,
        "grant_reason": given.grant_reason,
        "created_at": given.created_at,
        "signed_in_at": given.signed_in_at,
    }


def _total(row: dict[str, Any]) -> dict[str, Any]:
    """Return a key's totals; a null key id groups the calls without a key."""
    sums = {name: row[name] for name in SUMS}
    last_call = clock.from_ms(row["last_call_ms"])
    return {"key_id": row["key_id"] or None, "last_call_at": last_call, **_sums(sums)}


def _sums(sums: dict[str, int]) -> dict[str, Any]:
    counts = {name: value for name, value in sums.items() if name != "cost_nanousd"}
    return {**counts, "cost_usd": money.to_text(sums["cost_nanousd"])}
