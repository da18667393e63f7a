"""What a tab's chart knows: its points, and the names that it tells apart.

It is read once, and then told its last buckets as they are.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from hcai_app import clock
from hcai_app.services.models import colors
from hcai_app.services.usage import charts
from hcai_app.services.usage.charts import MOST_NAMES, OTHER, SPANS, Group, Series
from hcai_app.ui.view_models.chart import ChartName

OTHER_LABEL = "Other"

# A bucket's start, the place of a name, requests, tokens, nano-dollars.
Point = tuple[int, int, int, int, int]


@dataclass(frozen=True)
class Chart:
    """What a tab's chart knows, or its tail: the buckets from `from_ms` on, as they are now."""

    range: str = ""
    group: str = ""
    bucket_ms: int = 1
    count: int = 1  # of buckets that are shown
    origin_ms: int = 0  # where places are counted from
    from_ms: int = 0
    now_ms: int = 0  # the server's clock, when this was read
    names: tuple[ChartName, ...] = ()
    # One for each bucket and name: start, index of the name, requests, tokens, nano-dollars.
    points: tuple[Point, ...] = ()

    @property
    def first_ms(self) -> int:
        """When the window begins."""
        return clock.floor_ms(self.now_ms, self.bucket_ms) - (self.count - 1) * self.bucket_ms

    def place(self, at_ms: int) -> int:
        """Return how many buckets a moment lies behind the origin."""
        return (at_ms - self.origin_ms) // self.bucket_ms

    def shown(self) -> list[Point]:
        """Return the points in the window."""
        first_ms = self.first_ms
        return [point for point in self.points if point[0] >= first_ms]


def chart_of(series: Series, shown: tuple[ChartName, ...] = ()) -> Chart:
    """Return a chart, or its tail: with the names that the chart shows already.

    A new name gets a place and a color: at the end while there is room, then in place of
    one that has left the window. The others keep theirs.
    """
    names = _names(series, shown)
    places = {name.id: place for place, name in enumerate(names)}
    folded = charts.fold(series, [name for name in places if name != OTHER])
    return Chart(
        range=series.range.value,
        group=series.group.value,
        bucket_ms=series.bucket_ms,
        count=SPANS[series.range].count,
        origin_ms=series.from_ms,
        from_ms=series.from_ms,
        now_ms=series.now_ms,
        names=names,
        points=tuple(
            (it.start_ms, places[it.name], it.requests, it.tokens, it.cost_nanousd)
            for it in folded.buckets
        ),
    )


def follow(chart: Chart, tail: Chart) -> Chart:
    """Return the chart with its last buckets as the tail has them."""
    now = replace(chart, now_ms=max(chart.now_ms, tail.now_ms), names=tail.names)
    kept = [point for point in now.shown() if point[0] < tail.from_ms]
    return replace(now, points=(*kept, *tail.points))


def _names(series: Series, shown: tuple[ChartName, ...]) -> tuple[ChartName, ...]:
    last_ms = {it.name: it.start_ms for it in series.buckets}  # which are in the order of time
    names = [_seen(name, last_ms) for name in shown]
    known = {name.id for name in names}
    if last_ms.keys() <= known:  # as at nearly every call
        return tuple(names)
    ranked = charts.top_names(series.buckets, most=None)
    new = [name for name in ranked if name not in {OTHER, *known}]
    joining = dict(zip(new, _free_places(names, series), strict=False))
    staying = [name for place, name in enumerate(names) if place not in joining.values()]
    own = _colors([*(name.id for name in staying if name.id != OTHER), *joining], staying)
    for name, place in joining.items():
        fresh = ChartName(name, _label(series, name), own[name], last_ms[name])
        names[place : place + 1] = [fresh]
    needs_other = len(new) > len(joining) or OTHER in last_ms
    if needs_other and OTHER not in {name.id for name in names}:
        names.append(ChartName(OTHER, OTHER_LABEL, colors.color_of(colors.OTHER)))
    return tuple(names)


def _seen(name: ChartName, last_ms: dict[str, int]) -> ChartName:
    at_ms = last_ms.get(name.id, name.last_ms)
    return name if at_ms == name.last_ms else replace(name, last_ms=at_ms)


def _free_places(names: Sequence[ChartName], series: Series) -> list[int]:
    """Return where names may join: at the end, then where one is that the window has left behind.

    The chart still has that one's points, under its place. They are out of sight by a bucket.
    """
    span = SPANS[series.range]
    gone_ms = span.from_ms(series.now_ms) - span.bucket_ms
    named = [place for place, name in enumerate(names) if name.id != OTHER]
    at_end = range(len(names), len(names) + MOST_NAMES - len(named))
    return [*at_end, *(place for place in named if names[place].last_ms < gone_ms)]


def _colors(names: list[str], shown: Sequence[ChartName]) -> dict[str, str]:
    """Return every name's color; those that are shown keep theirs."""
    chosen = {name.id: name.color for name in shown}
    wanted = {name: colors.color_of(index) for name, index in colors.color_indexes(names).items()}
    every = [colors.color_of(index) for index in range(colors.CHART_COLORS)]
    for name in names:
        taken = chosen.values()
        free = (color for color in (wanted[name], *every) if color not in taken)
        chosen.setdefault(name, next(free, colors.color_of(colors.OTHER)))
    return chosen


def _label(series: Series, name: str) -> str:
    return series.labels.get(name, name) if series.group is Group.KEY else short_name(name)


def short_name(model: str) -> str:
    """Return a model's name without its maker."""
    return model.rpartition("/")[2]
