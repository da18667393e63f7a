"""View models of the docs."""

from dataclasses import dataclass


@dataclass(frozen=True)
class PieceView:
    """A piece of a text, and whether it was looked for."""

    text: str
    is_marked: bool


@dataclass(frozen=True)
class FoundView:
    """A place in the docs that fits."""

    anchor: str
    title: str
    chapter: str  # empty where it is the title
    pieces: list[PieceView]
