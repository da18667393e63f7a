"""What short instructions tell a program to do: a verb with its object a few words behind it.

So "edit the files that are open" and "files may be edited" of a hundred wordings are one act each.
"""

from collections.abc import Iterable

from hcai_app.services.fairuse import words
from hcai_app.services.fairuse.heuristics import VerbObject

# Of a text so many letters are looked at; longer ones are for habits.
MAX_TEXT = 1_200
# So many words behind its verb an object stands at most, and so many before it.
BEHIND, BEFORE = 6, 3
NEVER = -BEHIND - 1


class Acts:
    """Compiled acts."""

    def __init__(self, acts: Iterable[VerbObject]) -> None:
        # Of each word the acts that it is a verb of, and those that it is an object of.
        self._told: dict[str, tuple[set[str], set[str]]] = {}
        for act in acts:
            for part, said in enumerate((act.verbs, act.objects)):
                for word in said:
                    folded = "".join(words.of(word))
                    self._told.setdefault(folded, (set(), set()))[part].add(act.id)

    def of(self, text: str) -> frozenset[str]:
        """Return the acts of a text."""
        verbs, objects, found = dict[str, int](), dict[str, int](), set[str]()
        told = self._told
        for at, word in enumerate(words.of(text[:MAX_TEXT])):
            if word not in told:
                continue
            acted, meant = told[word]
            for act in acted - found:
                if at - objects.get(act, NEVER) <= BEFORE:
                    found.add(act)
            for act in meant - found:
                if at - verbs.get(act, NEVER) <= BEHIND:
                    found.add(act)
                objects[act] = at
            for act in acted - found:
                verbs[act] = at
        return frozenset(found)
