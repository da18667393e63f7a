"""When a budget begins and ends, and who says what its period is called."""

import ast
import re
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hcai_app import clock
from hcai_app.services.limits.period import budget_period
from tests.harness.processes import ROOT


@given(st.integers(0, 4_000_000_000_000))
def test_a_moment_lies_in_its_period_and_the_next_one_follows_at_once(at_ms: int) -> None:
    start_ms, end_ms = budget_period(at_ms)
    assert start_ms <= at_ms < end_ms
    assert budget_period(start_ms) == budget_period(end_ms - 1) == (start_ms, end_ms)
    assert budget_period(end_ms).start_ms == end_ms


@pytest.mark.parametrize(
    ("now", "midnight"),
    [
        (datetime(2026, 12, 31, 23, 59, 59, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC)),
        (datetime(2028, 2, 28, tzinfo=UTC), datetime(2028, 2, 29, tzinfo=UTC)),
    ],
)
def test_budgets_reset_at_the_next_midnight(now: datetime, midnight: datetime) -> None:
    assert clock.from_ms(budget_period(clock.to_ms(now)).end_ms) == midnight


DAY = re.compile(r"\b(today|a day|each day|every day|daily budget|tomorrow)\b", re.IGNORECASE)
# Their days are those of the calendar, or a length of time, whatever the budget's period is.
ABOUT_DAYS = {
    "api/desk/overview.py",  # rules that fired; the month's mean
    "api/proxy/account.py",  # OpenRouter's `usage_daily`
    "cli/budget.py",  # the calendar's day and month
    "docs/__init__.py",  # what providers keep
    "docs/examples/programs/web-page/python.py",
    "services/keys/keys.py",  # how many keys in a day
    "services/people/identity.py",  # a word in an address
    "services/usage/filters.py",
    "ui/components/new_key.py",  # how long a rotated key lives on
    "ui/pages/activity.py",
    "ui/pages/dashboard.py",  # a CSS class
    "ui/state/activity_address.py",
    "ui/state/keys_view.py",  # a key's last day
}


def test_only_the_period_calls_a_budgets_period_by_its_name() -> None:
    """A budget by the month would else be a day's on some page."""
    app = ROOT / "hcai_app"
    naming = {
        str(path.relative_to(app))
        for path in app.rglob("*.py")
        if any(DAY.search(text) for text in texts_in(ast.parse(path.read_text())))
    }
    assert naming - {"services/limits/period.py"} == ABOUT_DAYS


def texts_in(tree: ast.Module) -> Iterator[str]:
    """The strings of a module, without its docstrings."""
    documented = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    docs = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, documented) and node.body and isinstance(node.body[0], ast.Expr)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docs:
            yield node.value
