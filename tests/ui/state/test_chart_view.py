"""What is seen of a chart: its bars, its scale, its words, and what of it is sent again."""

from dataclasses import replace

import pytest

from hcai_app import clock
from hcai_app.services.usage.charts import SPANS, Bucket, Group, Range, Series
from hcai_app.ui.state import chart, chart_view
from hcai_app.ui.state.chart import Chart
from hcai_app.ui.state.chart_view import Measure

NOON = 1_777_809_600_000  # Sunday, 3 May 2026, 12:00 UTC
REQUESTS = Measure.REQUESTS


def made(*calls: tuple[int, str, int], range: Range = Range.DAY, now_ms: int = NOON) -> Chart:
    """A chart of calls: how long ago, of which model, how many; each costs a cent."""
    span = SPANS[range]
    buckets = tuple(
        Bucket(clock.floor_ms(now_ms - ago_ms, span.bucket_ms), name, count, 0, count * 10**7)
        for ago_ms, name, count in calls
    )
    whole = Series(
        range, Group.MODEL, span.bucket_ms, span.from_ms(now_ms), now_ms, buckets, labels={}
    )
    return chart.chart_of(whole)


def drawn(of: Chart, measure: Measure = REQUESTS, zone_ms: int = 0) -> list[str]:
    """All bars as words, those with nothing in them left out."""
    bars = [
        *chart_view.bars_of(of, measure, zone_ms),
        *chart_view.bars_of(of, measure, zone_ms, is_live=True),
    ]
    assert [bar.place for bar in bars] == [*range(bars[0].place, bars[0].place + len(bars))]
    assert len(bars) == of.count
    return [f"{bar.span}: {bar.total} ({bar.words})" for bar in bars if bar.parts]


def test_a_bar_stacks_its_parts_in_the_order_of_the_legend() -> None:
    shown = made((0, "m/a", 2), (0, "m/b", 5))
    bar = chart_view.bars_of(shown, REQUESTS, 0, is_live=True)[-1]
    assert [name.label for name in shown.names] == ["b", "a"]
    assert [(part.name, part.base, part.value) for part in bar.parts] == [(0, 0, 5), (1, 5, 2)]
    assert (bar.total, bar.words) == ("7", "b 5, a 2")


@pytest.mark.parametrize(
    ("range", "zone_hours", "words"),
    [
        (Range.MINUTES, 0, "12:00:00–12:00:05"),
        (Range.DAY, 0, "12:00–12:15"),
        (Range.DAY, 5.5, "17:30–17:45"),
        (Range.DAY, -12, "00:00–00:15"),
        (Range.WEEK, 9, "Sun 3 May, 21:00–00:00"),
        (Range.MONTH, 14, "Sun 3 May (UTC day)"),
    ],
)
def test_a_bar_says_its_time_by_the_readers_clock(
    range: Range, zone_hours: float, words: str
) -> None:
    zone_ms = int(zone_hours * clock.MS_PER_HOUR)
    assert drawn(made((0, "m/a", 1), range=range), zone_ms=zone_ms) == [f"{words}: 1 (a 1)"]


@pytest.mark.parametrize(
    ("measure", "most", "ticks"),
    [
        (Measure.REQUESTS, 0, ["0", "1", "2", "3", "4"]),
        (Measure.REQUESTS, 7, ["0", "2", "4", "6", "8"]),
        (Measure.REQUESTS, 12, ["0", "5", "10", "15"]),
        (Measure.REQUESTS, 60_000, ["0", "20k", "40k", "60k"]),
        (Measure.COST, 1, ["$0", "$0.002", "$0.004", "$0.006", "$0.008", "$0.010"]),
        (Measure.COST, 7, ["$0", "$0.02", "$0.04", "$0.06", "$0.08"]),
        (Measure.COST, 12, ["$0", "$0.025", "$0.050", "$0.075", "$0.100", "$0.125"]),
        (Measure.COST, 250, ["$0", "$0.50", "$1.00", "$1.50", "$2.00", "$2.50"]),
    ],
)
def test_the_scale_is_round_and_reaches_beyond_the_most(
    measure: Measure, most: int, ticks: list[str]
) -> None:
    frame = chart_view.frame_of(made((0, "m/a", most)), measure)
    assert [tick.text for tick in frame.ticks] == ticks
    assert frame.top >= most * (10**7 if measure is Measure.COST else 1)


def test_words_of_the_time_stand_at_the_readers_round_hours() -> None:
    moments = chart_view.moments_of(made((0, "m/a", 1)), int(5.5 * clock.MS_PER_HOUR))
    assert [moment.text for moment in moments][:3] == ["18:00", "20:00", "22:00"]
    narrow = [moment.text for moment in moments if moment.kind == chart_view.NARROW]
    assert narrow == ["00:00", "08:00", "16:00"]


def test_what_has_left_the_window_counts_no_more() -> None:
    shown = made((0, "m/a", 3), (4 * clock.MS_PER_MINUTE, "m/b", 4), range=Range.MINUTES)
    later = replace(shown, now_ms=NOON + 2 * clock.MS_PER_MINUTE)
    for given, totals in ((shown, ["4", "3"]), (later, ["3"])):
        frame = chart_view.frame_of(given, REQUESTS)
        assert [line.total for line in frame.legend] == totals
        assert len(drawn(given)) == len(totals)


def test_a_window_moves_at_the_end_of_its_bucket_unless_it_is_empty() -> None:
    now_ms = NOON + 4_000
    shown = made((0, "m/a", 1), range=Range.MINUTES, now_ms=now_ms)
    empty = replace(shown, now_ms=now_ms + 10 * clock.MS_PER_MINUTE)
    assert chart_view.frame_of(shown, REQUESTS).moves_in_ms == 1_000 + chart_view.LATE_MS
    frame = chart_view.frame_of(empty, REQUESTS)
    assert (frame.is_empty, frame.legend, frame.moves_in_ms) == (True, (), 0)


def test_a_tail_replaces_the_last_buckets_however_often_it_comes() -> None:
    shown = made((0, "m/a", 1), (clock.MS_PER_HOUR, "m/a", 2))
    tail = replace(
        made((0, "m/a", 5), now_ms=NOON + 1_000), from_ms=clock.floor_ms(NOON, shown.bucket_ms)
    )
    for _ in range(2):
        shown = chart.follow(shown, tail)
        assert [bar.partition(": ")[2] for bar in drawn(shown)] == ["2 (a 2)", "5 (a 5)"]
