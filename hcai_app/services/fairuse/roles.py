"""What declared tools are for, whatever they are called: by the words in a name, or by parameters.

A tool has one role at most. `signs.toml` tells the roles.
"""

import re
from collections.abc import Iterable
from typing import NamedTuple

from hcai_app.services.fairuse import words
from hcai_app.services.fairuse.signs import Role

MAX_WORDS, MAX_TOOLS, MAX_KNOWN = 6, 128, 8_192
# Words that many clients put into every name.
_NOISE = frozenset({"tool", "tools", "function", "functions", "bulltln", "default", "apl"})
_ALTERNATIVES = re.compile(r"\(([^)]*)\)|(\S+)")

# A tool as it is declared: its name, and what its parameters are called.
Tool = tuple[str, tuple[str, ...]]


class _Known(NamedTuple):
    id: str
    verbs: frozenset[str]
    objects: frozenset[str]
    shapes: tuple[tuple[tuple[str, ...], ...], ...]


def _word(text: str) -> str:
    return "".join(words.of(text))


def _shape(text: str) -> tuple[tuple[str, ...], ...]:
    """Read a shape: for each parameter the words of which one must be there."""
    parts = (one or many for many, one in _ALTERNATIVES.findall(text))
    return tuple(tuple(map(_word, part.split("|"))) for part in parts)


class Roles:
    """Compiled roles."""

    def __init__(self, roles: Iterable[Role]) -> None:
        self._names: dict[str, str] = {}
        self._known: list[_Known] = []
        self._seen: dict[Tool, str | None] = {}
        for role in roles:
            verbs, objects = (frozenset(map(_word, it)) for it in (role.verbs, role.objects))
            self._known.append(_Known(role.id, verbs, objects, tuple(map(_shape, role.shapes))))
            for name in role.names:
                self._names.setdefault(_word(name), role.id)
        for known in self._known:  # a name of its own goes before what words make
            for verb in known.verbs:
                for object_ in known.objects:
                    self._names.setdefault(verb + object_, known.id)
                    self._names.setdefault(object_ + verb, known.id)

    def of(self, tools: Iterable[Tool]) -> frozenset[str]:
        """Return the roles of a call's tools."""
        found = {self._role(tool) for tool in tools}
        return frozenset(role for role in found if role is not None)

    def _role(self, tool: Tool) -> str | None:
        try:
            return self._seen[tool]
        except KeyError:
            if len(self._seen) >= MAX_KNOWN:
                self._seen.clear()
            role = self._seen[tool] = self.of_name(tool[0]) or self._of_shape(tool[1])
            return role

    def of_name(self, name: str) -> str | None:
        """Return what a tool is for by its name."""
        said = [word for word in words.of_name(name) if word not in _NOISE]
        role = self._names.get("".join(said))
        if role is not None or not 1 < len(said) <= MAX_WORDS:
            return role
        pairs = (said[at] + said[at + 1] for at in range(len(said) - 1))
        bag = frozenset((*said, *pairs))
        for known in self._known:
            if not (known.verbs.isdisjoint(said) or known.objects.isdisjoint(bag)):
                return known.id
        return None

    def _of_shape(self, parameters: tuple[str, ...]) -> str | None:
        called = [words.of_name(name) for name in parameters]
        joined = ["".join(said) for said in called]
        if not joined:
            return None
        for known in self._known:
            if any(_fits(shape, called, joined) for shape in known.shapes):
                return known.id
        return None


def _fits(shape: tuple[tuple[str, ...], ...], called: list[list[str]], joined: list[str]) -> bool:
    def is_there(wanted: tuple[str, ...]) -> bool:
        return any(
            word in said or whole.startswith(word)
            for said, whole in zip(called, joined, strict=True)
            for word in wanted
        )

    return all(map(is_there, shape))
