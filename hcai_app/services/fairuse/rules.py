"""The rules of `rules.toml`: what each looks for, what it weighs, and its two examples."""

import tomllib
from functools import cache
from pathlib import Path
from typing import Literal

import msgspec
from msgspec import Struct

from hcai_app.settings import faults

Signal = Literal[
    "host", "title", "user-agent", "header", "category",
    "opening", "turn", "tools", "syntax", "roles", "shapes", "parameters", "purposes",
    "traits", "habits", "turn-habits", "acts",
]  # fmt: skip
Mode = Literal["on", "counting", "off"]
# An app whose rules agree with those of every other app of their category.
ANY_APP = "any"
LEARNED = "learned-"  # how the ids of what was learned begin, which stand for rules
FILE = Path(__file__).with_name("rules.toml")


class Rule(Struct, frozen=True, forbid_unknown_fields=True):
    """One sign of one app. A strong one refuses a call, a weak one only with another."""

    id: str
    app: str
    category: Literal["coding agent", "role-play front end", "gateway"]
    signal: Signal
    pattern: tuple[str, ...]
    weight: Literal["strong", "weak"]
    source: str
    match: str  # an example that the rule must find
    miss: str  # its near miss
    mode: Mode = "on"
    least: int = 1  # so many of the tools, marks, roles, traits or habits in `pattern`
    shortest: int = 500  # of habits and acts: shorter instructions are not looked at
    longest: int = 0  # and longer ones are not either; 0: however long
    beside: tuple[str, ...] = ()  # tools, roles or traits that say nothing alone
    beside_least: int = 0
    unless: tuple[str, ...] = ()  # traits that excuse
    # Of few tools, too; a weak one then decides only beside a rule that knows an app.
    few: bool = False
    hint: str = ""  # what else a refusal tells

    @property
    def looks_like(self) -> str:
        """What a call looks like that the rule finds, in words."""
        return f"a {self.category}" if self.app == ANY_APP else f"{self.app}, a {self.category}"


class _File(Struct, forbid_unknown_fields=True):
    rule: list[dict[str, object]]


def load(text: str) -> list[Rule]:
    """Read rules.

    Raises:
        ValueError: When one is incomplete, or two have one id.
    """
    rules = [_read(entry) for entry in msgspec.convert(tomllib.loads(text), _File).rule]
    for rule in rules:
        said = (*rule.pattern, rule.match, rule.miss, rule.source)
        if not rule.pattern or not all(map(str.strip, said)):
            raise ValueError(f"{rule.id}: pattern, source, match and miss must not be empty")
    ids = [rule.id for rule in rules]
    if twice := {name for name in ids if ids.count(name) > 1}:
        raise ValueError(f"two rules are called {', '.join(sorted(twice))}")
    return rules


def _read(entry: dict[str, object]) -> Rule:
    try:
        return msgspec.convert(entry, Rule)
    except msgspec.ValidationError as error:
        raise ValueError(f"{entry.get('id', 'a rule without an id')}: {error}") from None


@cache
def load_own() -> tuple[Rule, ...]:
    """Read the rules that HCAI comes with.

    Raises:
        SettingsError: When a rule is incomplete, by its name.
    """
    with faults.reading(FILE):
        return tuple(load(FILE.read_text()))


def is_known(rule: str) -> bool:
    """Return whether a rule has this id, or something learned may have it."""
    return rule.startswith(LEARNED) or any(known.id == rule for known in load_own())
