"""What instructions speak of: of their trade, their tools, their surroundings, by `signs.toml`.

A single trait says nothing: rules ask for several of different kinds.
"""

from collections.abc import Iterable
from typing import NamedTuple

from hcai_app.services.fairuse import words
from hcai_app.services.fairuse.signs import Trait

MAX_TEXT = 1_600
SHORTEST = 24


class _Phrase(NamedTuple):
    sought: str
    words: frozenset[str]
    within: int
    trait: str

    def is_in(self, said: str, heard: frozenset[str]) -> bool:
        """Return whether it is said; its words are looked for first, which takes less."""
        return self.words <= heard and -1 < said.find(self.sought) < self.within


class Traits:
    """Compiled traits."""

    def __init__(self, traits: Iterable[Trait]) -> None:
        # By one of its words, so that most phrases are not looked for.
        self._phrases: dict[str, list[_Phrase]] = {}
        self._unspaced: list[_Phrase] = []
        for trait in traits:
            for phrase in trait.words:
                self._add(words.sought(phrase), trait)
        self._telling = frozenset(self._phrases)

    def _add(self, sought: str, trait: Trait) -> None:
        is_spaced = sought.startswith(" ")
        said = frozenset(sought.split()) if is_spaced else frozenset[str]()
        phrase = _Phrase(sought, said, trait.within or MAX_TEXT, trait.id)
        if is_spaced:
            self._phrases.setdefault(max(said, key=len), []).append(phrase)
        else:
            self._unspaced.append(phrase)

    def of(self, text: str) -> frozenset[str]:
        """Return the traits of instructions."""
        if len(text) < SHORTEST:
            return frozenset()
        all_words = words.of(text[:MAX_TEXT])
        said, heard = words.spaced(all_words), frozenset(all_words)
        sought = [phrase for word in self._telling & heard for phrase in self._phrases[word]]
        if not said.isascii():
            sought += self._unspaced
        return frozenset(phrase.trait for phrase in sought if phrase.is_in(said, heard))
