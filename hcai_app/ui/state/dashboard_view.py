"""Maps the dashboard snapshot to view models."""

from collections.abc import Sequence
from dataclasses import replace

from hcai_app import formatting
from hcai_app.services.call import Outcome
from hcai_app.services.models import colors
from hcai_app.services.usage import charts
from hcai_app.services.usage.charts import MOST_NAMES, OTHER, SPANS, Group, Series
from hcai_app.services.usage.dashboard import LatestCall, ModelUse, Today
from hcai_app.ui.state.outcomes import OUTCOMES
from hcai_app.ui.view_models import CallLine, Chart, ChartName, Figures, ModelLine

PLAYGROUND = "Playground"
PENDING = "pending"
OTHER_LABEL = "Other"


def figures_of(today: Today) -> Figures:
    """Return the top row."""
    left = max(0, today.budget_nanousd - today.cost_nanousd)
    share = today.cost_nanousd / today.budget_nanousd if today.budget_nanousd else 1.0
    return Figures(
        left=formatting.usd(left),
        spent=formatting.usd(today.cost_nanousd),
        budget=formatting.usd_short(today.budget_nanousd),
        spent_percent=round(min(1.0, share) * 100, 2),
        resets_at_ms=today.resets_at_ms,
        requests=formatting.count(today.requests),
        tokens=formatting.tokens(today.tokens),
        calls_left=formatting.count(today.calls_left),
        calls_limit=formatting.count(today.calls_limit),
        window_reset_ms=today.window_reset_ms or 0,
        has_key=today.has_key,
        has_called=today.has_called,
    )


def line_of(call: LatestCall) -> CallLine:
    """Return a call as one line."""
    return CallLine(
        id=call.id,
        at_ms=call.started_at_ms,
        model=short_name(call.model),
        model_id=call.model,
        key=PLAYGROUND if call.key_name is None else call.key_name,
        tokens=formatting.tokens(call.tokens),
        cost=formatting.usd(call.cost_nanousd) if call.is_settled else PENDING,
        problem=OUTCOMES[Outcome(call.outcome)].problem,
    )


def models_of(uses: tuple[ModelUse, ...]) -> list[ModelLine]:
    """Return the top models; the longest bar is that of the dearest, or else of the busiest."""
    indexes = colors.color_indexes(use.model for use in uses)
    has_cost = any(use.cost_nanousd for use in uses)
    weights = [use.cost_nanousd if has_cost else use.requests for use in uses]
    return [
        ModelLine(
            model=short_name(use.model),
            model_id=use.model,
            requests=formatting.counted(use.requests, "request"),
            tokens=formatting.tokens(use.tokens),
            cost=formatting.usd(use.cost_nanousd),
            share_percent=round(100 * weight / (max(weights) or 1), 1),
            color=colors.color_of(indexes[use.model]),
        )
        for use, weight in zip(uses, weights, strict=True)
    ]


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
        from_ms=series.from_ms,
        now_ms=series.now_ms,
        names=names,
        points=tuple(
            (it.start_ms, places[it.name], it.requests, it.tokens, it.cost_nanousd)
            for it in folded.buckets
        ),
    )


def short_name(model: str) -> str:
    """Return a model's name without its maker."""
    return model.rpartition("/")[2]


def _names(series: Series, shown: tuple[ChartName, ...]) -> tuple[ChartName, ...]:
    last_ms = {it.name: it.start_ms for it in series.buckets}  # which are in the order of time
    names = [replace(name, last_ms=last_ms.get(name.id, name.last_ms)) for name in shown]
    known = {OTHER, *(name.id for name in names)}
    new = [name for name in charts.top_names(series.buckets, most=None) if name not in known]
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


def _free_places(names: Sequence[ChartName], series: Series) -> list[int]:
    """Return where names may join: at the end, then where one is that the window has left behind.

    The browser still has that one's points, under its place. They are out of sight: by a bucket
    more than they need to be, since a browser looks at its clock once in a while only.
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
