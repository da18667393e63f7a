"""`GET /proxy/v1`: where somebody lands who opens the base URL itself."""

from hcai_app.api.endpoint import ROOT
from hcai_app.api.endpoints import DOCUMENT
from hcai_app.api.exchange import Exchange
from hcai_app.worker.context import Worker


async def greet(worker: Worker, exchange: Exchange) -> None:
    """Say what this is, and where to read on."""
    origin = worker.settings.origin
    await exchange.reply_json(
        200,
        {
            "message": "Hello! This is the base URL of HCAI: give it to your client as it is.",
            "base_url": f"{origin}{ROOT}",
            "docs": f"{origin}/docs",
            "openapi": f"{origin}{ROOT}{DOCUMENT.path}",
        },
    )
