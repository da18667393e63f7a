"""Records of the generation requests that the simulator received.

Memory is bounded: the oldest record is evicted when a new one would exceed the cap, and only the
latest calls keep their headers and body.
"""

import secrets
import time
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

MAX_CALLS = 100_000
MAX_DETAILED = 200
MAX_REQUESTS = 1_000
MAX_BODY_BYTES = 64 * 1024


def new_id() -> str:
    """Return a new generation id in OpenRouter's format."""
    return f"gen-{int(time.time())}-{secrets.token_hex(10)}"


@dataclass(slots=True, eq=False)
class Call:
    """One generation request, from its first byte to its bill."""

    path: str
    api_type: str
    id: str = field(default_factory=new_id)
    model: str = ""
    streamed: bool = False
    status: int | None = None
    started_at: float = field(default_factory=time.time)
    first_token_at: float | None = None
    finished_at: float | None = None
    cancelled_at: float | None = None
    prompt_tokens: int = 0
    completion_tokens: int = 0
    reasoning_tokens: int = 0
    image_tokens: int = 0
    images: int = 0
    cost: Decimal = Decimal(0)
    upstream_cost: Decimal | None = None
    finish_reason: str | None = None
    user: str | None = None
    session_id: str | None = None
    user_agent: str | None = None
    referer: str | None = None
    generation_delay: float = 0.0
    generation_status: int = 0
    headers: dict[str, str] | None = None
    body: str | None = None

    @property
    def cancelled(self) -> bool:
        """Return whether the client disconnected before the end."""
        return self.cancelled_at is not None

    def summary(self) -> dict[str, Any]:
        """Return the fields that tests compare with the ledger."""
        return {
            "id": self.id,
            "cost": self.cost,
            "prompt_tokens": self.prompt_tokens,
            "completion_tokens": self.completion_tokens,
            "cancelled": self.cancelled,
            "cancelled_at": self.cancelled_at,
            "status": self.status,
        }

    def full(self) -> dict[str, Any]:
        """Return every recorded field of this call."""
        return {
            **self.summary(),
            "path": self.path,
            "model": self.model,
            "streamed": self.streamed,
            "started_at": self.started_at,
            "first_token_at": self.first_token_at,
            "finished_at": self.finished_at,
            "reasoning_tokens": self.reasoning_tokens,
            "image_tokens": self.image_tokens,
            "upstream_inference_cost": self.upstream_cost,
            "finish_reason": self.finish_reason,
            "user": self.user,
            "headers": self.headers,
            "body": self.body,
        }


class CallLog:
    """The calls since the start or the last reset, in order of arrival."""

    def __init__(self) -> None:
        self._calls: dict[str, Call] = {}
        self._detailed: deque[Call] = deque()
        self.requests: deque[dict[str, Any]] = deque(maxlen=MAX_REQUESTS)
        """Method, path and time of the latest requests of any kind."""
        self.count = 0

    def note(self, method: str, path: str) -> None:
        """Record the arrival of a request of any kind."""
        self.requests.append({"method": method, "path": path, "at": time.time()})

    def add(self, call: Call) -> None:
        """Record a call; evict the oldest one if there is no room."""
        self.count += 1
        self._calls[call.id] = call
        if len(self._calls) > MAX_CALLS:
            del self._calls[next(iter(self._calls))]
        self._detailed.append(call)
        if len(self._detailed) > MAX_DETAILED:
            old = self._detailed.popleft()
            old.headers = old.body = None

    def find(self, generation_id: str) -> Call | None:
        """Return the call with this id."""
        return self._calls.get(generation_id)

    def clear(self) -> None:
        """Remove every call; those still running are not counted again."""
        self._calls.clear()
        self._detailed.clear()
        self.requests.clear()
        self.count = 0

    def __iter__(self) -> Iterator[Call]:
        return iter(self._calls.values())

    def __len__(self) -> int:
        return len(self._calls)
