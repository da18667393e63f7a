"""The one form of every error, and requests that no client library would send.

`{"error": {"code": <int = status>, "message": <text>, "type": <text>, "param": <text|null>,
"metadata": <object|null>}}`
"""

import json
from typing import Any

import httpx

from tests.harness.product import Product

MEMBERS = {"code", "message", "type", "param", "metadata"}


def assert_error(answer: httpx.Response, status: int, *, param: str | None = None) -> str:
    """The answer is this error, in form and headers; returns its message."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["x-request-id"]
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert ("www-authenticate" in answer.headers) == (status == 401)
    assert ("retry-after" in answer.headers) >= (status == 429)
    return assert_error_body(answer.json(), status, param=param)


def assert_error_body(body: dict[str, Any], status: int, *, param: str | None = None) -> str:
    assert body.keys() == {"error"}
    error = body["error"]
    assert error.keys() == MEMBERS
    assert type(error["code"]) is int
    assert (error["code"], error["param"]) == (status, param)
    assert isinstance(error["type"], str)
    assert error["metadata"] is None or isinstance(error["metadata"], dict)
    assert len(error["message"]) > 10
    return error["message"]


def send(
    product: Product, key: str | None, body: bytes | list[bytes], **headers: str
) -> httpx.Response:
    """Send these very bytes as a chat completion; a list goes without Content-Length."""
    content = body if isinstance(body, bytes) else iter(body)
    given = {"Content-Type": "application/json", **headers}
    return product.post("/chat/completions", key, content=content, headers=given)


def chat_body(text: str = "hi", **fields: Any) -> dict[str, Any]:
    messages = [{"role": "user", "content": text}]
    return {"model": "qwen/qwen3-32b", "messages": messages, **fields}


def events(text: str) -> list[dict[str, Any]]:
    """The data lines of a stream, without `[DONE]`."""
    lines = [line.removeprefix("data: ") for line in text.splitlines() if line.startswith("data: ")]
    return [json.loads(line) for line in lines if line != "[DONE]"]
