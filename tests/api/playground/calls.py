"""What the playground and the docs ask: one body for each endpoint, and a browser to ask from."""

from typing import Any

import httpx

from hcai_app.api import endpoints

PLAYGROUND = "/playground/v1"
CHAT = f"{PLAYGROUND}/chat/completions"
MODEL = "qwen/qwen3-32b"


def bodies(text: str = "hi") -> dict[str, dict[str, Any]]:
    """By endpoint, every one that has a road, and moderations."""
    messages = [{"role": "user", "content": text}]
    found = {
        "/chat/completions": {"model": MODEL, "messages": messages},
        "/responses": {"model": MODEL, "input": text},
        "/messages": {"model": MODEL, "messages": messages, "max_tokens": 100},
        "/completions": {"model": MODEL, "prompt": text},
        "/images/generations": {"model": "google/gemini-2.5-flash-image", "prompt": text},
        "/images": {"model": "google/gemini-2.5-flash-image", "prompt": text},
        "/embeddings": {"model": "qwen/qwen3-embedding-8b", "input": text},
        "/moderations": {"input": text},
        "/conversation": conversation(text),
    }
    others = {"/moderations", "/conversation"}
    assert found.keys() == {endpoint.path for endpoint in endpoints.GENERATING} | others
    return found


def conversation(text: str) -> dict[str, Any]:
    """What the playground tells of a conversation, whose request the server makes."""
    kinds = {"inputs": ["text"], "outputs": ["text"], "takes": [], "parameters": []}
    question = {"role": "user", "text": text}
    return {"model": {"id": MODEL, "name": MODEL, **kinds}, "settings": {}, "messages": [question]}


GENERATING = [endpoint.path for endpoint in endpoints.GENERATING]
STREAMING = [it.path for it in endpoints.GENERATING if it.description.stream]
ENDPOINTS = [*bodies()]
# What tells about the caller, and asks for nothing to be written.
TELLING = ("/stats", "/key", "/generation?id=gen-nobodys")


def ask(
    page: httpx.Client, text: str = "hi", *, headers: dict[str, str] | None = None, **fields: Any
) -> httpx.Response:
    """Ask for a chat completion."""
    body = {**bodies(text)["/chat/completions"], **fields}
    return page.post(CHAT, json=body, headers=headers or {})
