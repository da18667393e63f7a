"""The configured limits, in words."""

from hcai_app import formatting, money
from hcai_app.services.limits import period
from hcai_app.settings import load_settings


def budget() -> str:
    """Return everyone's budget, like $4 of model time a day."""
    amount = formatting.usd_short(money.to_nanousd(load_settings().daily_budget_usd))
    return f"{amount} of model time {period.EACH}"


def pace() -> str:
    """Return the rate limit's window, like every 30 minutes, or an hour."""
    window = formatting.window(load_settings().chat_rate_limit, article=True)
    return f"every {window}" if window[0].isdigit() else window


def rate() -> str:
    """Return the rate limit, like 150 calls in 30 minutes."""
    limit = load_settings().chat_rate_limit
    return f"{formatting.count(limit.amount)} calls in {formatting.window(limit, article=True)}"
