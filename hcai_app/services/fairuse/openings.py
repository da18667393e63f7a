"""Patterns of how a text begins, found by their first letters."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable
from functools import cached_property

from hcai_app.services.fairuse import folding
from hcai_app.services.fairuse.general import Match

# Patterns of instructions: `*` stands for a few words, `(a|b)` for one of several.
_PIECES = re.compile(r"([*()|])")
_GAP = r"\w{0,60}?"
_CHOICE = re.compile(r"\([^)]*\)")
SHORTEST = 3
# By so many letters at most patterns are kept apart: many begin with "You are".
INDEXED = 16
# So many letters in a row that several patterns have, without which none of these is looked for.
SHARED = 5


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
        return self.needed in folded and self._whole.match(folded) is not None


_Kept = tuple[Opening, Match]


class _Alike:
    """Patterns that are found by the same first letters."""

    def __init__(self) -> None:
        self.kept: list[_Kept] = []

    @cached_property
    def _groups(self) -> list[tuple[str, list[_Kept]]]:
        """The patterns by letters that they share: one look passes over all of a group."""
        left: list[_Kept] = list(self.kept)
        groups: list[tuple[str, list[_Kept]]] = []
        while left:
            counted = Counter(part for opening, _ in left for part in _parts(opening.needed))
            shared = max(counted, key=lambda part: (counted[part], part))
            groups.append((shared, [it for it in left if shared in it[0].needed]))
            left = [it for it in left if shared not in it[0].needed]
        return groups

    def of(self, folded: str) -> list[Match]:
        return [
            match
            for shared, kept in self._groups
            if shared in folded
            for opening, match in kept
            if opening.begins(folded)
        ]


NONE: dict[int, dict[str, _Alike]] = {}


class Openings:
    """Compiled patterns, each with what it matches."""

    def __init__(self) -> None:
        # By their first letters, which few texts share, then by all that a pattern is found by and
        # how many letters these are.
        self._kept: dict[str, defaultdict[int, dict[str, _Alike]]] = {}

    def add(self, pattern: str, match: Match) -> None:
        """Take a pattern.

        Raises:
            ValueError: When it does not begin with a few letters.
        """
        opening = Opening(pattern)
        alike = self._kept.setdefault(opening.index[:SHORTEST], defaultdict(dict))
        kept = alike[len(opening.index)].setdefault(opening.index, _Alike())
        kept.kept.append((opening, match))

    def of(self, starts: Iterable[str]) -> list[Match]:
        """Return what folded texts begin with."""
        found: list[Match] = []
        for folded in starts:
            for length, kept in self._kept.get(folded[:SHORTEST], NONE).items():
                if (alike := kept.get(folded[:length])) is not None:
                    found += alike.of(folded)
        return found


def _parts(needed: str) -> set[str]:
    """Return all letters in a row that a group can share."""
    return {needed[at : at + SHARED] for at in range(max(1, len(needed) - SHARED + 1))}


def _compiled(piece: str) -> str:
    if piece in "(|)" and piece:
        return {"(": "(?:"}.get(piece, piece)
    return _GAP if piece == "*" else folding.fold(piece)
