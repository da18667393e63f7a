"""POST /responses: OpenAI's Responses format, stateless as OpenRouter offers it."""

from typing import Any

from aiohttp import web

from hcai_app.simulator import conversations, prompts, replies, response_objects, response_streams
from hcai_app.simulator.errors import Refusal
from hcai_app.simulator.exchanges import SimulatedExchange, SimulatedOperation, serve

Item = dict[str, Any]


async def create(request: web.Request) -> web.StreamResponse:
    """Handle POST /responses."""
    return await serve(request, OPERATION)


async def _answer(exchange: SimulatedExchange) -> web.StreamResponse:
    return await conversations.answer(exchange, DIALECT)


def _as_chat(body: dict[str, Any]) -> dict[str, Any]:
    _refuse_state(body)
    if not body.get("input"):
        raise Refusal(400, "input is required")
    return {
        **body,
        "messages": _messages(body),
        "tools": _tools(body),
        "tool_choice": _tool_choice(body.get("tool_choice")),
        "max_tokens": body.get("max_output_tokens"),
        "response_format": _format(body),
    }


def _refuse_state(body: dict[str, Any]) -> None:
    """Refuse parameters that need stored state."""
    if body.get("store") is True:
        raise Refusal(400, "store must be false: this API is stateless")
    if body.get("previous_response_id") is not None:
        raise Refusal(400, "previous_response_id is not supported: this API is stateless")


def _messages(body: dict[str, Any]) -> list[Item]:
    instructions, given = body.get("instructions"), body.get("input")
    system = [{"role": "system", "content": instructions}] if instructions else []
    if isinstance(given, str):
        return [*system, {"role": "user", "content": given}]
    items = given if isinstance(given, list) else []
    return [*system, *(_message(item) for item in items if isinstance(item, dict))]


def _message(item: Item) -> Item:
    match item.get("type"):
        case "function_call_output":
            return {"role": "tool", "content": item.get("output")}
        case "function_call":
            return {"role": "assistant", "content": item.get("arguments")}
    return {"role": item.get("role", "assistant"), "content": item.get("content")}


def _tools(body: dict[str, Any]) -> list[Item]:
    tools = body.get("tools")
    return [
        {"type": "function", "function": tool}
        for tool in (tools if isinstance(tools, list) else [])
        if isinstance(tool, dict) and tool.get("type") == "function"
    ]


def _tool_choice(choice: Any) -> Any:
    return {"function": {"name": choice.get("name")}} if isinstance(choice, dict) else choice


def _format(body: dict[str, Any]) -> Item | None:
    text = body.get("text")
    form = text.get("format") if isinstance(text, dict) else None
    return {**form, "json_schema": form} if isinstance(form, dict) else None


def _directing_text(body: dict[str, Any]) -> str:
    """Return the instructions and the user's latest text."""
    last = prompts.last_user_text({"messages": _messages(body)})
    return f"{prompts.text_of(body.get('instructions'))}\n{last}"


def _lone_error(exchange: SimulatedExchange, code: int) -> dict[str, Any]:
    return {"error": replies.error_from(exchange.scenario, code)}


DIALECT = conversations.Dialect(
    _as_chat, response_objects.whole, response_streams.ResponseStream, _lone_error
)
OPERATION = SimulatedOperation("completions", _directing_text, _answer)
