"""The limits in force, in words."""

from hcai_app import settings


def budget() -> str:
    """Return what a day may cost, like $4."""
    return f"${settings.load().daily_budget_usd:g}"


def rate() -> str:
    """Return how many calls fit into which time, like 150 calls in 30 minutes."""
    given = settings.load().chat_rate_limit
    unit = given.GRANULARITY.name
    span = f"{given.multiples} {unit}s" if given.multiples > 1 else f"a {unit}"
    return f"{given.amount:,} calls in {span}"
