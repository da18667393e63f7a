"""What the simulated upstream says, in OpenRouter's form, as ready-made bytes.

Only the generation id differs from call to call, so an answer costs the upstream next to nothing.
"""

import json
from typing import Any

MODEL = "bench/model"
USAGE: dict[str, Any] = {
    "prompt_tokens": 20,
    "completion_tokens": 30,
    "total_tokens": 50,
    "cost": 0.0000021,
    "is_byok": False,
    "prompt_tokens_details": {"cached_tokens": 0},
    "completion_tokens_details": {"reasoning_tokens": 0},
    "cost_details": {
        "upstream_inference_cost": None,
        "upstream_inference_prompt_cost": 0.0000012,
        "upstream_inference_completions_cost": 0.0000009,
    },
}
_ID = "@generation-id@"
_HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: %s\r\n"
LAST_CHUNK = b"0\r\n\r\n"


def _common(kind: str) -> dict[str, Any]:
    return {
        "id": _ID,
        "object": kind,
        "created": 1_700_000_000,
        "model": MODEL,
        "provider": "Bench",
    }


def _template(text: str) -> bytes:
    return text.replace("%", "%%").replace(_ID, "%(id)b").encode()


def _chat_body() -> str:
    message = {"role": "assistant", "content": "All work and no play. " * 16, "refusal": None}
    ending = {"finish_reason": "stop", "native_finish_reason": "stop", "logprobs": None}
    choices = [{"index": 0, "message": message, **ending}]
    body = {"choices": choices, "system_fingerprint": None, "usage": USAGE}
    return json.dumps(_common("chat.completion") | body)


def _event(members: dict[str, Any]) -> bytes:
    body = json.dumps(_common("chat.completion.chunk") | members)
    return _template(f"data: {body}\n\n")


def _delta_event() -> bytes:
    delta = {"role": "assistant", "content": " word"}
    choice = {"index": 0, "delta": delta, "finish_reason": None, "native_finish_reason": None}
    return _event({"choices": [choice]})


def _embeddings_body() -> str:
    vector = [round(number / 9_973, 9) for number in range(4_096)]
    data = [{"object": "embedding", "index": i, "embedding": vector} for i in range(19)]
    usage = {"prompt_tokens": 20, "total_tokens": 20, "cost": 0.0000021}
    return json.dumps({"id": _ID, "object": "list", "model": MODEL, "data": data, "usage": usage})


_EMBEDDINGS = _template(_embeddings_body())
_CHAT = _template(_chat_body())
_DELTA = _delta_event()
_USAGE_EVENT = _event({"choices": [], "usage": USAGE})


def framed(data: bytes) -> bytes:
    """Put one piece of a body into chunked transfer encoding."""
    return b"%x\r\n%b\r\n" % (len(data), data)


def chat(generation_id: bytes) -> bytes:
    """Answer a chat completion without streaming: about 1 KB."""
    return _whole(_CHAT, generation_id)


def embeddings(generation_id: bytes) -> bytes:
    """Answer with embeddings of about 1 MB."""
    return _whole(_EMBEDDINGS, generation_id)


def _whole(template: bytes, generation_id: bytes) -> bytes:
    body = template % {b"id": generation_id}
    head = _HEAD % b"application/json"
    return b"%bX-Generation-Id: %b\r\nContent-Length: %d\r\n\r\n%b" % (
        head,
        generation_id,
        len(body),
        body,
    )


def stream_head(generation_id: bytes) -> bytes:
    """Open a stream: headers, then the comment that OpenRouter sends first."""
    head = _HEAD % b"text/event-stream"
    rest = b"X-Generation-Id: %b\r\nTransfer-Encoding: chunked\r\n\r\n" % generation_id
    return head + rest + framed(b": OPENROUTER PROCESSING\n\n")


def stream_delta(generation_id: bytes) -> bytes:
    """Say one word."""
    return framed(_DELTA % {b"id": generation_id})


def stream_end(generation_id: bytes) -> bytes:
    """Close a stream: usage, `[DONE]`, last chunk."""
    usage = framed(_USAGE_EVENT % {b"id": generation_id})
    return usage + framed(b"data: [DONE]\n\n") + LAST_CHUNK


def document(value: object) -> bytes:
    """Answer any rare question with JSON."""
    body = json.dumps(value).encode()
    return (_HEAD % b"application/json") + b"Content-Length: %d\r\n\r\n" % len(body) + body


def models() -> dict[str, Any]:
    """List the one model, with every key that OpenRouter's SDKs require."""
    return {"data": [_model()], "links": {"next": None}, "total_count": 1}


def generation(generation_id: str) -> dict[str, Any]:
    """Tell what a generation cost."""
    counts = {"native_tokens_prompt": 20, "native_tokens_completion": 30}
    cost = {"total_cost": USAGE["cost"], "usage": USAGE["cost"], "is_byok": False}
    return {"data": {"id": generation_id, "model": MODEL, **counts, **cost}}


def _model() -> dict[str, Any]:
    text = {"modality": "text->text", "input_modalities": ["text"], "output_modalities": ["text"]}
    return {
        "id": MODEL,
        "canonical_slug": MODEL,
        "name": "Bench",
        "created": 1_700_000_000,
        "description": "Answers at once.",
        "context_length": 131_072,
        "architecture": text | {"tokenizer": "Other", "instruct_type": None},
        "pricing": {"prompt": "0.00000006", "completion": "0.00000003", "request": "0"},
        "top_provider": {
            "context_length": 131_072,
            "max_completion_tokens": 8192,
            "is_moderated": False,
        },
        "per_request_limits": None,
        "default_parameters": None,
        "supported_parameters": ["max_tokens", "temperature", "tools"],
        "supported_voices": None,
        "links": {"details": f"/api/v1/models/{MODEL}/endpoints"},
    }
