"""The view models of /keys: what is shown of a key, and never the key."""

from dataclasses import dataclass


@dataclass(frozen=True)
class KeyChip:
    """A rule of a key in two or three words."""

    text: str
    kind: str = ""  # "near" its end or limit, "over" it


@dataclass(frozen=True)
class KeyView:
    """One key of the list; a moment of 0 is one that never was."""

    id: str
    name: str
    preview: str
    created_ms: int
    ended_ms: int
    last_call_ms: int
    requests: str
    tokens: str
    cost: str
    spent_now: str  # in the budget's period
    chips: tuple[KeyChip, ...] = ()
    has_chips: bool = False
    is_on: bool = True
    has_expired: bool = False
    is_rotated: bool = False
    # Its rules as they stand in the form.
    last_day: str = ""
    budget: str = ""
    models: str = ""


@dataclass(frozen=True)
class LeakView:
    """A key that was found in public, and has no successor yet."""

    id: str
    name: str
    leaked_ms: int
