"""The search of the docs: every word counts, headings come first, what was looked for is marked."""

import pytest

from hcai_app import docs
from hcai_app.docs import search
from hcai_app.docs.search import DocsEntry
from hcai_app.settings import load_settings

ENTRIES = (
    DocsEntry("start", "Quick start", "Quick start", "Ask, stream."),
    DocsEntry("chat-streaming", "Chat", "Streaming", "Word by word."),
    DocsEntry("chat-tools", "Chat", "Tools", "A model calls (yours)."),
    DocsEntry("errors-402", "Errors", "402: no budget", "Tomorrow."),
)


def anchors(query: str, entries: tuple[DocsEntry, ...] = ENTRIES) -> list[str]:
    return [found.entry.anchor for found in search.search(entries, query)]


@pytest.mark.parametrize(
    ("query", "wanted"),
    [
        ("stream", ["chat-streaming", "start"]),
        ("CHAT tools", ["chat-tools"]),
        ("budget", ["errors-402"]),
        ("tomorrow errors", ["errors-402"]),
        ("(yours)", ["chat-tools"]),
        ("zebra", []),
        ("  ", []),
        ("z" * 100_000, []),
    ],
)
def test_headings_come_before_texts_and_every_word_counts(query: str, wanted: list[str]) -> None:
    assert anchors(query) == wanted


def test_what_was_looked_for_is_marked_where_it_stands() -> None:
    (found,) = search.search(ENTRIES, "word streaming")
    assert found.pieces == (("Word", True), (" by ", False), ("word", True), (".", False))


def test_a_long_text_is_shown_around_its_first_word() -> None:
    text = "before " * 40 + "a zebra here " + "after " * 40
    (found,) = search.search((DocsEntry("a", "A", "A", text),), "zebra")
    shown = "".join(piece for piece, _ in found.pieces)
    assert shown.startswith("… before")
    assert shown.endswith("…")
    assert len(shown) < 160
    assert ("zebra", True) in found.pieces


def test_every_heading_of_the_docs_is_found_under_its_anchor() -> None:
    settings = load_settings()
    for chapter in docs.chapters():
        entries = tuple(search.entries_of(chapter, docs.places(settings)))
        assert entries[0].anchor == chapter.slug
        assert len({entry.anchor for entry in entries}) == len(entries)
        for entry in entries:
            assert entry.anchor in anchors(entry.title, entries)
            assert "{{" not in entry.text.replace("{{example", "")


@pytest.mark.parametrize("words", ["stream=True", "from openai import", "cancelling", "402 budget"])
def test_code_and_prose_are_both_found(words: str) -> None:
    assert search.find(words, load_settings())
