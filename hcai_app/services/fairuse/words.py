"""Texts and names as words without their disguises, for what is compared word by word."""

import re

from hcai_app.services.fairuse import folding
from hcai_app.services.fairuse.folding import PLAIN_FOLDED

_SEPARATED = bytes(
    folded if chr(plain).isalnum() else ord(" ") for plain, folded in enumerate(PLAIN_FOLDED[:128])
) + bytes(range(128, 256))
# Where a name written in one begins a new word: readFile, HTMLPage.
_HUMPS = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
# What stands before a name that another server or a client gave.
_PREFIX = re.compile(r"^.*(?:__|[./:])(?=\w)")
# Letters of scripts without spaces between words.
_UNSPACED = re.compile(r"[\u0e00-\u0e7f\u1100-\u11ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")


def of(text: str) -> list[str]:
    """Return a text's words, folded."""
    return folding.plain(text).encode().translate(_SEPARATED).decode().split()


def spaced(words: list[str]) -> str:
    """Return words in which phrases can be found: one space between them and around them."""
    return f" {' '.join(words)} "


def sought(phrase: str) -> str:
    """Return how a phrase is found in what `spaced` makes: as words, or anywhere without spaces."""
    said = spaced(of(phrase))
    return said.strip() if _UNSPACED.search(said) else said


def has_unspaced(text: str, letters: int) -> bool:
    """Return whether a text's first letters have some of a script without spaces."""
    return not text.isascii() and _UNSPACED.search(text, 0, letters) is not None


def of_name(name: str) -> list[str]:
    """Return the words of an identifier, without what a server or client put before it."""
    return of(_HUMPS.sub(" ", unprefixed(name[:128])))


def unprefixed(name: str) -> str:
    """Return an identifier without what a server or client put before it."""
    return _PREFIX.sub("", name)
