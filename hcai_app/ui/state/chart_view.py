"""Maps a chart to what is seen of it: bars, scale, legend, words.

Bars are drawn in two parts: those before `live_place` hardly change, and are not sent again with
each call.
"""

import math
from collections import defaultdict
from collections.abc import Sequence
from datetime import UTC, datetime
from enum import StrEnum
from functools import lru_cache

from hcai_app import formatting, money
from hcai_app.services.usage.charts import SPANS, Range
from hcai_app.ui.state.chart import Chart, Point
from hcai_app.ui.view_models.chart import (
    BarView,
    Frame,
    LegendLine,
    MomentView,
    PartView,
    ScaleTick,
)

# So many last buckets at most are sent again with each call.
LIVE = 4
MOST_STEPS = 5
CENT_PLACES = 2
FINE = (1, 2, 2.5, 5, 10)
# From here on nobody counts single calls or tokens.
MANY = 10_000
# Between the finest words of the axis of time; in a narrow one every second or fourth stays.
BUCKETS_IN_A_STEP = {Range.MINUTES: 12, Range.DAY: 8, Range.WEEK: 8, Range.MONTH: 3}
NARROW, MIDDLE, WIDE = "", "is-middle", "is-wide"
KINDS = {
    Range.MINUTES: (NARROW, MIDDLE),
    Range.DAY: (NARROW, WIDE, MIDDLE, WIDE),
    Range.WEEK: (NARROW, MIDDLE),
    Range.MONTH: (NARROW, WIDE, MIDDLE, WIDE),
}
# A window moves a moment after its bucket has ended.
LATE_MS = 50


class Measure(StrEnum):
    """What a chart adds up."""

    REQUESTS = "requests"
    TOKENS = "tokens"
    COST = "cost"


COLUMN = {Measure.REQUESTS: 2, Measure.TOKENS: 3, Measure.COST: 4}


def live_place(chart: Chart) -> int:
    """Return from which place on bars are sent again with each call."""
    last = chart.place(chart.now_ms)
    return last - last % LIVE


def bars_of(
    chart: Chart, measure: Measure, zone_ms: int, *, is_live: bool = False
) -> list[BarView]:
    """Return the bars of the window that stay as they are, or the last, which go on.

    `zone_ms` is how far the reader's clock is ahead of UTC.
    """
    first, live = chart.place(chart.first_ms), live_place(chart)
    places = range(live, chart.place(chart.now_ms) + 1) if is_live else range(first, live)
    since_ms = chart.origin_ms + places.start * chart.bucket_ms
    found: dict[int, list[Point]] = defaultdict(list)
    for point in chart.points:
        if point[0] >= since_ms:
            found[chart.place(point[0])].append(point)
    return [
        _bar(chart, place, sorted(found.get(place, ()), key=lambda it: it[1]), measure, zone_ms)
        for place in places
    ]


def frame_of(chart: Chart, measure: Measure) -> Frame:
    """Return what the bars stand in."""
    column = COLUMN[measure]
    shown = chart.shown()
    by_bar: dict[int, int] = defaultdict(int)
    by_name = [0] * len(chart.names)
    for point in shown:
        by_bar[point[0]] += point[column]
        by_name[point[1]] += point[column]
    step, steps = _scale(max(by_bar.values(), default=0), measure)
    is_empty = not any(by_name)
    ends_in_ms = chart.bucket_ms - chart.now_ms % chart.bucket_ms
    return Frame(
        first=chart.place(chart.first_ms),
        count=chart.count,
        top=step * steps,
        ticks=tuple(
            ScaleTick(round(100 * place / steps, 2), _on_scale(place * step, step, measure))
            for place in range(steps + 1)
        ),
        legend=tuple(
            LegendLine(name.id, name.label, name.color, text_of(total, measure))
            for name, total in zip(chart.names, by_name, strict=True)
            if total
        ),
        is_empty=is_empty,
        now_ms=chart.now_ms,
        moves_in_ms=0 if is_empty else ends_in_ms + LATE_MS,
    )


@lru_cache(maxsize=64)
def live_of(chart: Chart, measure: Measure, zone_ms: int) -> tuple[tuple[BarView, ...], Frame]:
    """Return the last bars, which go on, and what all stand in: once for all tabs alike."""
    return tuple(bars_of(chart, measure, zone_ms, is_live=True)), frame_of(chart, measure)


def moments_of(chart: Chart, zone_ms: int) -> tuple[MomentView, ...]:
    """Return the words of the axis of time."""
    return _moments(Range(chart.range), chart.origin_ms, chart.first_ms, zone_ms)


def text_of(value: int, measure: Measure) -> str:
    """Return a value as people read it."""
    if measure is Measure.COST:
        return formatting.usd(value)
    return formatting.count(value) if value < MANY else formatting.tokens(value)


def _bar(
    chart: Chart, place: int, points: Sequence[Point], measure: Measure, zone_ms: int
) -> BarView:
    parts: list[PartView] = []
    base = 0
    for point in points:
        if value := point[COLUMN[measure]]:
            parts.append(PartView(point[1], base, value, text_of(value, measure)))
            base += value
    start_ms = chart.origin_ms + place * chart.bucket_ms
    span = _span(Range(chart.range), start_ms, start_ms + chart.bucket_ms, zone_ms)
    labels = [f"{chart.names[part.name].label} {part.text}" for part in parts]
    return BarView(
        place, span, text_of(base, measure), ", ".join(labels) or "nothing", tuple(parts)
    )


@lru_cache(maxsize=1024)
def _span(range: Range, start_ms: int, end_ms: int, zone_ms: int) -> str:
    if range is Range.MONTH:
        return f"{_day(_at(start_ms))} (UTC day)"
    start, end = _at(start_ms + zone_ms), _at(end_ms + zone_ms)
    clock_form = "%H:%M:%S" if range is Range.MINUTES else "%H:%M"
    day = f"{_day(start)}, " if range is Range.WEEK else ""
    return f"{day}{start:{clock_form}}–{end:{clock_form}}"


# Many tabs look at the same hours.
@lru_cache(maxsize=64)
def _moments(range: Range, origin_ms: int, first_ms: int, zone_ms: int) -> tuple[MomentView, ...]:
    """Return where the axis of time has words; days are UTC days where bars are."""
    span, kinds = SPANS[range], KINDS[range]
    step_ms = BUCKETS_IN_A_STEP[range] * span.bucket_ms
    shift_ms, half = (0, 0.5) if range is Range.MONTH else (zone_ms, 0)
    end_ms = first_ms + span.count * span.bucket_ms
    number = math.ceil((first_ms + shift_ms) / step_ms)
    found: list[MomentView] = []
    while (at_ms := number * step_ms - shift_ms) < end_ms:
        place = round((at_ms - origin_ms) / span.bucket_ms + half, 3)
        found.append(MomentView(place, _word(range, at_ms, shift_ms), kinds[number % len(kinds)]))
        number += 1
    return tuple(found)


def _word(range: Range, at_ms: int, shift_ms: int) -> str:
    at = _at(at_ms + shift_ms)
    if range is Range.MONTH:
        return f"{at.day} {at:%b}"
    return f"{at:%a} {at.day}" if range is Range.WEEK else f"{at:%H:%M}"


def _day(at: datetime) -> str:
    return f"{at:%a} {at.day} {at:%b}"


def _at(at_ms: int) -> datetime:
    return datetime.fromtimestamp(at_ms / 1000, UTC)


def _scale(most: int, measure: Measure) -> tuple[int, int]:
    """Return a round step, and in how many of them the scale goes beyond the most."""
    is_fine = measure is Measure.COST  # of the others there are no halves
    top = max(most, 1 if is_fine else 4)
    power = 10.0 ** math.floor(math.log10(top / MOST_STEPS))
    sizes = (factor * power for factor in FINE)
    step = next(
        int(size) for size in sizes if size.is_integer() and math.ceil(top / size) <= MOST_STEPS
    )
    return step, math.ceil(top / step)


def _on_scale(value: int, step: int, measure: Measure) -> str:
    """Return a value as the scale says it: every one with the same decimals."""
    if measure is not Measure.COST or value == 0:
        return text_of(value, measure)
    digits = f"{step / money.NANO:.9f}".rstrip("0").partition(".")[2]
    places = max(CENT_PLACES, len(digits)) if digits else 0
    return f"${money.to_usd(value):.{places}f}"
