"""`/stats`, `/key` and `/generation`: a caller's totals, limits and generation records.

No rate limit counts these calls, but the key or session must be good and its owner allowed.
"""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from functools import partial
from typing import Any
from urllib.parse import parse_qs

from hcai_app import clock, money
from hcai_app.api.exchange import Exchange
from hcai_app.api.proxy.callers import FindCaller
from hcai_app.errors import InvalidRequest
from hcai_app.services.call import Caller
from hcai_app.services.limits import period
from hcai_app.services.usage import spending
from hcai_app.services.usage import totals as stats
from hcai_app.worker.context import Worker

Handler = Callable[[Worker, Exchange], Awaitable[None]]

DAY_S = int(timedelta(days=1).total_seconds())
# Stands in for the key's preview when a session, which has no key, asks.
NO_KEY = "playground"
# What OpenRouter's clients require of a key although nothing here is like it: see the reference,
# section 13. What the provider's own keys cost (BYOK) is counted in `usage`.
NOT_OURS = {
    "allowed_data_regions": ["global"],
    "byok_usage": 0,
    "byok_usage_daily": 0,
    "byok_usage_weekly": 0,
    "byok_usage_monthly": 0,
    "expires_at": None,
    "include_byok_in_limit": True,
    "is_free_tier": False,
    "is_management_key": False,
    "is_provisioning_key": False,
    "organization_id": None,
    "workspace_id": None,
}


def stats_for(find_caller: FindCaller) -> Handler:
    """Return a handler for a caller's totals."""
    return partial(_show_stats, find_caller)


def key_for(find_caller: FindCaller) -> Handler:
    """Return a handler for a caller's limits, spending and remaining budget."""
    return partial(_show_key, find_caller)


def generation_for(find_caller: FindCaller) -> Handler:
    """Return a handler for the provider's record of one of the caller's calls."""
    return partial(_show_generation, find_caller)


async def _show_stats(find_caller: FindCaller, worker: Worker, exchange: Exchange) -> None:
    caller = await _allowed(find_caller, worker, exchange)
    totals = await stats.of_user(worker.database, caller.user_id)
    body = {
        "totalRequests": totals.requests,
        "totalTokens": totals.total_tokens,
        "totalPromptTokens": totals.prompt_tokens,
        "totalCompletionTokens": totals.completion_tokens,
    }
    await exchange.reply_json(200, body)


async def _show_key(find_caller: FindCaller, worker: Worker, exchange: Exchange) -> None:
    caller = await _allowed(find_caller, worker, exchange)
    spent = await spending.of_caller(worker.database, caller)
    limit = worker.budget.limit_of(caller)
    budget = _budget(limit, spent.period)
    data = {
        "label": NO_KEY if caller.key_id is None else spent.key_preview,
        "limit": _usd(limit),
        "limit_remaining": max(0, budget["remaining_usd"]),
        "limit_reset": period.INTERVAL,
        "usage": _usd(spent.total),
        "usage_daily": _usd(spent.day),
        "usage_weekly": _usd(spent.week),
        "usage_monthly": _usd(spent.month),
        "creator_user_id": caller.user_id,
        "budgets": [budget],
        "effective_budget": budget,
        **_rates(worker),
        **NOT_OURS,
    }
    await exchange.reply_json(200, {"data": data})


async def _show_generation(find_caller: FindCaller, worker: Worker, exchange: Exchange) -> None:
    caller = await _allowed(find_caller, worker, exchange)
    ids = parse_qs(exchange.scope["query_string"].decode("latin-1")).get("id")
    if not ids:
        raise InvalidRequest("Name the generation: `/generation?id=gen-…`.", param="id")
    record = await worker.generations.of_caller(ids[-1], caller)
    await exchange.reply_json(200, {"data": record})


async def _allowed(find_caller: FindCaller, worker: Worker, exchange: Exchange) -> Caller:
    caller = await find_caller(worker, exchange)
    worker.authentication.check_allowed(caller)
    return caller


def _budget(limit: int, spent: int) -> dict[str, Any]:
    """Return the period's budget, shared by all keys of a user, in OpenRouter's format."""
    resets_at = clock.from_ms(period.budget_period(clock.now_ms()).end_ms)
    return {
        "scope": "member",
        "budget_id": None,
        "guardrail_id": None,
        "include_byok": True,
        "limit_usd": _usd(limit),
        "spend_usd": _usd(spent),
        "remaining_usd": _usd(limit - spent),
        "reset_interval": period.INTERVAL,
        "resets_at": resets_at.isoformat().replace("+00:00", "Z"),
    }


def _rates(worker: Worker) -> dict[str, Any]:
    """Return the caller's rate limit; free models have none of their own."""
    rate = worker.settings.chat_rate_limit
    window_s = rate.get_expiry()
    calls_a_day = rate.amount * DAY_S // window_s
    note = "Of all generating calls together, with all of your keys."
    return {
        "rate_limit": {"requests": rate.amount, "interval": f"{window_s}s", "note": note},
        "free_model_daily_requests": {"limit": calls_a_day, "used": 0, "remaining": calls_a_day},
    }


def _usd(nanousd: int) -> float:
    return float(money.to_usd(nanousd))
