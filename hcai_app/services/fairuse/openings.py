"""Patterns of how a text begins, found by their first letters."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from functools import cached_property

from hcai_app.services.fairuse import folding
from hcai_app.services.fairuse.general import Match

# Patterns of instructions: `*` stands for a few words, `(a|b)` for one of several.
_PIECES = re.compile(r"([*()|])")
MAX_GAP = 60
# Of more words than these it takes longer to look for each than for the whole.
MAX_CHOICES = 3
_GAP = rf"\w{{0,{MAX_GAP}}}?"
_CHOICE = re.compile(r"\([^)]*\)")
SHORTEST = 3
# By so many letters at most patterns are kept apart: many begin with "You are".
INDEXED, LONG = 16, 9
# Most patterns end within so many letters: theirs are looked for in these alone.
NEAR = 160
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
        choices = [_choices(found[0]) for found in _CHOICE.finditer(pattern)]
        self.index = literals[0][:INDEXED]
        # Without one of these a look at the whole is not worth it; the later, the more they tell.
        few = [it for it in choices if len(it) <= MAX_CHOICES]
        self.needed = max([*((it,) for it in literals), *few][::-1], key=_shortest)
        gaps = pattern.count("*") * MAX_GAP
        longest = gaps + sum(map(len, literals)) + sum(max(map(len, it)) for it in choices)
        self.is_near = longest <= NEAR
        self._whole = re.compile("".join(map(_compiled, _PIECES.split(pattern))))

    def may_begin(self, folded: str) -> bool:
        """Return whether a look at the whole is worth it."""
        return any(map(folded.__contains__, self.needed))

    def begins(self, folded: str) -> bool:
        """Return whether a folded text begins like this."""
        return self._whole.match(folded) is not None


_Kept = tuple[Opening, Match]
_Group = tuple[str, list[_Kept]]


class _Alike:
    """Patterns that are found by the same first letters."""

    def __init__(self) -> None:
        self.kept: list[_Kept] = []

    @cached_property
    def _groups(self) -> tuple[list[_Group], list[_Group]]:
        """The near patterns and the others by letters that they share: a look passes over all."""
        near = [it for it in self.kept if it[0].is_near]
        return list(_grouped(near)), list(_grouped([it for it in self.kept if it not in near]))

    def of(self, folded: str) -> list[Match]:
        near, far = self._groups
        begun = folded[:NEAR]
        sought = [kept for shared, kept in near if shared in begun]
        sought += [kept for shared, kept in far if shared in folded]
        return [
            match
            for kept in sought
            for opening, match in kept
            if opening.may_begin(begun if opening.is_near else folded) and opening.begins(folded)
        ]


def _grouped(left: list[_Kept]) -> Iterator[_Group]:
    while left:
        counted = Counter(part for opening, _ in left for part in _parts(opening.needed))
        shared = max(counted, key=lambda part: (counted[part], part))
        yield shared, [it for it in left if shared in _parts(it[0].needed)]
        left = [it for it in left if shared not in _parts(it[0].needed)]


_ByStart = dict[str, defaultdict[int, dict[str, _Alike]]]


class Openings:
    """Compiled patterns, each with what it matches."""

    def __init__(self) -> None:
        # By their first letters, which few texts share, then by all that a pattern is found by and
        # how many letters these are; the long ones apart, of which most texts begin like none.
        self._short: _ByStart = {}
        self._long: _ByStart = {}

    def add(self, pattern: str, match: Match) -> None:
        """Take a pattern.

        Raises:
            ValueError: When it does not begin with a few letters.
        """
        opening = Opening(pattern)
        index = opening.index
        kept, letters = (self._short, SHORTEST) if len(index) < LONG else (self._long, LONG)
        alike = kept.setdefault(index[:letters], defaultdict(dict))
        alike[len(index)].setdefault(index, _Alike()).kept.append((opening, match))

    @property
    def first(self) -> set[str]:
        """The first letters that patterns begin with."""
        return {*self._short, *(start[:SHORTEST] for start in self._long)}

    def of(self, starts: Iterable[str]) -> list[Match]:
        """Return what folded texts begin with."""
        found: list[Match] = []
        for folded in starts:
            for kept, letters in ((self._short, SHORTEST), (self._long, LONG)):
                if (lengths := kept.get(folded[:letters])) is not None:
                    for length, alike in lengths.items():
                        if (known := alike.get(folded[:length])) is not None:
                            found += known.of(folded)
        return found


def _choices(choice: str) -> tuple[str, ...]:
    """Return the words of `(a|b)`, folded, each once."""
    return tuple(dict.fromkeys(folding.fold(word) for word in choice.strip("()").split("|")))


def _shortest(words: Iterable[str]) -> int:
    return min(map(len, words))


def _parts(needed: tuple[str, ...]) -> set[str]:
    """Return all letters in a row that a group can share; none for one of several words."""
    if len(needed) > 1:
        return {""}
    word = min(needed)
    return {word[at : at + SHARED] for at in range(max(1, len(word) - SHARED + 1))}


def _compiled(piece: str) -> str:
    if piece in "(|)" and piece:
        return {"(": "(?:"}.get(piece, piece)
    return _GAP if piece == "*" else folding.fold(piece)
