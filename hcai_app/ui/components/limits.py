"""The configured limits, in words."""

from hcai_app.services.limits import period
from hcai_app.settings import load_settings


def budget() -> str:
    """Return what everybody may spend, like $4 of model time a day."""
    return f"${load_settings().daily_budget_usd:g} of model time {period.EACH}"


def rate() -> str:
    """Return how many calls fit into which time, like 150 calls in 30 minutes."""
    settings = load_settings().chat_rate_limit
    unit = settings.GRANULARITY.name
    span = f"{settings.multiples} {unit}s" if settings.multiples > 1 else f"a {unit}"
    return f"{settings.amount:,} calls in {span}"
