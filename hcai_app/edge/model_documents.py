"""The documents of `/models` and of each model: readable without a script, a 404 for the unknown.

Reflex builds one document for all models. What it says of a model in particular is put into it
here, from the catalog: its title and preview into the head, its facts into a `<noscript>`.
"""

from collections.abc import Iterable
from html import escape
from pathlib import Path

from starlette.middleware.gzip import GZipMiddleware
from starlette.responses import HTMLResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from hcai_app import formatting, money
from hcai_app.errors import NotFound, Unavailable
from hcai_app.services.models import facts, listing
from hcai_app.services.models.facts import ModelFacts
from hcai_app.services.models.worth import worth
from hcai_app.settings import Settings
from hcai_app.worker import context

FOLDER = "/models"
PARTS = 2  # of a model's name: author and slug
LIST, ANY_MODEL_PAGE = "models.html", "__spa-fallback.html"
PREVIEW = "/icons/preview.png"
HEAD_END, BODY = "</head>", "<body>"


class ModelDocuments:
    """Answers requests for these documents; everything else is the wrapped app's."""

    def __init__(self, app: ASGIApp, *, pages: Path, settings: Settings) -> None:
        self.app = app
        self.pages = pages
        self.settings = settings

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, or pass on."""
        app = await self._document(scope["path"]) if _is_read(scope) else None
        await (app or self.app)(scope, receive, send)

    async def _document(self, path: str) -> ASGIApp | None:
        parts = path.removeprefix(FOLDER).strip("/").split("/")
        if parts == [""]:
            return await self._list()
        return await self._model("/".join(parts)) if len(parts) == PARTS else None

    async def _list(self) -> ASGIApp | None:
        try:
            models = await listing.listed(_catalog())
        except Unavailable:
            return None
        rows = [(f"{FOLDER}/{one.id}", one.name, one.line) for one in models]
        return self._filled(LIST, "", f"<h1>Models</h1>{_links(rows)}")

    async def _model(self, name: str) -> ASGIApp | None:
        try:
            known = await facts.facts(_catalog(), name)
        except NotFound:
            text = "<h1>That model is not offered here</h1>" + _links([(FOLDER, "All models", "")])
            return self._filled(ANY_MODEL_PAGE, "<title>Model · HCAI</title>", text, status=404)
        except Unavailable:
            return None
        return self._filled(ANY_MODEL_PAGE, self._head(known), self._facts(known))

    def _filled(self, name: str, head: str, body: str, *, status: int = 200) -> ASGIApp | None:
        try:
            page = (self.pages / name).read_text()
        except FileNotFoundError:  # pages are served by Vite
            return None
        plain = f'<noscript><main class="wrap page">{body}</main></noscript>'
        page = page.replace(HEAD_END, head + HEAD_END, 1).replace(BODY, BODY + plain, 1)
        return GZipMiddleware(HTMLResponse(page, status))

    def _head(self, known: ModelFacts) -> str:
        card = known.card
        title, line = f"{card.name} · HCAI", f"{card.line} Free for teenagers, with one key."
        origin = self.settings.origin
        properties = {
            "og:title": title,
            "og:description": line,
            "og:url": f"{origin}{FOLDER}/{card.id}",
            "og:image": f"{origin}{PREVIEW}",
        }
        metas = [f'<meta property="{name}" content="{escape(text)}"/>'
                 for name, text in properties.items()]  # fmt: skip
        described = f'<meta name="description" content="{escape(line)}"/>'
        return f"<title>{escape(title)}</title>{described}{''.join(metas)}"

    def _facts(self, known: ModelFacts) -> str:
        card = known.card
        budget = money.to_nanousd(self.settings.daily_budget_usd)
        rows = {
            "Id": card.id,
            "Made by": card.maker,
            "Takes": ", ".join(card.inputs),
            "Gives": ", ".join(card.outputs),
            "Context": f"{formatting.tokens(card.context)} tokens" if card.context else "",
            "What it costs": worth(card, budget),
        }
        listed = "".join(
            f"<dt>{escape(name)}</dt><dd>{escape(text)}</dd>" for name, text in rows.items() if text
        )
        return (
            f"<h1>{escape(card.name)}</h1><p>{escape(card.line)}</p><dl>{listed}</dl>"
            f"<p>{escape(known.description)}</p>{_links([(FOLDER, 'All models', '')])}"
        )


def _is_read(scope: Scope) -> bool:
    is_below = scope["type"] == "http" and scope["path"].startswith(FOLDER)
    return is_below and scope["method"] in ("GET", "HEAD") and context.current() is not None


def _catalog() -> facts.Catalog:
    serving = context.current()
    if serving is None:
        raise Unavailable(context.NOT_SERVING)
    return serving.catalog


def _links(rows: Iterable[tuple[str, str, str]]) -> str:
    items = (f'<li><a href="{escape(to)}">{escape(name)}</a> {escape(line)}</li>'
             for to, name, line in rows)  # fmt: skip
    return f"<ul>{''.join(items)}</ul>"
