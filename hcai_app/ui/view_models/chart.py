"""View models of the chart. Places count buckets from where the chart began to be shown."""

from dataclasses import dataclass


@dataclass(frozen=True)
class ChartName:
    """What a chart tells apart: a model or a key."""

    id: str
    label: str
    color: str  # CSS
    last_ms: int = 0  # the start of the last bucket that it is in


@dataclass(frozen=True)
class PartView:
    """What one name has of a bar."""

    name: int  # its place among the names
    base: int  # what stands below it
    value: int
    text: str


@dataclass(frozen=True)
class BarView:
    """A bucket, empty ones too."""

    place: int
    span: str
    total: str
    words: str  # what it is made of
    parts: tuple[PartView, ...]


@dataclass(frozen=True)
class ScaleTick:
    """A line of the scale."""

    percent: float
    text: str


@dataclass(frozen=True)
class MomentView:
    """A word of the axis of time."""

    place: float
    text: str
    kind: str  # a class: how wide a chart has to be for it


@dataclass(frozen=True)
class LegendLine:
    """A name, and its sum in the window."""

    id: str
    label: str
    color: str
    total: str


@dataclass(frozen=True)
class Frame:
    """What bars stand in; a chart moves and grows by it, and its bars stay as they are."""

    first: int = 0  # the place of the window's first bucket
    count: int = 1
    top: int = 1  # the scale's end
    ticks: tuple[ScaleTick, ...] = ()
    legend: tuple[LegendLine, ...] = ()
    is_empty: bool = True
    now_ms: int = 0  # the server's clock, when this was drawn
    moves_in_ms: int = 0  # until the window does; 0: there is nothing to move
