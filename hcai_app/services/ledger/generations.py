"""The provider's record of one generation, for its own caller only.

All our users share one account there, so a record is shown only to the user whose pseudonym it
carries, and of its members only those that speak of the call.
"""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from typing import Any

from hcai_app.errors import NotFound, RateLimited, Unavailable, UpstreamFailed
from hcai_app.loose_json import items_of, members_of
from hcai_app.services.call import Caller
from hcai_app.services.limits.windows import Windows

Record = dict[str, Any]
Find = Callable[[str], Awaitable[Record | None]]
# Whether a generation is in the ledger rows of a user.
IsOwn = Callable[[str, str], Awaitable[bool]]

MAX_ID = 200
# Look-ups at once, so that a provider which hangs takes no more of our connections.
MAX_LOOKUPS = 16
# Of one user's, at once and a minute.
MAX_OF_USER = 2
MAX_A_MINUTE = 60
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

    def __init__(self, find: Find, is_own: IsOwn) -> None:
        self._find = find
        self._is_own = is_own
        self._running: Counter[str] = Counter()  # by user
        self._asked = Windows(MAX_A_MINUTE, 60)

    async def of_caller(self, generation_id: str, caller: Caller) -> Record:
        """Return the record of a call that the caller made.

        Raises:
            NotFound: When no such record exists, or it belongs to another user.
            RateLimited: When the caller asks too often, or for too many at once.
            Unavailable: When too many look-ups are under way, or the ledger is away.
            UpstreamFailed: When the provider does not answer.
        """
        is_id = 0 < len(generation_id) <= MAX_ID
        record = await self._look_up_own(generation_id, caller) if is_id else None
        if record is None or record.get("external_user") != caller.pseudonym:
            raise NotFound(
                "None of your generations has this id. Fresh ones are known a few seconds after "
                "their end."
            )
        return _public(record)

    async def _look_up_own(self, generation_id: str, caller: Caller) -> Record | None:
        """Ask for a record that the caller's own rows name; of others nobody is asked."""
        if self._running[caller.user_id] >= MAX_OF_USER:
            raise RateLimited(
                f"You are looking up {MAX_OF_USER} generations; wait for one to come.", 1
            )
        if self._running.total() >= MAX_LOOKUPS:
            raise Unavailable("Too many generations are being looked up; try again in a moment.")
        self._asked.hit(caller.user_id).require()
        self._running[caller.user_id] += 1
        try:
            is_own = await self._is_own(generation_id, caller.user_id)
            return await self._look_up(generation_id) if is_own else None
        finally:
            self._running -= Counter([caller.user_id])

    async def _look_up(self, generation_id: str) -> Record | None:
        try:
            async with asyncio.timeout(PATIENCE_S):
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
