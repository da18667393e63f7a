"""View models of /global that tell of single calls: nothing of whose they are."""

from dataclasses import dataclass


@dataclass(frozen=True)
class TickView:
    """One of the latest calls of everybody."""

    id: str  # among those that are shown; no id of the call
    at_ms: int
    model: str
    color: str  # CSS
    tokens: str
    word: str  # "token" or "tokens"
    is_new: bool  # it was not there before
