"""What the general rules are made of (`heuristics.toml`): roles of tools, traits, habits, acts."""

import tomllib
from functools import cache
from pathlib import Path

import msgspec
from msgspec import Struct

from hcai_app.settings import faults

FILE = Path(__file__).with_name("heuristics.toml")


class Role(Struct, frozen=True, forbid_unknown_fields=True):
    """What a tool is for: told by a verb and an object in its name, a whole name, or a shape."""

    id: str
    match: str  # the name of a tool that has this role
    miss: str  # and of one that has not
    verbs: list[str] = []
    objects: list[str] = []
    names: list[str] = []
    shapes: list[str] = []


class Trait(Struct, frozen=True, forbid_unknown_fields=True):
    """What instructions speak of, in one of some phrases."""

    id: str
    words: list[str]
    match: str  # instructions that have it
    miss: str  # and some that have not
    within: int = 0  # only in so many letters from the start
    of_trade: bool = False  # one of those without which habits are not looked for
    everyday: bool = False  # says too little to look at more than the beginning for it


class VerbObject(Struct, frozen=True, forbid_unknown_fields=True):
    """What instructions tell a program to do, or a tool's description says that it does.

    A verb, and its object a few words behind it.
    """

    id: str
    verbs: list[str]
    objects: list[str]
    match: str  # instructions that have it
    miss: str  # and some that have not


class Kit(Struct, frozen=True, forbid_unknown_fields=True):
    """Tools that a library gives to every program built with it: they count as none."""

    id: str
    tools: list[str]
    least: int  # so many of them are the library's
    unless: list[str]  # roles of other tools, or of its own, beside which they count
    match: str  # tools of a program that has it
    miss: str  # and of one that has not


class Signs(Struct, forbid_unknown_fields=True):
    """All of them."""

    persona: list[str] = []  # how a prompt begins that tells a model who it is
    role: list[Role] = []
    trait: list[Trait] = []
    habit: list[Trait] = []  # looked for in more than the beginning
    act: list[VerbObject] = []  # looked for in short instructions
    purpose: list[VerbObject] = []  # looked for in descriptions of tools
    kit: list[Kit] = []

    @property
    def of_trade(self) -> frozenset[str]:
        """Traits that speak of the trade."""
        return frozenset(trait.id for trait in self.trait if trait.of_trade)

    @property
    def telling(self) -> frozenset[str]:
        """Traits that not everybody's instructions have."""
        return frozenset(trait.id for trait in self.trait if not trait.everyday)

    @property
    def ids(self) -> frozenset[str]:
        """What rules may name."""
        return frozenset(sign.id for sign in self.named)

    @property
    def named(self) -> tuple[Role | Trait | VerbObject, ...]:
        """What has an id of its own."""
        return (*self.role, *self.trait, *self.habit, *self.act, *self.purpose)


def load(text: str) -> Signs:
    """Read roles, traits, habits, acts and purposes.

    Raises:
        ValueError: When one is without an example or a near miss, or two have one id.
    """
    signs = msgspec.convert(tomllib.loads(text), Signs)
    for sign in (*signs.named, *signs.kit):
        if not (sign.match and sign.miss):
            raise ValueError(f"{sign.id}: match and miss must not be empty")
    if len(signs.ids) < len(signs.named):
        raise ValueError("two roles, traits, habits, acts or purposes have one id")
    return signs


@cache
def load_own() -> Signs:
    """Read those that HCAI comes with.

    Raises:
        SettingsError: When one is incomplete, by its name.
    """
    with faults.reading(FILE):
        return load(FILE.read_text())
