"""Where a text's instructions may begin: at its start, or behind what stands in front of them."""

import re

from hcai_app.services.fairuse import folding

# Of a text as it begins, for its opening.
MAX_OPENING, MAX_FIRST = 500, 300
# So many characters hide one letter at most: quotation marks, spaces, those of no width.
MAX_HIDDEN = 16
# Lines that stand in front of instructions: a heading, a tag, a fence, a fact as "name: value".
_PREAMBLE = re.compile(
    r"\s*(?:(?:<[\w:|./ -]{1,60}>|(?:#{1,6} |[-=*_`~\[]{2,})[^\n]{0,80}\n"
    r"|[\w ()/'-]{1,40}:[^\n]{0,119}(?<!:)\n)\s*){1,8}"
)


def starts(text: str) -> list[str]:
    """Return how a text begins, folded: as it is, and after what stands in front."""
    preamble = _PREAMBLE.match(text)
    places = (0, preamble.end()) if preamble else (0,)
    return [_folded(text, place) for place in places]


def begins_plainly(text: str) -> bool:
    """Return whether nothing stands in front of a text's own start."""
    return _PREAMBLE.match(text) is None


def first_letters(text: str, letters: int) -> str:
    """Return so many letters of how a text begins, folded; fewer where it hides them well."""
    return folding.fold(text[: MAX_HIDDEN * letters])[:letters]


def second_start(text: str) -> list[str]:
    """Return how instructions go on, folded, after a short paragraph that quotes nothing."""
    end = text.find("\n\n", 0, MAX_FIRST)
    if end < 1 or text[end - 1] == ":":
        return []
    preamble = _PREAMBLE.match(text, end + 2)
    return [_folded(text, preamble.end() if preamble else end + 2)]


def _folded(text: str, place: int) -> str:
    return folding.fold(text[place : place + MAX_OPENING])
