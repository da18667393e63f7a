"""What instructions speak of: their trade, tools and surroundings, by `heuristics.toml`.

A single trait says nothing: rules ask for several of different kinds.
"""

from collections.abc import Iterable
from typing import NamedTuple

from hcai_app.services.fairuse import words
from hcai_app.services.fairuse.heuristics import Trait

# Of a text so much is looked at: of its beginning for traits, and of the whole for habits.
MAX_TEXT, MAX_WHOLE = 1_600, 5_000
SHORTEST = 24
# So many phrases are looked for at once; of more those first of which all words are heard.
FEW = 8

# Words of most texts: a phrase that has another word is not found by them.
EVERYDAY = frozenset(words.of("with like their your about from this that they what when into the"))


class _Phrase(NamedTuple):
    trait: str
    sought: str
    others: frozenset[str]  # its words but the one by which it is kept
    within: int
    is_word: bool  # which says enough when it is heard


class Traits:
    """Compiled traits."""

    def __init__(self, traits: Iterable[Trait], letters: int = MAX_TEXT) -> None:
        self._letters = letters
        # By the longest of its words that not every text has: most phrases are not looked for.
        self._phrases: dict[str, list[_Phrase]] = {}
        self._unspaced: list[_Phrase] = []
        for trait in traits:
            for phrase in trait.words:
                self._add(words.sought(phrase), trait)
        self._telling = frozenset(self._phrases)

    def _add(self, sought: str, trait: Trait) -> None:
        is_spaced = sought.startswith(" ")
        said = sought.split() if is_spaced else []
        word = max(said, key=lambda it: (it not in EVERYDAY, len(it)), default="")
        is_word = len(said) == 1 and not trait.within
        within = trait.within or self._letters
        phrase = _Phrase(trait.id, sought, frozenset(said) - {word}, within, is_word)
        if is_spaced:
            self._phrases.setdefault(word, []).append(phrase)
        else:
            self._unspaced.append(phrase)

    def of(self, text: str) -> frozenset[str]:
        """Return the traits of instructions."""
        if len(text) < SHORTEST:
            return frozenset()
        all_words = words.of(text[: self._letters])
        telling = self._telling.intersection(all_words)
        sought = [phrase for word in telling for phrase in self._phrases[word]]
        if len(sought) > FEW:
            heard = frozenset(all_words)
            sought = [phrase for phrase in sought if phrase.others <= heard]
        if words.has_unspaced(text, self._letters):
            sought += self._unspaced
        return frozenset(_said(sought, all_words)) if sought else frozenset()


def _said(sought: list[_Phrase], all_words: list[str]) -> set[str]:
    """Return the traits whose phrases are said; one of a trait is enough."""
    found = {phrase.trait for phrase in sought if phrase.is_word}
    if left := [phrase for phrase in sought if phrase.trait not in found]:
        said = words.spaced(all_words)
        for phrase in left:
            if phrase.trait not in found and -1 < said.find(phrase.sought) < phrase.within:
                found.add(phrase.trait)
    return found
