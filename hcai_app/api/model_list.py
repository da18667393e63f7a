"""`GET /api/models`: the compact model list for scripts of our pages, built once a catalog."""

import gzip

import msgspec

from hcai_app.api.exchange import Exchange
from hcai_app.api.proxy.catalog import reply_tagged
from hcai_app.services.models import listing
from hcai_app.services.models.listing import ListedModel
from hcai_app.worker.context import Worker

GZIP = (b"content-encoding", b"gzip")
VARY = (b"vary", b"accept-encoding")


class _Made:
    """The encoded list, and what it was made of."""

    of: tuple[ListedModel, ...] = ()
    data: bytes = msgspec.json.encode({"models": []})
    packed: bytes = gzip.compress(data, mtime=0)


async def show(worker: Worker, exchange: Exchange) -> None:
    """Send every allowed model with its searchable, filterable and visible fields."""
    models = await listing.listed(worker.catalog)
    if _Made.of is not models:
        _Made.data = msgspec.json.encode({"models": models})
        _Made.packed = gzip.compress(_Made.data, 6, mtime=0)
        _Made.of = models
    if "gzip" in (exchange.header(b"accept-encoding") or ""):
        await reply_tagged(exchange, _Made.packed, GZIP, VARY)
    else:
        await reply_tagged(exchange, _Made.data, VARY)
