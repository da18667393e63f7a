"""Response headers: names and descriptions.

A name that ends in `?` stands for a header that is not on every such answer.
"""

from typing import NamedTuple

from hcai_app.api.openapi.schemas import Schema, ref, text, whole


class Header(NamedTuple):
    """One header: its name on the wire, and what it says."""

    wire: str
    says: str
    schema: Schema


HEADERS = {
    "RequestId": Header(
        "X-Request-Id",
        "The name of this very request. Something went wrong? Tell us this, and we find it.",
        text(),
    ),
    "Limit": Header("X-RateLimit-Limit", "How many calls fit into one window of time.", whole()),
    "Remaining": Header("X-RateLimit-Remaining", "How many of them are left.", whole()),
    "Reset": Header("X-RateLimit-Reset", "When the window ends, in Unix seconds.", whole()),
    "GenerationId": Header(
        "X-Generation-Id", "What `GET /generation` takes, to tell what this call has cost.", text()
    ),
    "RetryAfter": Header(
        "Retry-After", "How long to wait before you try again: seconds, or a date.", text()
    ),
    "ShouldRetry": Header(
        "X-Should-Retry", "`false`: trying again will not help. OpenAI's clients obey it.", text()
    ),
    "ETag": Header(
        "ETag", "The fingerprint of this answer. Send it as `If-None-Match` next time.", text()
    ),
    "Simulated": Header(
        "X-Simulated", "`true`: this server has no provider, and made the answer up.", text()
    ),
    "Challenge": Header("WWW-Authenticate", "Which kind of key we want.", text()),
    "Allow": Header("Allow", "The methods that this path takes.", text()),
}
STANDING = ("Limit", "Remaining", "Reset")
STANDING_AT_TIMES = tuple(f"{name}?" for name in STANDING)
AT_TIMES = (*STANDING_AT_TIMES, "GenerationId?", "RetryAfter?", "ShouldRetry?")
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
        "schema": header.schema,
    }
