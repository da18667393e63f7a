"""Parses chat requests: text, files, size in tokens, tools."""

from collections.abc import Iterator
from typing import Any

from hcai_app.simulator.billing import TOKENS_PER_MEDIA_PART, tokens_of


def messages_of(body: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the messages, or the legacy `prompt` as one."""
    messages = body.get("messages")
    if isinstance(messages, list):
        return [message for message in messages if isinstance(message, dict)]
    prompt = body.get("prompt")
    return [{"role": "user", "content": prompt}] if isinstance(prompt, str) else []


def parts_of(content: Any) -> list[dict[str, Any]]:
    """Return a message's content as a list of parts."""
    if isinstance(content, str):
        return [{"type": "text", "text": content}]
    return [part for part in content if isinstance(part, dict)] if isinstance(content, list) else []


def text_of(content: Any) -> str:
    """Return all text of a message's content."""
    if isinstance(content, str):
        return content
    return "\n".join(
        part["text"] for part in parts_of(content) if isinstance(part.get("text"), str)
    )


def last_user_text(body: dict[str, Any]) -> str:
    """Return the text of the last user message."""
    for message in reversed(messages_of(body)):
        if message.get("role") == "user":
            return text_of(message.get("content"))
    return ""


def prompt_tokens(body: dict[str, Any]) -> int:
    """Return the token count of all messages; images, files and sounds count flat."""
    count = 0
    for message in messages_of(body):
        for part in parts_of(message.get("content")):
            text = part.get("text")
            count += tokens_of(text) if isinstance(text, str) else TOKENS_PER_MEDIA_PART
    return count


def files(body: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield the `file` members of all file parts."""
    for message in messages_of(body):
        for part in parts_of(message.get("content")):
            if part.get("type") == "file" and isinstance(part.get("file"), dict):
                yield part["file"]


def wanted_function(body: dict[str, Any]) -> dict[str, Any] | None:
    """Return the function to call: the one in `tool_choice`, or else the first."""
    choice = body.get("tool_choice")
    messages = messages_of(body)
    # Without this check of the last message, an agent's loop would never end.
    if choice == "none" or not messages or messages[-1].get("role") != "user":
        return None
    tools = body.get("tools")
    functions = [
        tool["function"]
        for tool in (tools if isinstance(tools, list) else [])
        if isinstance(tool, dict) and isinstance(tool.get("function"), dict)
    ]
    name = choice.get("function", {}).get("name") if isinstance(choice, dict) else None
    named = [function for function in functions if function.get("name") == name]
    return next(iter(named or functions), None)


def wants_images(body: dict[str, Any]) -> bool:
    """Return whether the request wants image output."""
    modalities = body.get("modalities")
    return isinstance(modalities, list) and "image" in modalities


def wants_reasoning(body: dict[str, Any]) -> bool:
    """Return whether the request wants visible reasoning."""
    if body.get("reasoning_effort") not in (None, "none") or body.get("include_reasoning") is True:
        return True
    reasoning = body.get("reasoning")
    if not isinstance(reasoning, dict):
        return False
    is_off = reasoning.get("enabled") is False or reasoning.get("effort") == "none"
    return not (is_off or reasoning.get("exclude") is True)


def max_tokens(body: dict[str, Any]) -> int | None:
    """Return the maximum of completion tokens."""
    for name in ("max_completion_tokens", "max_tokens"):
        value = body.get(name)
        if isinstance(value, int) and value > 0:
            return value
    return None
