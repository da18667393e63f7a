"""The general rules: what a call's tools are for, and what its instructions speak of.

They know no program by name, and so they know those, too, that nobody wrote a rule for.
"""

import re
from collections.abc import Collection, Iterator
from functools import cache
from itertools import islice
from typing import NamedTuple

from hcai_app.services.fairuse import signs
from hcai_app.services.fairuse.roles import Roles, Tool
from hcai_app.services.fairuse.rules import Rule
from hcai_app.services.fairuse.traits import Traits

# Fewer tools are a student's own small agent, whatever they do.
FEW_TOOLS = 5
# So many tools are asked what they are for: a new one takes 60 µs, and no agent has half of these.
MAX_TOOLS = 256
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
        self._kept: dict[str, list[_Kept]] = {"roles": [], "shapes": [], "traits": []}

    def add(self, rule: Rule, match: Match) -> None:
        """Take a rule with one of the signals roles, shapes and traits."""
        wanted, beside, unless = map(frozenset, (rule.pattern, rule.beside, rule.unless))
        self._kept[rule.signal].append(_Kept(wanted, beside, unless, match))

    def of_tools(self, tools: Collection[Tool]) -> Iterator[Match]:
        """Yield the matches of what the declared tools are for."""
        if not tools:
            return
        roles, shaped = self._roles.of(islice(tools, MAX_TOOLS))
        yield from _holding(self._kept["shapes"], shaped)
        is_few = len(tools) < FEW_TOOLS
        for match in _holding(self._kept["roles"], roles):
            if match.rule.few or not is_few:
                yield match

    def of_text(self, text: str) -> Iterator[Match]:
        """Yield the matches of what instructions speak of; tools that they spell out are weak."""
        yield from _holding(self._kept["traits"], self._traits.of(text))
        if text.count("_", 0, MAX_SPELLED) < FEW_TOOLS:
            return
        joined = " ".join(part for part in text[:MAX_SPELLED].split() if "_" in part)
        spelled = set(_SPELLED.findall(joined))
        for match in self.of_tools([(name, ()) for name in spelled]):
            yield Match(match.rule, False)


def _holding(rules: list[_Kept], found: frozenset[str]) -> Iterator[Match]:
    return (kept.match for kept in rules if kept.holds(found))
