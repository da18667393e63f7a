"""`/docs.md` and `/llms.txt`: the docs as plain text."""

from hcai_app.api.exchange import Exchange
from hcai_app.api.proxy.catalog import reply_tagged
from hcai_app.docs import places, plain_text
from hcai_app.worker.context import Worker

MARKDOWN = (b"content-type", b"text/markdown; charset=utf-8")
TEXT = (b"content-type", b"text/plain; charset=utf-8")
# Anybody's page or tool may read them: they hold nothing but what everybody may know.
ANY_ORIGIN = (b"access-control-allow-origin", b"*")


async def show_docs(worker: Worker, exchange: Exchange) -> None:
    """Send all chapters in one, or 304 to whoever has them already."""
    text = plain_text.whole(places(worker.settings))
    await reply_tagged(exchange, text.encode(), ANY_ORIGIN, kind=MARKDOWN)


async def show_index(worker: Worker, exchange: Exchange) -> None:
    """Send what there is to read, or 304 to whoever has it already."""
    text = plain_text.index(places(worker.settings))
    await reply_tagged(exchange, text.encode(), ANY_ORIGIN, kind=TEXT)
