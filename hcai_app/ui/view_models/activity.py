"""View models of /activity."""

from dataclasses import dataclass


@dataclass(frozen=True)
class SumsView:
    """What all the calls add up to that the filter leaves."""

    calls: str = "0"
    tokens: str = "0"
    cost: str = "$0"
    refused: str = "0"
    has_refused: bool = False
    is_partial: bool = False  # only the newest calls were counted
