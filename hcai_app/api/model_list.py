"""`GET /api/models`: the compact model list that pages search, built once per catalog version."""

import gzip
from typing import Any

import msgspec

from hcai_app import clock, formatting, money
from hcai_app.api.exchange import Exchange
from hcai_app.api.proxy.catalog import reply_tagged
from hcai_app.services.models import colors, facts, worth
from hcai_app.services.models.facts import ModelCard
from hcai_app.worker.context import Worker

NEW_S = 60 * 24 * 60 * 60
VARIES = "varies"
GZIP = (b"content-encoding", b"gzip")
VARY = (b"vary", b"accept-encoding")


class _Made:
    """The cached list and its cache key: catalog, edition and UTC day."""

    of: tuple[int, int, int] = (0, 0, 0)
    data: bytes = b""
    packed: bytes = b""


async def show(worker: Worker, exchange: Exchange) -> None:
    """Send every allowed model with its searchable, filterable and visible fields."""
    await worker.catalog.language_models()
    now_ms = clock.now_ms()
    # The mark of a new model depends on the calendar day, whatever the budget's period is.
    catalog = worker.catalog
    edition = catalog.edition + catalog.unserved.edition
    of = (id(catalog), edition, now_ms // clock.MS_PER_DAY)
    if _Made.of != of:
        cards = await facts.listed(catalog)
        budget = money.to_nanousd(worker.settings.daily_budget_usd)
        models = [
            {
                **model_row(card, now_ms // 1000),
                "words": worth.worth(card, budget),
                "isUnserved": catalog.unserved.has(card.id),
            }
            for card in cards
        ]
        _Made.data = msgspec.json.encode({"models": models})
        _Made.packed = gzip.compress(_Made.data, 6, mtime=0)
        _Made.of = of
    if "gzip" in (exchange.header(b"accept-encoding") or ""):
        await reply_tagged(exchange, _Made.packed, GZIP, VARY)
    else:
        await reply_tagged(exchange, _Made.data, VARY)


def model_row(card: ModelCard, now_s: int) -> dict[str, Any]:
    """Return one model for the page: formatted texts, and numbers to sort by."""
    return {
        "id": card.id,
        "name": card.name,
        "maker": card.maker,
        "color": colors.color_of(colors.model_color_index(card.id)),
        "kind": card.kind,
        "line": card.line,
        "inputs": card.inputs,
        "outputs": card.outputs,
        "context": card.context,
        "contextText": formatting.tokens(card.context) if card.context else formatting.NOTHING,
        **_prices(card),
        "isFree": card.is_free,
        "created": card.created_s,
        "isNew": 0 <= now_s - card.created_s < NEW_S,
        "isForbidden": card.terms.verdict == "forbidden",
        "reasons": card.reasons,
        "tools": card.uses_tools,
        "maxOutput": card.max_output,
        "parameters": card.parameters,
    }


def _prices(card: ModelCard) -> dict[str, Any]:
    """Return the prices for a million tokens, or of one piece where that is what is paid for.

    `cost` (in and out together) and `dearest` are dollars to sort and filter by; null: unknown.
    """
    read, written = card.prices.get("prompt"), card.prices.get("completion")
    each, unit = _each(card)
    if each and not read and not written:
        return {
            "priceIn": formatting.NOTHING,
            "priceOut": formatting.usd(each),
            "each": unit,
            "cost": None,
            "dearest": None,
        }
    known = [] if read is None or written is None else [read, written]
    return {
        "priceIn": _text(card, read),
        "priceOut": formatting.NOTHING if card.kind == "embedding" else _text(card, written),
        "each": f"+ {formatting.usd(each)} {unit}" if each else "",
        "cost": sum(known) / money.NANO if known else None,
        "dearest": max(known) / money.NANO if known else None,
    }


def _each(card: ModelCard) -> tuple[int, str]:
    """Return what a call costs by itself, or an image that is not paid for by its tokens."""
    if price := card.prices.get("request"):
        return price, "a call"
    if "image" in card.outputs and "image_output" not in card.prices:
        is_by_token = card.prices.get("completion")
        return (0 if is_by_token else card.prices.get("image", 0)), "an image"
    return 0, ""


def _text(card: ModelCard, price: int | None) -> str:
    if price is None:
        return VARIES
    return "free" if card.is_free else formatting.usd(price)
