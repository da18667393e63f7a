"""`/docs.md` and `/llms.txt`: the docs as plain text."""

from hcai_app.api.exchange import Exchange
from hcai_app.api.proxy.catalog import reply_tagged
from hcai_app.docs import places, plain_text
from hcai_app.worker.context import Worker

MARKDOWN = (b"content-type", b"text/markdown; charset=utf-8")
TEXT = (b"content-type", b"text/plain; charset=utf-8")
# CORS for every origin: the texts are public.
ANY_ORIGIN = (b"access-control-allow-origin", b"*")


async def show_docs(worker: Worker, exchange: Exchange) -> None:
    """Send all chapters as one text, or 304 when the ETag matches."""
    text = plain_text.whole(places(worker.settings))
    await reply_tagged(exchange, text.encode(), ANY_ORIGIN, kind=MARKDOWN)


async def show_index(worker: Worker, exchange: Exchange) -> None:
    """Send the index of chapters, or 304 when the ETag matches."""
    text = plain_text.index(places(worker.settings))
    await reply_tagged(exchange, text.encode(), ANY_ORIGIN, kind=TEXT)
