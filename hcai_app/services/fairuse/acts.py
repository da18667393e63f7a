"""What short instructions tell a program to do: a verb with its object a few words behind it.

So "edit the files that are open" and "files may be edited" of a hundred wordings are one act each.
"""

from collections.abc import Iterable

from hcai_app.services.fairuse import words
from hcai_app.services.fairuse.heuristics import VerbObject

# Of a text so many letters are looked at; longer ones are for habits.
MAX_TEXT = 1_200
# So many words at most lie between a verb and its object.
APART = 6
NEVER = -APART - 1
NONE: tuple[str, ...] = ()


class Acts:
    """Compiled acts."""

    def __init__(self, acts: Iterable[VerbObject]) -> None:
        self._verbs: dict[str, tuple[str, ...]] = {}
        self._objects: dict[str, tuple[str, ...]] = {}
        for act in acts:
            for kept, said in ((self._verbs, act.verbs), (self._objects, act.objects)):
                for word in said:
                    folded = "".join(words.of(word))
                    kept[folded] = (*kept.get(folded, NONE), act.id)
        self._told = self._verbs.keys() | self._objects.keys()

    def of(self, text: str) -> frozenset[str]:
        """Return the acts of a text."""
        last, found = dict[str, int](), set[str]()
        told = self._told
        for at, word in enumerate(words.of(text[:MAX_TEXT])):
            if word in told:
                for act in self._objects.get(word, NONE):
                    if at - last.get(act, NEVER) <= APART:
                        found.add(act)
                for act in self._verbs.get(word, NONE):
                    last[act] = at
        return frozenset(found)
