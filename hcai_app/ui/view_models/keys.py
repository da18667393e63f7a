"""The view model of a key: what /keys shows of one, and never the key."""

from dataclasses import dataclass


@dataclass(frozen=True)
class KeyView:
    """One key of the list; a moment of 0 is one that never was."""

    id: str
    name: str
    preview: str
    created_ms: int
    revoked_ms: int
    last_call_ms: int
    requests: str
    tokens: str
    cost: str
    spent_now: str  # in the budget's period


@dataclass(frozen=True)
class LeakView:
    """A key that was found in public, and has no successor yet."""

    id: str
    name: str
    leaked_ms: int
