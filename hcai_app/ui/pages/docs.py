"""The page /docs: every chapter on one page, so that the browser's own search works.

The text is Markdown in `hcai_app/docs`, made into elements when the pages are compiled. Beside it
stand the chapters and the search, and a panel under each example.
"""

from collections.abc import Sequence
from functools import cache, partial

import reflex as rx

from hcai_app import docs as written
from hcai_app.docs import Chapter, changed
from hcai_app.docs.examples.library import EXAMPLES
from hcai_app.settings import load_settings
from hcai_app.ui.components import chrome, docs_nav, markdown, shell
from hcai_app.ui.components.arrival import heading, main
from hcai_app.ui.components.choice import remembered_tabs
from hcai_app.ui.components.code import ORIGIN
from hcai_app.ui.components.docs_nav import ChapterEntry, SectionEntry
from hcai_app.ui.components.examples import example_tabs, views_of
from hcai_app.ui.components.markdown import MarkdownContext, Section
from hcai_app.ui.components.new_key import new_key
from hcai_app.ui.components.plain import anchor
from hcai_app.ui.components.run_panel import run_panel
from hcai_app.ui.state.base import SiteState
from hcai_app.ui.state.chapter_copy import ChapterCopyState
from hcai_app.ui.state.docs import DocsState

HERE = "/docs"
PAGES = ("/", "/shared", *(path for _, path, _ in (*shell.SECTIONS, shell.ACCOUNT)))
# The chapter where a newcomer makes a key and gets a first answer.
FIRST = "quick-start"
FIRST_EXAMPLE = "chat"
KEY_NAME = "my first key"
LEAD = "From your first call to streams, tools, pictures and PDFs. Every example runs right here."


@rx.page(
    HERE,
    title="Docs · HCAI",
    description="How to call Hack Club's free AI API, with examples that run on the page.",
    on_load=DocsState.open_page,
)
def docs() -> rx.Component:
    """Show all chapters."""
    return rx.fragment(
        shell.top_bar(HERE),
        rx.el.div(
            rx.el.div(
                docs_nav.search(),
                docs_nav.chapter_list(outline()),
                class_name="docs-side",
            ),
            main(head(), *map(_apart, written.chapters()), class_name="docs-text"),
            remembered_tabs(),
            class_name="wrap docs-page",
        ),
        chrome.site_foot(),
        shell.tab_bar(HERE),
    )


def head() -> rx.Component:
    """Show the docs' introduction, with links to the plain-text version."""
    return rx.el.div(
        heading("Docs"),
        rx.el.p(LEAD),
        rx.el.p(
            "For your own AI to read: ",
            anchor("docs.md", href="/docs.md"),
            " and ",
            anchor("llms.txt", href="/llms.txt"),
            ".",
            class_name="docs-plain",
        ),
        class_name="page-title",
    )


def _apart(given: Chapter) -> rx.Component:
    """Show a chapter as a component of its own: a phone takes long for all of them in one go."""

    def shown() -> rx.Component:
        return chapter(given)

    shown.__name__ = f"chapter_{given.slug.replace('-', '_')}"
    return rx.memo(shown)()


def chapter(given: Chapter) -> rx.Component:
    """Show a chapter, the first one with the place where keys are made."""
    first, *others = [pairs(one.body) for one in parts_of(given)]
    more = [start_card()] if given.slug == FIRST else []
    shown = [*first, *more, *[part for one in others for part in one]]
    return rx.el.section(
        *shown,
        chapter_end(given),
        aria_labelledby=given.slug,
        style=_size(given),
        class_name="docs-chapter",
    )


def _size(given: Chapter) -> dict[str, int]:
    """Return what the height of a chapter that was not laid out yet is guessed by."""
    return {"--letters": len(given.text), "--examples": len(written.EXAMPLE.findall(given.text))}


def pairs(body: Sequence[rx.Component]) -> list[rx.Component]:
    """Return a section's elements: what leads to code in a pair with it.

    On wide screens the code of a pair stands at the right of its words.
    """
    found: list[rx.Component] = []
    words: list[rx.Component] = []
    code: list[rx.Component] = []
    for part in (*body, None):
        if part is not None and _is_code(part):
            code.append(part)
            continue
        if code:
            found.append(_pair(words, code))
            words, code = [], []
        if part is not None:
            words.append(part)
    return [*found, *words]


def _pair(words: list[rx.Component], code: list[rx.Component]) -> rx.Component:
    return rx.el.div(
        rx.el.div(*words, class_name="docs-words"),
        rx.el.div(*code, class_name="docs-beside"),
        class_name="docs-pair",
    )


def _is_code(part: rx.Component) -> bool:
    names = str(getattr(part, "class_name", "")).split()
    return "example-card" in names or "docs-code" in names


def chapter_end(given: Chapter) -> rx.Component:
    """Say when a chapter last changed, and offer it as Markdown."""
    day = changed.day_of(given.slug)
    return rx.el.p(
        rx.el.span(f"Last changed on {day.day} {day:%B %Y}.") if day else rx.fragment(),
        rx.el.button(
            "Copy as Markdown",
            rx.el.span(f", the chapter “{given.title}”", class_name="heard"),
            on_click=ChapterCopyState.copy_chapter(given.slug),
            type="button",
            class_name="small-button",
        ),
        class_name="docs-end",
    )


def start_card() -> rx.Component:
    """Show the form that creates a key, or the sign-in link."""
    return rx.el.div(
        rx.cond(
            SiteState.is_signed_in,
            rx.el.div(
                rx.el.h3("Your first key, right here", class_name="start-title"),
                new_key(
                    limit=load_settings().max_keys,
                    left=-1,
                    on_created=rx.noop(),
                    suggestion=KEY_NAME,
                ),
            ),
            rx.el.div(
                rx.el.h3("Try it before you install anything"),
                rx.el.p(
                    "Sign in, press Run it under an example, and read the answer. It takes no key."
                ),
                anchor(
                    "Sign in with Hack Club",
                    href=f"{shell.SIGN_IN}?to=/docs%23{FIRST}",
                    class_name="button",
                ),
                class_name="start-sign-in",
            ),
        ),
        class_name="card start-card",
    )


def example(chapter_slug: str, name: str, place: str) -> rx.Component:
    """Show an example of the library, and the panel that runs it."""
    shown, places = EXAMPLES[name], _places()
    own_id = f"{chapter_slug}-{name}-example"
    is_first = (chapter_slug, name) == (FIRST, FIRST_EXAMPLE)
    return rx.el.div(
        example_tabs(views_of(shown, places), name=own_id),
        run_panel(shown, places, name=own_id, place=place, is_loud=is_first),
        class_name="card example-card",
    )


@cache
def outline() -> list[ChapterEntry]:
    """Return all chapters with their sections."""
    return [
        ChapterEntry(
            given.slug,
            given.title,
            [SectionEntry(one.anchor, one.title) for one in parts_of(given) if one.depth > 1],
        )
        for given in written.chapters()
    ]


@cache
def parts_of(given: Chapter) -> tuple[Section, ...]:
    """Return a chapter's parts as elements."""
    reading = MarkdownContext(
        name=given.slug,
        anchor_of=partial(written.anchor, given.slug),
        example=partial(example, given.slug),
        origin=load_settings().origin,
        pages=PAGES,
    )
    return tuple(markdown.sections(written.fill(given.text, _places()), reading))


def _places() -> dict[str, str]:
    return written.places(load_settings(), origin=ORIGIN)
