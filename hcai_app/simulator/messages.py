"""POST /messages: Anthropic's Messages format, for any model."""

from typing import Any

from aiohttp import web

from hcai_app.simulator import conversations, message_objects, message_streams, prompts
from hcai_app.simulator.answers import SimulatedAnswer
from hcai_app.simulator.errors import Refusal
from hcai_app.simulator.exchanges import SimulatedExchange, SimulatedOperation, serve

Item = dict[str, Any]


async def create(request: web.Request) -> web.StreamResponse:
    """Handle POST /messages."""
    return await serve(request, OPERATION)


async def _answer(exchange: SimulatedExchange) -> web.StreamResponse:
    return await conversations.answer(exchange, DIALECT)


def _as_chat(body: dict[str, Any]) -> dict[str, Any]:
    if not isinstance(body.get("messages"), list) or not body["messages"]:
        raise Refusal(400, "messages is required")
    thinking = body.get("thinking")
    is_off = not isinstance(thinking, dict) or thinking.get("type") == "disabled"
    return {
        **body,
        "messages": _messages(body),
        "tools": _tools(body),
        "tool_choice": _tool_choice(body.get("tool_choice")),
        "reasoning": {"enabled": False} if is_off else thinking,
        "response_format": _format(body),
        # This format has no pictures.
        "modalities": ["text"],
    }


def _messages(body: dict[str, Any]) -> list[Item]:
    system = body.get("system")
    first = [{"role": "system", "content": system}] if system else []
    return first + [_message(message) for message in prompts.messages_of(body)]


def _message(message: Item) -> Item:
    """Return a message; one with a tool result does not request the tool again."""
    parts = prompts.parts_of(message.get("content"))
    is_result = any(part.get("type") == "tool_result" for part in parts)
    return {**message, "role": "tool"} if is_result else message


def _tools(body: dict[str, Any]) -> list[Item]:
    tools = body.get("tools")
    return [
        {"type": "function", "function": {**tool, "parameters": tool["input_schema"]}}
        for tool in (tools if isinstance(tools, list) else [])
        if isinstance(tool, dict) and "input_schema" in tool
    ]


def _tool_choice(choice: Any) -> Any:
    kind = choice.get("type") if isinstance(choice, dict) else choice
    return {"function": {"name": choice.get("name")}} if kind == "tool" else kind


def _format(body: dict[str, Any]) -> Item | None:
    config = body.get("output_config")
    form = config.get("format") if isinstance(config, dict) else None
    return {**form, "json_schema": form} if isinstance(form, dict) else None


def _whole(exchange: SimulatedExchange, answer: SimulatedAnswer) -> dict[str, Any]:
    if exchange.scenario.error:
        return message_objects.failed(exchange, exchange.scenario.error)
    return message_objects.whole(exchange, answer)


DIALECT = conversations.Dialect(
    _as_chat, _whole, message_streams.MessageStream, message_objects.failed
)
OPERATION = SimulatedOperation("completions", prompts.last_user_text, _answer)
