"""GET /generation: a generation's cost, available some time after its end."""

import datetime
import time
from typing import Any

from aiohttp import web

from hcai_app.simulator import replies
from hcai_app.simulator.calls import Call
from hcai_app.simulator.catalog_routes import drawn
from hcai_app.simulator.errors import Refusal
from hcai_app.simulator.exchanges import CALLS


async def show(request: web.Request) -> web.StreamResponse:
    """Handle GET /generation?id=."""
    generation_id = request.query.get("id", "")
    call = request.app[CALLS].find(generation_id)
    if call is not None and call.generation_status:
        return replies.refusal(Refusal(call.generation_status))
    if call is None or not _is_ready(call):
        return replies.refusal(Refusal(404, f"Generation {generation_id} not found"))
    return await drawn(request, {"data": generation_json(call)})


def _is_ready(call: Call) -> bool:
    ended = call.finished_at
    return ended is not None and time.time() >= ended + call.generation_delay


def generation_json(call: Call) -> dict[str, Any]:
    """Build the generation's record with every key that the SDKs require."""
    ended = call.finished_at or time.time()
    started = datetime.datetime.fromtimestamp(call.started_at, datetime.UTC)
    return {
        "id": call.id,
        "upstream_id": f"sim-{call.id}",
        "request_id": call.id.replace("gen-", "req-"),
        "created_at": started.isoformat().replace("+00:00", "Z"),
        "model": call.model,
        "provider_name": "Simulated",
        "api_type": call.api_type,
        "streamed": call.streamed,
        "cancelled": call.cancelled,
        "finish_reason": call.finish_reason,
        "native_finish_reason": call.finish_reason,
        "external_user": call.user,
        "session_id": call.session_id,
        "http_referer": call.referer,
        "user_agent": call.user_agent,
        "latency": round(((call.first_token_at or ended) - call.started_at) * 1000, 3),
        "generation_time": round((ended - call.started_at) * 1000, 3),
        **_counts(call),
        **_absent(),
    }


def _counts(call: Call) -> dict[str, Any]:
    return {
        "tokens_prompt": call.prompt_tokens,
        "tokens_completion": call.completion_tokens,
        "native_tokens_prompt": call.prompt_tokens,
        "native_tokens_completion": call.completion_tokens,
        "native_tokens_completion_images": call.image_tokens,
        "native_tokens_reasoning": call.reasoning_tokens,
        "native_tokens_cached": 0,
        "num_media_completion": call.images,
        "total_cost": call.cost,
        "usage": call.cost,
        "upstream_inference_cost": call.upstream_cost,
        "is_byok": call.upstream_cost is not None,
    }


def _absent() -> dict[str, Any]:
    nothing = (
        "app_id cache_discount moderation_latency num_fetches num_input_audio_prompt"
        " num_media_prompt num_search_results preset_id response_cache_source_id router"
        " service_tier web_search_engine workspace_id"
    )
    return {
        **dict.fromkeys(nothing.split()),
        "data_region": "global",
        "origin": "",
        "provider_responses": [],
    }
