"""Response headers: names and descriptions.

A name that ends in `?` stands for a header that is not on every such answer.
"""

from typing import NamedTuple

from hcai_app.api.openapi.schemas import Schema, ref


class Header(NamedTuple):
    """One header: its name on the wire, what it says, and its type in JSON Schema."""

    wire: str
    says: str
    type: str = "string"


HEADERS = {
    "RequestId": Header(
        "X-Request-Id",
        "The name of this very request. Something went wrong? Tell us this, and we find it.",
    ),
    "Limit": Header("X-RateLimit-Limit", "How many calls fit into one window of time.", "integer"),
    "Remaining": Header("X-RateLimit-Remaining", "How many of them are left.", "integer"),
    "Reset": Header("X-RateLimit-Reset", "When the window ends, in Unix seconds.", "integer"),
    "GenerationId": Header(
        "X-Generation-Id", "What `GET /generation` takes, to tell what this call has cost."
    ),
    "Help": Header(
        "X-HCAI-Help",
        "Where somebody to talk to is found: the prompt sounded as if that might help.",
    ),
    "RetryAfter": Header(
        "Retry-After", "How long to wait before you try again: seconds, or a date."
    ),
    "ShouldRetry": Header(
        "X-Should-Retry", "`false`: trying again will not help. OpenAI's clients obey it."
    ),
    "ETag": Header("ETag", "The fingerprint of this answer. Send it as `If-None-Match` next time."),
    "Simulated": Header(
        "X-Simulated", "`true`: this server has no provider, and made the answer up."
    ),
    "Challenge": Header("WWW-Authenticate", "Which kind of key we want."),
    "Allow": Header("Allow", "The methods that this path takes."),
}
STANDING = ("Limit", "Remaining", "Reset")
STANDING_AT_TIMES = tuple(f"{name}?" for name in STANDING)
AT_TIMES = (*STANDING_AT_TIMES, "GenerationId?", "Help?", "RetryAfter?", "ShouldRetry?")
SIMULATED = "Simulated?"
ALWAYS = ("RequestId", *STANDING, "RetryAfter", "ETag", "Challenge", "Allow")


def components() -> dict[str, Schema]:
    """Return every header as a component."""
    return {_component(name): _header(name) for name in (*ALWAYS, *AT_TIMES, SIMULATED)}


def of_answer(*names: str) -> dict[str, Schema]:
    """Return the headers of one response; each has a request id."""
    return {
        HEADERS[name.removesuffix("?")].wire: ref(_component(name), "headers")
        for name in ("RequestId", *names)
    }


def _component(name: str) -> str:
    return f"Maybe{name[:-1]}" if name.endswith("?") else name


def _header(name: str) -> Schema:
    header = HEADERS[name.removesuffix("?")]
    return {
        "description": header.says,
        "required": not name.endswith("?"),
        "schema": {"type": header.type},
    }
