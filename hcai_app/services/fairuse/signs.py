"""What the general rules are made of: roles of tools, and traits of instructions (`signs.toml`)."""

import tomllib
from functools import cache
from pathlib import Path

import msgspec
from msgspec import Struct

from hcai_app.settings import faults

FILE = Path(__file__).with_name("signs.toml")


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


class Signs(Struct, forbid_unknown_fields=True):
    """All of them."""

    role: list[Role]
    trait: list[Trait]

    @property
    def ids(self) -> frozenset[str]:
        """What rules may name."""
        return frozenset(sign.id for sign in (*self.role, *self.trait))


def load(text: str) -> Signs:
    """Read roles and traits.

    Raises:
        ValueError: When one is without an example or a near miss, or two have one id.
    """
    signs = msgspec.convert(tomllib.loads(text), Signs)
    for sign in (*signs.role, *signs.trait):
        if not (sign.match and sign.miss):
            raise ValueError(f"{sign.id}: match and miss must not be empty")
    if len(signs.ids) < len(signs.role) + len(signs.trait):
        raise ValueError("two roles or traits have one id")
    return signs


@cache
def load_own() -> Signs:
    """Read those that HCAI comes with.

    Raises:
        SettingsError: When one is incomplete, by its name.
    """
    with faults.reading(FILE):
        return load(FILE.read_text())
