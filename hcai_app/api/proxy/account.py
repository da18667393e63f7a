"""`/stats`, `/key` and `/generation`: a caller's totals, limits and generation records.

No rate limit counts these calls, but the key or session must be good and its owner allowed.
"""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from functools import partial
from typing import Annotated, Any
from urllib.parse import parse_qs

from msgspec import Struct, defstruct

from hcai_app import clock, money
from hcai_app.api.exchange import Exchange
from hcai_app.api.openapi.schemas import Anything, doc
from hcai_app.api.proxy.callers import FindCaller
from hcai_app.errors import InvalidRequest
from hcai_app.services.call import Caller, KeyRules
from hcai_app.services.limits import period
from hcai_app.services.usage import spending, totals
from hcai_app.worker.context import Worker

Handler = Callable[[Worker, Exchange], Awaitable[None]]

DAY_S = int(timedelta(days=1).total_seconds())
# Stands in for the key's preview when a session, which has no key, asks.
NO_KEY = "playground"
Spent = Annotated[float, doc("US dollars spent.")]


class Stats(Struct, rename="camel"):
    """Everything that you ever did here, with all of your keys."""

    total_requests: Annotated[int, doc("Calls, failed ones too.", ge=0)]
    total_tokens: Annotated[int, doc("Tokens in and out.", ge=0)]
    total_prompt_tokens: Annotated[int, doc("Tokens in.", ge=0)]
    total_completion_tokens: Annotated[int, doc("Tokens out.", ge=0)]


class KeyRate(Struct):
    """How often you may call."""

    requests: int
    interval: str
    note: str


class FreeRequests(Struct):
    """How often you may call free models, which have no limit of their own."""

    limit: int
    used: int
    remaining: int


class KeyFacts(Struct, kw_only=True, rename={"end": "expires_at"}):
    """OpenRouter's form."""

    label: Annotated[str, doc("The key, mostly hidden.")]
    name: Annotated[str, doc("What you call the key.")]
    limit: Annotated[
        float | None,
        doc(f"US dollars that {period.EACH} may cost: the key's own budget, or yours."),
    ]
    limit_remaining: Annotated[float | None, doc(f"US dollars left for {period.THIS}.")]
    limit_reset: Annotated[str | None, doc(f"`{period.INTERVAL}`: at {period.BOUNDARY}.")]
    usage: Spent
    usage_daily: Annotated[float, doc("US dollars spent today.")]
    usage_weekly: Spent
    usage_monthly: Spent
    creator_user_id: str | None
    budgets: list[Anything]
    effective_budget: Anything | None
    rate_limit: KeyRate
    free_model_daily_requests: FreeRequests
    allowed_data_regions: list[str]
    byok_usage: float
    byok_usage_daily: float
    byok_usage_weekly: float
    byok_usage_monthly: float
    # Whether a key has expired is for `services/keys` alone.
    end: Annotated[str | None, doc("When the key ends, in ISO 8601; null: never.")]
    models: Annotated[list[str] | None, doc("What the key may use; null: all that is offered.")]
    disabled: Annotated[bool, doc("Whether it is switched off; then it answers nothing.")]
    include_byok_in_limit: bool
    is_free_tier: bool
    is_management_key: bool
    is_provisioning_key: bool
    organization_id: str | None
    workspace_id: str | None


class KeyAnswer(Struct):
    """What your key may do."""

    data: KeyFacts


# OpenRouter's clients reject an answer without any one of these.
GENERATION_TEXTS = (
    "api_type external_user finish_reason http_referer native_finish_reason preset_id"
    " provider_name router service_tier upstream_id user_agent web_search_engine workspace_id"
)
GENERATION_COUNTS = (
    "app_id native_tokens_cached native_tokens_completion native_tokens_completion_images"
    " native_tokens_prompt native_tokens_reasoning num_fetches num_input_audio_prompt"
    " num_media_completion num_media_prompt num_search_results tokens_completion tokens_prompt"
)
GENERATION_NUMBERS = (
    "cache_discount generation_time latency moderation_latency upstream_inference_cost"
)
GenerationMembers = defstruct(
    "GenerationMembers",
    [
        *[(name, str | None) for name in GENERATION_TEXTS.split()],
        *[(name, int | None) for name in GENERATION_COUNTS.split()],
        *[(name, float | None) for name in GENERATION_NUMBERS.split()],
    ],
)


class Generation(GenerationMembers):
    """What one call was, and what it has cost."""

    id: str
    model: Annotated[str, doc("Who answered.")]
    created_at: Annotated[str, doc("When, in ISO 8601.")]
    total_cost: Annotated[float, doc("US dollars.")]
    usage: Annotated[float, doc("US dollars, the same.")]
    streamed: bool | None
    cancelled: Annotated[bool | None, doc("Whether you left before the end.")]
    is_byok: bool
    origin: str
    data_region: str
    provider_responses: list[Anything] | None


GenerationAnswer = defstruct("GenerationAnswer", [("data", Generation)])


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
    used = await totals.of_user(worker.database, caller.user_id)
    answer = Stats(
        total_requests=used.requests,
        total_tokens=used.total_tokens,
        total_prompt_tokens=used.prompt_tokens,
        total_completion_tokens=used.completion_tokens,
    )
    await exchange.reply_json(200, answer)


async def _show_key(find_caller: FindCaller, worker: Worker, exchange: Exchange) -> None:
    caller = await _allowed(find_caller, worker, exchange)
    spent = await spending.of_caller(worker.database, caller)
    await exchange.reply_json(200, KeyAnswer(_key_facts(worker, caller, spent)))


def _key_facts(worker: Worker, caller: Caller, spent: spending.Spending) -> KeyFacts:
    rules = caller.rules or KeyRules()
    budgets = [_budget("member", worker.budget.limit_of(caller), spent.period)]
    if rules.budget_nanousd is not None:
        budgets.append(_budget("key", rules.budget_nanousd, spent.key_period))
    tightest = min(budgets, key=lambda budget: budget["remaining_usd"])
    return KeyFacts(
        label=NO_KEY if caller.key_id is None else spent.key_preview,
        name=spent.key_name,
        limit=budgets[-1]["limit_usd"],
        limit_remaining=max(0, tightest["remaining_usd"]),
        limit_reset=period.INTERVAL,
        usage=_usd(spent.total),
        usage_daily=_usd(spent.day),
        usage_weekly=_usd(spent.week),
        usage_monthly=_usd(spent.month),
        creator_user_id=caller.user_id,
        budgets=budgets,
        effective_budget=tightest,
        rate_limit=_rate(worker),
        free_model_daily_requests=_free_requests(worker),
        # OpenRouter's clients require what follows, although nothing here is like it (reference,
        # section 13). What the provider's own keys cost (BYOK) is counted in `usage`.
        allowed_data_regions=["global"],
        byok_usage=0,
        byok_usage_daily=0,
        byok_usage_weekly=0,
        byok_usage_monthly=0,
        end=_iso(rules.expires_at_ms),
        models=None if rules.models is None else [*rules.models],
        disabled=not rules.is_on,
        include_byok_in_limit=True,
        is_free_tier=False,
        is_management_key=False,
        is_provisioning_key=False,
        organization_id=None,
        workspace_id=None,
    )


async def _show_generation(find_caller: FindCaller, worker: Worker, exchange: Exchange) -> None:
    caller = await _allowed(find_caller, worker, exchange)
    ids = parse_qs(exchange.query_string.decode("latin-1")).get("id")
    if not ids:
        raise InvalidRequest("Name the generation: `/generation?id=gen-…`.", param="id")
    record = await worker.generations.of_caller(ids[-1], caller)
    await exchange.reply_json(200, {"data": record})


async def _allowed(find_caller: FindCaller, worker: Worker, exchange: Exchange) -> Caller:
    caller = await find_caller(worker, exchange)
    worker.authentication.check_allowed(caller)
    return caller


def _budget(scope: str, limit: int, spent: int) -> dict[str, Any]:
    """Return the period's budget, of one key or of all of a user, in OpenRouter's format."""
    return {
        "scope": scope,
        "budget_id": None,
        "guardrail_id": None,
        "include_byok": True,
        "limit_usd": _usd(limit),
        "spend_usd": _usd(spent),
        "remaining_usd": _usd(limit - spent),
        "reset_interval": period.INTERVAL,
        "resets_at": _iso(period.budget_period(clock.now_ms()).end_ms),
    }


def _iso(at_ms: int | None) -> str | None:
    """Return a moment in ISO 8601, in UTC."""
    return None if at_ms is None else clock.from_ms(at_ms).isoformat().replace("+00:00", "Z")


def _rate(worker: Worker) -> KeyRate:
    rate = worker.settings.chat_rate_limit
    note = "Of all generating calls together, with all of your keys."
    return KeyRate(rate.amount, f"{rate.get_expiry()}s", note)


def _free_requests(worker: Worker) -> FreeRequests:
    rate = worker.settings.chat_rate_limit
    calls_a_day = rate.amount * DAY_S // rate.get_expiry()
    return FreeRequests(limit=calls_a_day, used=0, remaining=calls_a_day)


def _usd(nanousd: int) -> float:
    return float(money.to_usd(nanousd))
