"""Patterns of how a text begins, found by their first letters."""

import re
from collections import defaultdict
from collections.abc import Iterable

from hcai_app.services.fairuse import folding
from hcai_app.services.fairuse.general import Match

# Patterns of instructions: `*` stands for a few words, `(a|b)` for one of several.
_PIECES = re.compile(r"([*()|])")
_GAP = r"\w{0,60}?"
_CHOICE = re.compile(r"\([^)]*\)")
SHORTEST = 3
NONE: dict[int, dict[str, list[tuple["Opening", Match]]]] = {}
# By so many letters at most patterns are kept apart: many begin with "You are".
INDEXED = 16


class Opening:
    """What finds a pattern at the start of a folded text.

    Raises:
        ValueError: When it does not begin with a few letters.
    """

    def __init__(self, pattern: str) -> None:
        literals = [folding.fold(piece) for piece in _CHOICE.sub("*", pattern).split("*")]
        if len(literals[0]) < SHORTEST:
            raise ValueError(f"{pattern}: it must begin with a few letters")
        self.index = literals[0][:INDEXED]
        # Without this word a look at the whole is not worth it.
        self.needed = max(literals, key=len)
        self._whole = re.compile("".join(map(_compiled, _PIECES.split(pattern))))

    def begins(self, folded: str) -> bool:
        """Return whether a folded text begins like this."""
        return self._whole.match(folded) is not None


class Openings:
    """Compiled patterns, each with what it matches."""

    def __init__(self) -> None:
        # By their first letters, which few texts share, then by all that a pattern is found by and
        # how many letters these are.
        self._kept: dict[str, defaultdict[int, dict[str, list[tuple[Opening, Match]]]]] = {}

    def add(self, pattern: str, match: Match) -> None:
        """Take a pattern.

        Raises:
            ValueError: When it does not begin with a few letters.
        """
        opening = Opening(pattern)
        alike = self._kept.setdefault(opening.index[:SHORTEST], defaultdict(dict))
        kept = alike[len(opening.index)]
        kept.setdefault(opening.index, []).append((opening, match))

    def of(self, starts: Iterable[str]) -> list[Match]:
        """Return what folded texts begin with."""
        return [
            match
            for folded in starts
            for length, kept in self._kept.get(folded[:SHORTEST], NONE).items()
            for opening, match in kept.get(folded[:length], ())
            if opening.needed in folded and opening.begins(folded)
        ]


def _compiled(piece: str) -> str:
    if piece in "(|)" and piece:
        return {"(": "(?:"}.get(piece, piece)
    return _GAP if piece == "*" else folding.fold(piece)
