"""`/robots.txt` and `/sitemap.xml`: what search engines may read, each model's page included."""

from collections.abc import Iterable
from html import escape

from hcai_app.api import safety_pages
from hcai_app.api.exchange import Exchange
from hcai_app.api.proxy.catalog import reply_tagged
from hcai_app.errors import Unavailable
from hcai_app.services.models import facts
from hcai_app.worker.context import Worker

TEXT = (b"content-type", b"text/plain; charset=utf-8")
XML = (b"content-type", b"application/xml")
# The pages that show a stranger more than the way to sign in.
PUBLIC = ("", "docs", "models", "playground", "global")
# What answers programs, or one person alone.
PRIVATE = (
    "/api/",
    "/auth/",
    "/proxy/",
    "/sign-in/",
    "/dashboard",
    "/keys",
    "/activity",
    "/account",
)


async def show_rules(worker: Worker, exchange: Exchange) -> None:
    """Send what robots may read."""
    await reply_tagged(exchange, rules(worker.settings.origin).encode(), kind=TEXT)


async def show_sitemap(worker: Worker, exchange: Exchange) -> None:
    """Send the addresses of the public pages; without the models' while these are unknown."""
    try:
        names = [card.id for card in await facts.listed(worker.catalog)]
    except Unavailable:
        names = []
    await reply_tagged(exchange, sitemap(worker.settings.origin, names).encode(), kind=XML)


def rules(origin: str) -> str:
    """Return the text of `/robots.txt`."""
    closed = "".join(f"Disallow: {path}\n" for path in PRIVATE)
    return f"User-agent: *\n{closed}\nSitemap: {origin}/sitemap.xml\n"


def sitemap(origin: str, models: Iterable[str]) -> str:
    """Return the text of `/sitemap.xml`."""
    pages = [*PUBLIC, *(f"models/{name}" for name in models)]
    paths = [*(f"/{page}" for page in pages), *safety_pages.PAGES]
    found = "".join(f"<url><loc>{escape(origin + path)}</loc></url>\n" for path in paths)
    head = '<?xml version="1.0" encoding="UTF-8"?>\n'
    return f'{head}<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n{found}</urlset>\n'
