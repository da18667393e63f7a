"""The search of the docs (assets/docs-find.mjs), run by Node as the browser does."""

from typing import Any

import pytest

from tests.harness.node import evaluate

ENTRIES = [
    {"anchor": "start", "chapter": "Quick start", "title": "Quick start", "text": "Ask, stream."},
    {"anchor": "chat-streaming", "chapter": "Chat", "title": "Streaming", "text": "Word by word."},
    {"anchor": "chat-tools", "chapter": "Chat", "title": "Tools", "text": "A model calls (yours)."},
    {"anchor": "errors-402", "chapter": "Errors", "title": "402: no budget", "text": "Tomorrow."},
]
SCRIPT = "return module.find(module.prepared(given[0]), given[1]);"


def found(query: str) -> list[dict[str, Any]]:
    return evaluate("docs-find.mjs", SCRIPT, [ENTRIES, query])


@pytest.mark.parametrize(
    ("query", "anchors"),
    [
        ("stream", ["chat-streaming", "start"]),
        ("CHAT tools", ["chat-tools"]),
        ("budget", ["errors-402"]),
        ("tomorrow errors", ["errors-402"]),
        ("(yours)", ["chat-tools"]),
        ("zebra", []),
        ("  ", []),
    ],
)
def test_headings_come_before_texts_and_every_word_counts(query: str, anchors: list[str]) -> None:
    assert [entry["anchor"] for entry in found(query)] == anchors


def test_what_was_looked_for_is_marked_where_it_stands() -> None:
    [entry] = found("word streaming")
    assert entry["snippet"] == [["Word", True], [" by ", False], ["word", True], [".", False]]
