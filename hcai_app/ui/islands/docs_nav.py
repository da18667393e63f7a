"""Islands of the docs: chapters, table of contents, search."""

from dataclasses import dataclass

import reflex as rx


@dataclass(frozen=True)
class SectionEntry:
    """A section in the contents of its chapter."""

    anchor: str
    title: str


@dataclass(frozen=True)
class ChapterEntry:
    """A chapter and its sections."""

    slug: str
    title: str
    sections: list[SectionEntry]


class _DocsNav(rx.Component):
    library = "$/public/docs-nav.jsx"
    chapters: rx.Var[list[ChapterEntry]]


class _Chapters(_DocsNav):
    tag = "Chapters"


class _Contents(_DocsNav):
    tag = "Contents"


class _DocsSearch(rx.Component):
    library = "$/public/docs-search.jsx"
    tag = "DocsSearch"
    within: rx.Var[str]


def chapter_list(chapters: list[ChapterEntry]) -> rx.Component:
    """List the chapters, the one being read marked; on a phone it unfolds."""
    return _Chapters.create(chapters=chapters)


def contents(chapters: list[ChapterEntry]) -> rx.Component:
    """List the sections of the chapter being read."""
    return _Contents.create(chapters=chapters)


def search(*, within: str) -> rx.Component:
    """Search the headings and texts of the element with that id."""
    return _DocsSearch.create(within=within)
