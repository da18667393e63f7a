"""Searches the docs: headings first, then texts. Every word has to be there, in any order."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from markdown_it import MarkdownIt
from markdown_it.tree import SyntaxTreeNode

from hcai_app import docs
from hcai_app.docs.examples.library import EXAMPLES, Example, fill
from hcai_app.settings import Settings

MOST = 8
MAX_QUERY = 100
# Signs of a text before the first word that was looked for, and of all that is shown.
AROUND, SHOWN = 60, 140
EDGE = 20  # further than this no space is looked for
SAME, BEGINS, WORD, WITHIN, CHAPTER, TEXT = 60, 24, 12, 6, 4, 1
PARSER = MarkdownIt("commonmark", {"html": False}).enable("table")
LEAVES = ("text", "code_inline", "softbreak", "fence", "code_block")
NO_WORD = re.compile(r"\W+")


@dataclass(frozen=True, slots=True)
class DocsEntry:
    """A heading, and the text below it up to the next one."""

    anchor: str
    chapter: str
    title: str
    text: str


@dataclass(frozen=True, slots=True)
class DocsMatch:
    """An entry that fits, and pieces of its text: each, and whether it was looked for."""

    entry: DocsEntry
    pieces: tuple[tuple[str, bool], ...]


def find(query: str, settings: Settings) -> list[DocsMatch]:
    """Return the entries of the docs that fit best."""
    return search(_entries(settings.origin, tuple(docs.places(settings).items())), query)


def search(entries: tuple[DocsEntry, ...], query: str) -> list[DocsMatch]:
    """Return the entries that fit best, in the order of the docs where they fit alike."""
    words = query[:MAX_QUERY].lower().split()
    if not words:
        return []
    scores = [(_score(entry, words), entry) for entry in entries]
    fitting = sorted((it for it in scores if it[0]), key=lambda it: -it[0])
    return [DocsMatch(entry, tuple(_snippet(entry.text, words))) for _, entry in fitting[:MOST]]


@lru_cache(maxsize=2)
def _entries(origin: str, places: tuple[tuple[str, str], ...]) -> tuple[DocsEntry, ...]:
    """Return all entries; their texts are as readers of this origin see them."""
    return tuple(
        entry for chapter in docs.chapters() for entry in entries_of(chapter, dict(places))
    )


def entries_of(chapter: docs.Chapter, places: Mapping[str, str]) -> Iterator[DocsEntry]:
    """Split a chapter at its headings."""
    title, texts = "", list[str]()
    for node in SyntaxTreeNode(PARSER.parse(docs.fill(chapter.text, places))).children:
        if node.type != "heading":
            texts.append(_text(node, places))
            continue
        if title:
            yield _entry(chapter, title, texts)
        title, texts = _plain(node), []
    yield _entry(chapter, title, texts)


def _entry(chapter: docs.Chapter, title: str, texts: list[str]) -> DocsEntry:
    anchor = docs.anchor(chapter.slug, "" if title == chapter.title else title)
    return DocsEntry(anchor, chapter.title, title, " ".join(" ".join(texts).split()))


def _text(node: SyntaxTreeNode, places: Mapping[str, str]) -> str:
    text = _plain(node)
    example = docs.EXAMPLE.fullmatch(text)
    return _programs(EXAMPLES[example["name"]], places) if example else text


def _programs(example: Example, places: Mapping[str, str]) -> str:
    return " ".join([example.title, *(fill(one.text, places) for one in example.programs)])


def _plain(node: SyntaxTreeNode) -> str:
    """Return the text of a node without its marks; cells and items are apart."""
    parts = [part for part in node.walk() if part.type in (*LEAVES, "inline")]
    return "".join(" " if part.type == "inline" else part.content or " " for part in parts).strip()


def _score(entry: DocsEntry, words: list[str]) -> int:
    scores = [_score_of_word(entry, word) for word in words]
    if 0 in scores:
        return 0
    return sum(scores) + (SAME if entry.title.lower() == " ".join(words) else 0)


def _score_of_word(entry: DocsEntry, word: str) -> int:
    title = entry.title.lower()
    if title.startswith(word):
        return BEGINS
    if f" {word}" in f" {NO_WORD.sub(' ', title)}":
        return WORD
    if word in title:
        return WITHIN
    if word in entry.chapter.lower():
        return CHAPTER
    return TEXT if word in entry.text.lower() else 0


def _snippet(text: str, words: list[str]) -> Iterator[tuple[str, bool]]:
    """Yield the text around the first word that is in it."""
    low = text.lower()
    at = min((low.index(word) for word in words if word in low), default=0)
    start = _word_edge(text, at - AROUND) if at > AROUND else 0
    if start:
        yield "… ", False
    any_word = re.compile("(" + "|".join(map(re.escape, words)) + ")", re.IGNORECASE)
    for place, piece in enumerate(any_word.split(text[start : start + SHOWN])):
        if piece:
            yield piece, place % 2 == 1
    if start + SHOWN < len(text):
        yield "…", False


def _word_edge(text: str, at: int) -> int:
    space = text.find(" ", at, at + EDGE)
    return at if space < 0 else space + 1
