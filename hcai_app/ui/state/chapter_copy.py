"""Copies a chapter of the docs as Markdown: the page need not hold it twice."""

import reflex as rx
from reflex.event import EventSpec

from hcai_app import docs
from hcai_app.docs import plain_text
from hcai_app.errors import NotFound
from hcai_app.settings import load_settings
from hcai_app.ui.state import page_actions


class ChapterCopyState(rx.State):
    """Nothing is kept of it."""

    @rx.event
    def copy_chapter(self, slug: str) -> list[EventSpec]:
        """Put a chapter into the clipboard.

        Raises:
            NotFound: When there is no such chapter.
        """
        chapter = next((one for one in docs.chapters() if one.slug == slug), None)
        if chapter is None:
            raise NotFound("There is no such chapter.")
        text = plain_text.chapter(chapter, docs.places(load_settings()))
        return [page_actions.copy(text), page_actions.success("Copied", f"“{chapter.title}”")]
