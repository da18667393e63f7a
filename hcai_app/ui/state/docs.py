"""State of /docs: what its search finds. The address keeps what is looked for."""

import json
from urllib.parse import urlencode

import reflex as rx
from reflex.event import EventSpec

from hcai_app.docs import search as written
from hcai_app.settings import load_settings
from hcai_app.ui.state import page_actions
from hcai_app.ui.state.base import SiteState
from hcai_app.ui.view_models.docs import FoundView, PieceView

PAGE_PATH = "/docs"
FIELD = "docs-search"


class DocsState(SiteState):
    """What one tab looks for."""

    query: str = ""
    found: rx.Field[list[FoundView]] = rx.field(default_factory=list)
    visits: int = 0  # the field begins again with each, from what the address says

    @rx.var
    def count(self) -> str:
        """Say how many places there are."""
        if not self.query:
            return ""
        return "One place" if len(self.found) == 1 else f"{len(self.found)} places"

    @rx.event
    async def open_page(self) -> EventSpec | None:
        """Look for what the address says."""
        await self.enter()
        before = self.query
        self._find(self.router.url.query_parameters.get("q", ""))
        # Else the field stays: somebody may be typing into it before the page has opened.
        self.visits += self.query != before
        return page_actions.focus(FIELD) if self.query else None

    @rx.event(supersedes=True)
    def search(self, words: str) -> EventSpec:
        """Look for words, as they are typed."""
        self._find(words)
        return _readdress(self.query)

    @rx.event
    def clear(self) -> EventSpec:
        """Look for nothing: somebody has chosen, or given up."""
        self._find("")
        self.visits += 1
        return _readdress("")

    @rx.event
    def go_first(self) -> list[EventSpec]:
        """Go to the first place."""
        if not self.found:
            return []
        anchor = json.dumps(f"#{self.found[0].anchor}")
        return [self.clear(), page_actions.run(f"window.location.assign({anchor})")]

    def _find(self, words: str) -> None:
        self.query = words[: written.MAX_QUERY].strip()
        self.found = [_view(one) for one in written.find(self.query, load_settings())]


def _view(one: written.DocsMatch) -> FoundView:
    entry = one.entry
    chapter = entry.chapter if entry.chapter != entry.title else ""
    pieces = [PieceView(text, is_marked) for text, is_marked in one.pieces]
    return FoundView(entry.anchor, entry.title, chapter, pieces)


def _readdress(query: str) -> EventSpec:
    path = f"{PAGE_PATH}?{urlencode({'q': query})}" if query else PAGE_PATH
    return page_actions.run(
        f"history.replaceState(history.state, '', {json.dumps(path)} + location.hash)"
    )
