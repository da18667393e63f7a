"""Cuts code into tinted parts: by hand, so that no highlighter is in the bundle for a few lines."""

import re
from collections.abc import Iterator

# Stands for the address of the server, which the browser fills in.
ORIGIN = "{origin}"
# In this order: the origin's place, a JSON name, a quoted text, a flag, a word of the languages.
TINTED = re.compile(
    rf'(?P<origin>{re.escape(ORIGIN)})|(?P<key>"[^"\n]*"(?=:))|(?P<str>"[^"\n]*")'
    r"|(?P<flag>(?<=\s)--?[A-Za-z][\w-]*)"
    r"|(?P<word>\b(?:import|from|with|as|for|in|of|const|await|new)\b(?= [\w{(\"]))"
)
PLAIN = ""

Part = tuple[str, str]


def parts_of(text: str) -> list[Part]:
    """Return the pieces of the text in order, each with the class of its colour."""
    return [part for part in _parts(text) if part[1]]


def _parts(text: str) -> Iterator[Part]:
    end = 0
    for match in TINTED.finditer(text):
        yield PLAIN, text[end : match.start()]
        end = match.end()
        yield from _with_origin(str(match.lastgroup), match.group())
    yield PLAIN, text[end:]


def _with_origin(kind: str, text: str) -> Iterator[Part]:
    """Cut the origin's place out of a quoted text."""
    before, origin, after = text.partition(ORIGIN)
    yield kind, before
    yield "origin", origin
    yield kind, after
