"""Error chunks of a chat stream: the full shape that every official client can parse.

Source: openrouter-api reference, section 5 ("Mid-stream error chunk"): all members of a chunk, an
integer code, and no empty `metadata`, which `@openrouter/sdk` rejects.
"""

from typing import Any

import msgspec

from hcai_app import clock

UNKNOWN_ERROR = 502


def error_chunk(error: Any, generation_id: str | None, model: str | None) -> bytes:
    """Return the JSON of a chunk that carries the provider's error, or ours."""
    return msgspec.json.encode(
        {
            "id": generation_id or "",
            "object": "chat.completion.chunk",
            "created": clock.now_ms() // 1000,
            "model": model or "",
            "error": normalised(error),
            "choices": [{"index": 0, "delta": {"content": ""}, "finish_reason": "error"}],
        }
    )


def normalised(error: Any) -> dict[str, Any]:
    """Return the provider's error with an integer `code`, a text and no empty `metadata`."""
    if not isinstance(error, dict):
        error = {"message": str(error)}
    given = dict(error)
    metadata = given.pop("metadata", None)
    message = given.get("message")
    result = {
        **given,
        "code": status_of(error),
        "message": message if isinstance(message, str) else "The provider reported an error.",
    }
    if isinstance(metadata, dict) and metadata:
        result["metadata"] = metadata
    return result


def status_of(error: Any) -> int:
    """Return the HTTP status that a provider's error object stands for.

    The provider's 401 and 402 speak of our account, not of the caller's key or budget.
    """
    code = error.get("code") if isinstance(error, dict) else None
    try:
        status = int(code) if code is not None else UNKNOWN_ERROR
    except (TypeError, ValueError):
        return UNKNOWN_ERROR
    return status if 400 <= status <= 599 and status not in (401, 402) else UNKNOWN_ERROR
