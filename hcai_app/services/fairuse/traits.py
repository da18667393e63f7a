"""What instructions speak of: of their trade, their tools, their surroundings, by `signs.toml`.

A single trait says nothing: rules ask for several of different kinds.
"""

from collections.abc import Iterable

from hcai_app.services.fairuse import words
from hcai_app.services.fairuse.signs import Trait

MAX_TEXT = 1_600
SHORTEST = 24


class Traits:
    """Compiled traits."""

    def __init__(self, traits: Iterable[Trait]) -> None:
        # By one of its words, so that most phrases are not looked for.
        self._phrases: dict[str, list[tuple[str, str, int]]] = {}
        self._unspaced: list[tuple[str, str, int]] = []
        for trait in traits:
            for phrase in trait.words:
                self._add(words.sought(phrase), trait)

    def _add(self, sought: str, trait: Trait) -> None:
        entry = (sought, trait.id, trait.within or MAX_TEXT)
        if sought.startswith(" "):
            longest = max(sought.split(), key=len)
            self._phrases.setdefault(longest, []).append(entry)
        else:
            self._unspaced.append(entry)
        self._first_words = frozenset(self._phrases)

    def of(self, text: str) -> frozenset[str]:
        """Return the traits of instructions."""
        if len(text) < SHORTEST:
            return frozenset()
        heard = words.of(text[:MAX_TEXT])
        said = words.spaced(heard)
        there = self._first_words.intersection(heard)
        candidates = [entry for word in there for entry in self._phrases[word]]
        if not said.isascii():
            candidates += self._unspaced
        return frozenset(
            trait for phrase, trait, within in candidates if -1 < said.find(phrase) < within
        )
