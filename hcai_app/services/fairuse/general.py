"""The general rules: what a call's tools are for, and what its instructions speak of.

They know no program by name, and so they know those, too, that nobody wrote a rule for.
"""

import re
from collections.abc import Iterable, Iterator
from functools import cache
from typing import NamedTuple

from hcai_app.services.fairuse import signs
from hcai_app.services.fairuse.roles import Roles, Tool
from hcai_app.services.fairuse.rules import Rule
from hcai_app.services.fairuse.traits import Traits

# Fewer tools are a student's own small agent, whatever they do.
FEW_TOOLS = 5
# Of instructions that declare tools in words: their names, in the beginning of the text.
MAX_SPELLED = 6_000
_SPELLED = re.compile(r"\b[a-z]+(?:_[a-z]+)+\b")


class Match(NamedTuple):
    """A rule that a call matches."""

    rule: Rule
    is_strong: bool


class _Kept(NamedTuple):
    wanted: frozenset[str]
    beside: frozenset[str]
    unless: frozenset[str]
    match: Match

    def holds(self, found: frozenset[str]) -> bool:
        rule = self.match.rule
        return (
            len(self.wanted & found) >= rule.least
            and len(self.beside & found) >= rule.beside_least
            and self.unless.isdisjoint(found)
        )


@cache
def _compiled() -> tuple[Roles, Traits]:
    own = signs.load_own()
    return Roles(own.role), Traits(own.trait)


class General:
    """Compiled general rules."""

    def __init__(self) -> None:
        self._roles, self._traits = _compiled()
        self._of_roles: list[_Kept] = []
        self._of_traits: list[_Kept] = []

    def add(self, rule: Rule, match: Match) -> None:
        """Take a rule with the signal roles or traits."""
        wanted, beside, unless = map(frozenset, (rule.pattern, rule.beside, rule.unless))
        kept = self._of_roles if rule.signal == "roles" else self._of_traits
        kept.append(_Kept(wanted, beside, unless, match))

    def of_tools(self, tools: Iterable[Tool]) -> Iterator[Match]:
        """Yield the matches of what the declared tools are for."""
        found = self._roles.of(tools)
        return (kept.match for kept in self._of_roles if kept.holds(found))

    def of_text(self, text: str) -> Iterator[Match]:
        """Yield the matches of what instructions speak of; tools that they spell out are weak."""
        found = self._traits.of(text)
        yield from (kept.match for kept in self._of_traits if kept.holds(found))
        if text.count("_", 0, MAX_SPELLED) < FEW_TOOLS:
            return
        spelled = set(_SPELLED.findall(text[:MAX_SPELLED]))
        if len(spelled) >= FEW_TOOLS:
            for match in self.of_tools((name, ()) for name in spelled):
                yield Match(match.rule, False)
