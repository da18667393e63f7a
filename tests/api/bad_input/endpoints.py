"""The endpoints beside chat completions: a good body for each, and the form of its errors."""

import json
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest

from tests.api.wire import MEMBERS, assert_error_body

CHAT = "qwen/qwen3-32b"
ANTHROPIC_TYPES = {
    400: "invalid_request_error",
    401: "authentication_error",
    404: "not_found_error",
    405: "invalid_request_error",
    413: "request_too_large",
    429: "rate_limit_error",
    502: "api_error",
    524: "api_error",
}


@dataclass(frozen=True)
class Endpoint:
    path: str
    content: str  # the member that says what it is all about
    body: dict[str, Any] = field(hash=False)

    def __str__(self) -> str:
        return self.path

    @property
    def good(self) -> bytes:
        return json.dumps(self.body).encode()

    def saying(self, raw: bytes) -> bytes:
        """The body with this, as it is, in place of what it is about."""
        return json.dumps({**self.body, self.content: 0}).encode().replace(b": 0", b":" + raw)

    def with_member(self, raw: bytes) -> bytes:
        return self.good[:-1] + b"," + raw + b"}"


MESSAGES = [{"role": "user", "content": "hi"}]
EMBEDDINGS = Endpoint("/embeddings", "input", {"input": "hi", "model": "qwen/qwen3-embedding-8b"})
RESPONSES = Endpoint("/responses", "input", {"input": "hi", "model": CHAT})
ANTHROPIC = Endpoint(
    "/messages", "messages", {"messages": MESSAGES, "model": CHAT, "max_tokens": 16}
)
IMAGES = Endpoint(
    "/images/generations",
    "prompt",
    {"prompt": "a cat", "model": "google/gemini-2.5-flash-image"},
)
OWN_IMAGES = Endpoint(
    "/images", "prompt", {"prompt": "a cat", "model": "google/gemini-2.5-flash-image"}
)
COMPLETIONS = Endpoint("/completions", "prompt", {"prompt": "hi", "model": CHAT})
MODERATIONS = Endpoint("/moderations", "input", {"input": "hi"})
GENERATING = [EMBEDDINGS, RESPONSES, ANTHROPIC, IMAGES, OWN_IMAGES, COMPLETIONS]
EACH = pytest.mark.parametrize("endpoint", [*GENERATING, MODERATIONS], ids=str)
EACH_GENERATING = pytest.mark.parametrize("endpoint", GENERATING, ids=str)


def assert_refused(
    endpoint: Endpoint, answer: httpx.Response, status: int, *, param: str | None = None
) -> str:
    """The answer is this error in the endpoint's own form; returns its message."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["x-request-id"]
    assert ("www-authenticate" in answer.headers) == (status == 401)
    if endpoint is not ANTHROPIC:
        return assert_error_body(answer.json(), status, param=param)
    told = answer.json()
    assert told.keys() == {"type", "error", "request_id"}
    assert (told["type"], told["request_id"]) == ("error", answer.headers["x-request-id"])
    assert told["error"].keys() == MEMBERS
    assert told["error"]["type"] == ANTHROPIC_TYPES[status]
    return assert_error_body({"error": told["error"]}, status, param=param)
