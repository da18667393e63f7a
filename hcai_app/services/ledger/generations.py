"""The provider's record of one generation, for its own caller only.

All our users share one account there, so a record is shown only to the user whose pseudonym it
carries, and of its members only those that speak of the call.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from hcai_app.errors import NotFound, Unavailable, UpstreamFailed
from hcai_app.loose_json import items_of, members_of
from hcai_app.services.call import Caller

Record = dict[str, Any]
Find = Callable[[str], Awaitable[Record | None]]

MAX_ID = 200
# Look-ups at once, so that a provider which hangs takes no more of our connections.
MAX_LOOKUPS = 16
# How long a caller waits: a client of OpenRouter's gives up after five seconds, and asks again.
PATIENCE_S = 4.0
TIMEOUT = 504
# Every other member stays in the record, because clients require it, but as null.
PUBLIC = frozenset(
    {
        "api_type",
        "cache_discount",
        "cancelled",
        "created_at",
        "data_region",
        "finish_reason",
        "generation_time",
        "id",
        "is_byok",
        "latency",
        "model",
        "moderation_latency",
        "native_finish_reason",
        "native_tokens_cached",
        "native_tokens_completion",
        "native_tokens_completion_images",
        "native_tokens_prompt",
        "native_tokens_reasoning",
        "num_fetches",
        "num_input_audio_prompt",
        "num_media_completion",
        "num_media_prompt",
        "num_search_results",
        "provider_name",
        "request_id",
        "router",
        "service_tier",
        "session_id",
        "streamed",
        "tokens_completion",
        "tokens_prompt",
        "total_cost",
        "upstream_inference_cost",
        "usage",
        "web_search_engine",
    }
)
# Of an attempt nothing else stays: there clients do without, but not with null.
PUBLIC_OF_ATTEMPT = ("is_byok", "latency", "model_permaslug", "provider_name", "status")


class Generations:
    """The look-ups of one worker."""

    def __init__(self, find: Find) -> None:
        self._find = find
        self._running = asyncio.Semaphore(MAX_LOOKUPS)

    async def of_caller(self, generation_id: str, caller: Caller) -> Record:
        """Return the record of a call that the caller made.

        Raises:
            NotFound: When no such record exists, or it belongs to another user.
            Unavailable: When too many look-ups are under way.
            UpstreamFailed: When the provider does not answer.
        """
        is_id = 0 < len(generation_id) <= MAX_ID
        record = await self._look_up(generation_id) if is_id else None
        if record is None or record.get("external_user") != caller.pseudonym:
            raise NotFound(
                "None of your generations has this id. Fresh ones are known a few seconds after "
                "their end."
            )
        return _public(record)

    async def _look_up(self, generation_id: str) -> Record | None:
        if self._running.locked():
            raise Unavailable("Too many generations are being looked up; try again in a moment.")
        try:
            async with self._running, asyncio.timeout(PATIENCE_S):
                return await self._find(generation_id)
        except TimeoutError:
            raise UpstreamFailed("The provider was silent for too long.", TIMEOUT) from None


def _public(record: Record) -> Record:
    """Return a record redacted of our account's details."""
    told = {name: value if name in PUBLIC else None for name, value in record.items()}
    attempts = [members_of(attempt) for attempt in items_of(record.get("provider_responses"))]
    told["provider_responses"] = [
        {name: attempt[name] for name in PUBLIC_OF_ATTEMPT if name in attempt}
        for attempt in attempts
    ]
    return {**told, "origin": ""}
