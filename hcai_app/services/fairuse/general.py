"""The general rules: what a call's tools are for, and what its instructions speak of and go into.

They know no program by name, and so they know those, too, that nobody wrote a rule for.
"""

import re
from collections.abc import Collection, Iterator
from functools import cache, lru_cache
from itertools import islice
from typing import NamedTuple

from hcai_app.services.fairuse import folding, heuristics, words
from hcai_app.services.fairuse.acts import Acts
from hcai_app.services.fairuse.roles import Roles, Tool
from hcai_app.services.fairuse.rules import Rule, Signal
from hcai_app.services.fairuse.traits import MAX_WHOLE, Traits

SIGNALS: tuple[Signal, ...] = (
    "roles", "shapes", "parameters", "purposes", "traits", "habits", "turn-habits", "acts",
)  # fmt: skip
# So many names of parameters are kept as they are compared; of each so many letters.
MAX_PARAMETERS, MAX_PARAMETER = 4_096, 48
# Fewer tools are a student's own small agent, whatever they do.
FEW_TOOLS = 5
# So many tools are asked what they are for: a new one takes 20 µs, and no agent has half of these.
MAX_TOOLS = 256
# Of most texts no more is looked at for traits.
MAX_FIRST_LOOK = 500
# With fewer traits of the trade in the beginning the rest is not looked at.
ENOUGH = 2
# A user's text as long as this is a whole prompt; what is shorter may be quoted to ask about it.
WHOLE_PROMPT = 300
# What stands behind a prompt that is asked about, within so many letters of the end.
ASKED, ENDING = "asked", 400
# Of instructions that declare tools in words: their names, in the beginning of the text.
MAX_SPELLED = 6_000
MAX_NAMES, MAX_PART, SAME = 200, 32, 12
# A name is found by its first underscore, of which most texts have few, and what stands before it.
_LATER = re.compile(r"_[a-z]+(?:_[a-z]+)*(?!\w)")
_FIRST = re.compile(r"(?<!\w)[a-z]+\Z")


class Match(NamedTuple):
    """A rule that a call matches."""

    rule: Rule
    is_strong: bool


class _Kept(NamedTuple):
    wanted: frozenset[str]
    beside: frozenset[str]
    unless: frozenset[str]
    match: Match
    fewest: int  # so many signs it takes at least

    def fits(self, letters: int) -> bool:
        """Return whether the rule looks at instructions of so many letters."""
        rule = self.match.rule
        return rule.shortest <= letters <= (rule.longest or letters)

    def holds(self, found: frozenset[str]) -> bool:
        rule = self.match.rule
        return (
            len(self.wanted & found) >= rule.least
            and len(self.beside & found) >= rule.beside_least
            and self.unless.isdisjoint(found)
        )


@cache
def _compiled() -> tuple[Roles, Traits, Traits, Acts, Acts]:
    own = heuristics.load_own()
    traits, habits = Traits(own.trait), Traits(own.habit, MAX_WHOLE)
    return Roles(own.role), traits, habits, Acts(own.act), Acts(own.purpose)


class General:
    """Compiled general rules."""

    def __init__(self) -> None:
        self._roles, self._traits, self._habits, self._acts, self._purposes = _compiled()
        own = heuristics.load_own()
        self.personas = tuple(map(folding.fold, own.persona))
        self._of_trade, self._telling, self._kits = own.of_trade, own.telling, own.kit
        self._kept: dict[str, list[_Kept]] = {signal: [] for signal in SIGNALS}
        self._shortest, self._longest = MAX_WHOLE, 0  # of texts with habits, and with acts

    def add(self, rule: Rule, match: Match) -> None:
        """Take a rule with one of these signals."""
        named = map(_parameter, rule.pattern) if rule.signal == "parameters" else rule.pattern
        wanted, beside, unless = map(frozenset, (named, rule.beside, rule.unless))
        self._shortest = min(self._shortest, rule.shortest)
        both = rule.least + rule.beside_least if wanted.isdisjoint(beside) else rule.least
        self._kept[rule.signal].append(_Kept(wanted, beside, unless, match, both))
        if rule.signal == "acts":
            self._longest = max(self._longest, rule.longest)

    def of_tools(self, tools: Collection[Tool]) -> Iterator[Match]:
        """Yield the matches of what the declared tools are for."""
        if not tools:
            return
        roles, shaped = self._roles.of(islice(tools, MAX_TOOLS))
        if (rest := self._beside_kits(tools, roles)) is not tools:
            yield from self.of_tools(rest)
            return
        yield from _holding(self._kept["shapes"], shaped)
        is_few = len(tools) < FEW_TOOLS
        for match in (*_holding(self._kept["roles"], roles), *self._of_parameters(tools)):
            if match.rule.few or not is_few:
                yield match

    def _of_parameters(self, tools: Collection[Tool]) -> Iterator[Match]:
        """Yield the matches of tools that have parameters which only such programs' have."""
        called = [frozenset(map(_parameter, parameters)) for _, parameters in tools if parameters]
        for kept in self._kept["parameters"]:
            telling = sum(not kept.wanted.isdisjoint(it) for it in called)
            if telling >= kept.match.rule.least:
                yield kept.match

    def of_descriptions(self, described: Collection[str]) -> Iterator[Match]:
        """Yield the matches of what tools are said to do, one purpose each at least."""
        if len(described) >= FEW_TOOLS:
            told = (self._purposes.of(about) for about in islice(described, MAX_TOOLS))
            yield from _holding(self._kept["purposes"], frozenset[str]().union(*told))

    def _beside_kits(self, tools: Collection[Tool], roles: frozenset[str]) -> Collection[Tool]:
        """Return tools without those that a library gave to a student's program."""
        names = {words.unprefixed(name) for name, _ in tools}
        for kit in self._kits:
            if len(names.intersection(kit.tools)) >= kit.least and roles.isdisjoint(kit.unless):
                return [tool for tool in tools if words.unprefixed(tool[0]) not in kit.tools]
        return tools

    def of_text(self, text: str) -> Iterator[Match]:
        """Yield the matches of what instructions speak of; tools that they spell out are weak."""
        traits = self._traits_of(text)
        if not self._telling.isdisjoint(traits):
            yield from _holding(self._kept["traits"], traits)
            yield from self._of_whole("habits", text, traits)
        yield from self._of_short(text, traits)
        if text.count("_", 0, MAX_SPELLED) < FEW_TOOLS:
            return
        for match in self.of_tools([(name, ()) for name in _spelled(text)]):
            yield Match(match.rule, False)

    def _of_short(self, text: str, traits: frozenset[str]) -> Iterator[Match]:
        """Yield the matches of what short instructions tell a program to do."""
        if len(text) > self._longest:
            return
        fitting = [kept for kept in self._kept["acts"] if kept.fits(len(text))]
        if kept := [it for it in fitting if it.unless.isdisjoint(traits)]:
            yield from _holding(kept, traits | self._acts.of(text))

    def of_turn(self, text: str, starts: list[str]) -> Iterator[Match]:
        """Yield the matches of a prompt that a user's turn opens with, unless it is asked about.

        `starts` are folded, the text's own and those behind what stands in front.
        """
        is_prompt = any(start.startswith(self.personas) for start in starts)
        if is_prompt and ASKED not in self._traits.of(text[-ENDING:]):
            yield from self._of_whole("turn-habits", text, self._traits_of(text))

    def _traits_of(self, text: str) -> frozenset[str]:
        """Return a text's traits; those of its first letters when these say nothing that tells."""
        begun = self._traits.of(text[:MAX_FIRST_LOOK])
        if len(text) <= MAX_FIRST_LOOK or self._telling.isdisjoint(begun):
            return begun
        return self._traits.of(text)

    def _of_whole(self, signal: Signal, text: str, traits: frozenset[str]) -> Iterator[Match]:
        if len(text) < self._shortest or len(traits & self._of_trade) < ENOUGH:
            return
        fitting = (it for it in self._kept[signal] if it.fits(len(text)))
        if kept := [it for it in fitting if it.unless.isdisjoint(traits)]:
            yield from _holding(kept, traits | self._habits.of(text))


@lru_cache(MAX_PARAMETERS)
def _parameter(name: str) -> str:
    """Return what a parameter is called without its form: one for `oldString` and `old_string`."""
    return folding.fold(name[:MAX_PARAMETER])


def _spelled(text: str) -> set[str]:
    """Return the names of several words, `read_file`, that a text begins with."""
    # Most names stand in a text more than once, behind the same letters.
    places = dict[str, tuple[int, int]]()
    for later in islice(_LATER.finditer(text, 0, MAX_SPELLED), MAX_NAMES):
        start, end = later.span()
        places.setdefault(text[max(0, start - SAME) : end], (start, end))
    found = (
        (_FIRST.search(text, max(0, start - MAX_PART), start), text[start:end])
        for start, end in places.values()
    )
    return {first[0] + later for first, later in found if first}


def _holding(rules: list[_Kept], found: frozenset[str]) -> list[Match]:
    many = len(found)
    return [kept.match for kept in rules if kept.fewest <= many and kept.holds(found)]
