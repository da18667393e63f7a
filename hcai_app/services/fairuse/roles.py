"""What declared tools are for, whatever they are called: by the words in a name, or by parameters.

A tool has one role at most. `heuristics.toml` tells the roles.
"""

import re
from collections.abc import Iterable
from typing import NamedTuple

from hcai_app.services.fairuse import words
from hcai_app.services.fairuse.heuristics import Role

MAX_WORDS, MAX_KNOWN = 6, 2_048
# Larger tools, which somebody may make up, are looked at each time: kept ones take 8 MB at most.
MAX_NAME, MAX_PARAMETERS, MAX_LETTERS = 128, 32, 1_024
# Words that many clients put into every name.
_NOISE = frozenset({"tool", "tools", "function", "functions", "bulltln", "default", "apl"})
_ALTERNATIVES = re.compile(r"\(([^)]*)\)|(\S+)")

# A tool as it is declared: its name, and what its parameters are called.
Tool = tuple[str, tuple[str, ...]]


class _Known(NamedTuple):
    id: str
    verbs: frozenset[str]
    objects: frozenset[str]
    shapes: tuple[tuple[frozenset[str], ...], ...]


def _word(text: str) -> str:
    return "".join(words.of(text))


def _shape(text: str) -> tuple[frozenset[str], ...]:
    """Read a shape: for each parameter the words of which one must be there."""
    parts = (one or many for many, one in _ALTERNATIVES.findall(text))
    return tuple(frozenset(map(_word, part.split("|"))) for part in parts)


class Roles:
    """Compiled roles."""

    def __init__(self, roles: Iterable[Role]) -> None:
        self._names: dict[str, str] = {}
        self._known: list[_Known] = []
        self._seen: dict[Tool, tuple[str, str]] = {}
        for role in roles:
            verbs, objects = (frozenset(map(_word, it)) for it in (role.verbs, role.objects))
            self._known.append(_Known(role.id, verbs, objects, tuple(map(_shape, role.shapes))))
            for name in role.names:
                self._names.setdefault(_word(name), role.id)
        said = {word for known in self._known for word in known.verbs | known.objects} | _NOISE
        plain = sorted((word for word in said if len(word) > 2), key=len, reverse=True)
        self._word = re.compile("|".join(map(re.escape, plain)))
        self._together = re.compile(f"(?:{self._word.pattern}){{2,{MAX_WORDS}}}")
        shapes = [shape for known in self._known for shape in known.shapes]
        self._shaping = frozenset[str]().union(*(part for shape in shapes for part in shape))
        self._sizes = frozenset(map(len, self._shaping))
        for known in self._known:  # a name of its own goes before what words make
            for verb in known.verbs:
                for object_ in known.objects:
                    self._names.setdefault(verb + object_, known.id)
                    self._names.setdefault(object_ + verb, known.id)

    def of(self, tools: Iterable[Tool]) -> tuple[frozenset[str], frozenset[str]]:
        """Return the roles of a call's tools, and those that their parameters alone tell."""
        found = [self._roles(tool) for tool in tools]
        return (
            frozenset(named or shaped for named, shaped in found if named or shaped),
            frozenset(shaped for _, shaped in found if shaped),
        )

    def _roles(self, tool: Tool) -> tuple[str, str]:
        try:
            return self._seen[tool]
        except KeyError:
            name, parameters = tool
            told = self.of_name(name), self._of_shape(parameters)
            if _is_small(name, parameters):
                if len(self._seen) >= MAX_KNOWN:
                    self._seen.clear()
                self._seen[tool] = told
            return told

    def of_name(self, name: str) -> str:
        """Return what a tool is for by its name; empty for what nothing tells."""
        said = [word for word in self._words(name) if word not in _NOISE]
        role = self._names.get("".join(said), "")
        if role or not 1 < len(said) <= MAX_WORDS:
            return role
        pairs = (said[at] + said[at + 1] for at in range(len(said) - 1))
        bag = frozenset((*said, *pairs))
        for known in self._known:
            if not (known.verbs.isdisjoint(said) or known.objects.isdisjoint(bag)):
                return known.id
        return ""

    def _words(self, name: str) -> list[str]:
        """Return the words of a name, of one that is written together, too."""
        said = words.of_name(name)
        together = len(said) == 1 and said[0] not in self._names and self._together
        if together and together.fullmatch(said[0]):
            return self._word.findall(said[0])
        return said

    def _of_shape(self, parameters: tuple[str, ...]) -> str:
        told = {word for name in parameters for word in self._told(name)}
        if not told:
            return ""
        for known in self._known:
            if any(not any(map(told.isdisjoint, shape)) for shape in known.shapes):
                return known.id
        return ""

    def _told(self, parameter: str) -> frozenset[str]:
        """Return the words of shapes that a parameter is called, or that it begins with."""
        said = words.of_name(parameter)
        whole = "".join(said)
        return self._shaping.intersection((*said, *(whole[:size] for size in self._sizes)))


def _is_small(name: str, parameters: tuple[str, ...]) -> bool:
    is_short = len(name) <= MAX_NAME and len(parameters) <= MAX_PARAMETERS
    return is_short and sum(map(len, parameters)) <= MAX_LETTERS
