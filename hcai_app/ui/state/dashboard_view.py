"""Maps the dashboard snapshot to view models."""

import random
from functools import lru_cache

from hcai_app import formatting
from hcai_app.services.call import Outcome
from hcai_app.services.models import colors
from hcai_app.services.usage.dashboard import LatestCall, ModelUse, Today
from hcai_app.ui.state.chart import short_name
from hcai_app.ui.state.outcomes import OUTCOMES
from hcai_app.ui.view_models import CallLine, Figures, ModelLine

PLAYGROUND = "Playground"
PENDING = "pending"
# A window moves with every call: who has calls left need not know to the second.
WINDOW_GAP_MS = 30_000
# Tabs that wait for the same moment do not ask all at once.
EARLIEST_MS, LATEST_MS = 500, 4_500

# A person's tabs show the same: what is drawn for one of them is drawn for all.
of_all_tabs = lru_cache(maxsize=256)


@of_all_tabs
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


def renews_in_ms(today: Today, now_ms: int) -> int:
    """Return after how long a tab looks at its window again, a call of which ends; 0: never."""
    if today.window_reset_ms is None:
        return 0
    late_ms = random.randint(EARLIEST_MS, LATEST_MS)  # noqa: S311 - nobody gains by guessing it
    gap_ms = WINDOW_GAP_MS if today.calls_left else 0
    return max(today.window_reset_ms - now_ms + late_ms, gap_ms, 1)


@of_all_tabs
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


@of_all_tabs
def models_of(uses: tuple[ModelUse, ...]) -> tuple[ModelLine, ...]:
    """Return the top models; the longest bar is that of the dearest, or else of the busiest."""
    indexes = colors.color_indexes(use.model for use in uses)
    has_cost = any(use.cost_nanousd for use in uses)
    weights = [use.cost_nanousd if has_cost else use.requests for use in uses]
    return tuple(
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
    )
