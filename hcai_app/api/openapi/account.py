"""Schemas of a caller's totals, key and generations."""

from hcai_app.api.openapi.schemas import (
    Members,
    Schema,
    anything,
    array,
    members,
    nullable,
    number,
    text,
    truth,
    whole,
)
from hcai_app.services.limits import period

USD = "US dollars"
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


def schemas() -> dict[str, Schema]:
    """Return the schemas of the account endpoints."""
    return {
        "Stats": _stats(),
        "KeyAnswer": members({"data": _key()}),
        "GenerationAnswer": members({"data": _generation()}),
    }


def _stats() -> Schema:
    return members(
        {
            "totalRequests": whole("Calls, failed ones too.", minimum=0),
            "totalTokens": whole("Tokens in and out.", minimum=0),
            "totalPromptTokens": whole("Tokens in.", minimum=0),
            "totalCompletionTokens": whole("Tokens out.", minimum=0),
        },
        description="Everything that you ever did here, with all of your keys.",
    )


def _key() -> Schema:
    spent = number(f"{USD} spent.")
    required: Members = {
        "label": text("The key, mostly hidden."),
        "limit": nullable(number(f"{USD} that {period.EACH} may cost.")),
        "limit_remaining": nullable(number(f"{USD} left for {period.THIS}.")),
        "limit_reset": nullable(text(f"`{period.INTERVAL}`: at {period.BOUNDARY}.")),
        "usage": spent,
        "usage_daily": number(f"{USD} spent today."),
        "usage_weekly": spent,
        "usage_monthly": spent,
        **dict.fromkeys(("byok_usage", "byok_usage_daily"), number()),
        **dict.fromkeys(("byok_usage_weekly", "byok_usage_monthly"), number()),
        "include_byok_in_limit": truth(),
        "is_free_tier": truth(),
        "is_management_key": truth(),
        "is_provisioning_key": truth(),
        "rate_limit": members({"requests": whole(), "interval": text(), "note": text()}),
        "free_model_daily_requests": members(
            {"limit": whole(), "used": whole(), "remaining": whole()}
        ),
        "allowed_data_regions": array(text()),
        "budgets": array(anything()),
        "effective_budget": nullable(anything()),
        **dict.fromkeys(("creator_user_id", "organization_id", "workspace_id"), nullable(text())),
    }
    return members(required, {"expires_at": nullable(text())}, "OpenRouter's form.")


def _generation() -> Schema:
    required: Members = {
        "id": text(),
        "model": text("Who answered."),
        "created_at": text("When, in ISO 8601."),
        "total_cost": number(f"{USD}."),
        "usage": number(f"{USD}, the same."),
        "streamed": nullable(truth()),
        "cancelled": nullable(truth("Whether you left before the end.")),
        "is_byok": truth(),
        "origin": text(),
        "data_region": text(),
        "provider_responses": nullable(array(anything())),
        **dict.fromkeys(GENERATION_TEXTS.split(), nullable(text())),
        **dict.fromkeys(GENERATION_COUNTS.split(), nullable(whole())),
        **dict.fromkeys(GENERATION_NUMBERS.split(), nullable(number())),
    }
    return members(required, description="What one call was, and what it has cost.")
