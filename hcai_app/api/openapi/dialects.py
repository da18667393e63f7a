"""Schemas of the other two dialects: OpenAI's Responses and Anthropic's Messages."""

from hcai_app.api.openapi.chat import FALLBACKS, MAX_TOKENS, STREAM, TEMPERATURE
from hcai_app.api.openapi.schemas import (
    Schema,
    anything,
    array,
    choice,
    constant,
    either,
    event,
    members,
    nullable,
    number,
    open_choice,
    ref,
    text,
    truth,
    whole,
)

COST = nullable(number("US dollars."))
NUMBERS = ("temperature", "top_p", "frequency_penalty", "presence_penalty")
STATUSES = ("completed", "incomplete", "in_progress", "failed", "cancelled", "queued")


def schemas() -> dict[str, Schema]:
    """Return the schemas of both dialects."""
    return {
        "ResponsesRequest": _responses_request(),
        "ResponsesAnswer": _responses_answer(),
        "ResponsesEvent": event(
            _told("`response.completed` holds the whole."), "event", has_end_mark=True
        ),
        "MessagesRequest": _messages_request(),
        "MessagesAnswer": _messages_answer(),
        "MessagesEvent": event(_told("From `message_start` to `message_stop`."), "event"),
    }


def _responses_request() -> Schema:
    given = either(text(), array(anything()), description="A text, or a list of items.")
    required = {"model": ref("ChatModel"), "input": given}
    optional = {
        "instructions": nullable(text("How to behave.")),
        "stream": STREAM,
        "models": FALLBACKS,
        "max_output_tokens": MAX_TOKENS,
        "temperature": TEMPERATURE,
        "tools": array(anything(), "Functions of yours that the model may ask for."),
        "store": nullable({"const": False, "description": "Nothing is kept here: never `true`."}),
        "previous_response_id": {
            "type": "null",
            "description": "Nothing is kept here: send the conversation itself.",
        },
    }
    says = "OpenAI's Responses form. Whatever else OpenRouter takes may be here too."
    return members(required, optional, says)


def _responses_answer() -> Schema:
    required = {
        "id": text("The generation's id."),
        "object": constant("response"),
        "created_at": whole("Unix seconds."),
        "status": open_choice(*STATUSES),
        "model": text("Who answered."),
        "output": array(anything(), "What was said, thought, and asked for."),
        "parallel_tool_calls": truth(),
        "tool_choice": {},
        "tools": array(anything()),
        "error": nullable(anything()),
        "incomplete_details": nullable(anything()),
        "completed_at": nullable(whole("Unix seconds.")),
        "instructions": {"description": "As they were asked for; so is what follows."},
        "metadata": nullable(anything()),
        **dict.fromkeys(NUMBERS, nullable(number())),
    }
    counts = {
        "input_tokens": whole(),
        "output_tokens": whole(),
        "total_tokens": whole(),
    }
    usage = members(counts, {"cost": COST})
    return members(required, {"usage": nullable(usage)}, "A whole answer, in OpenAI's form.")


def _messages_request() -> Schema:
    content = either(text(), array(anything()), description="A text, or blocks.")
    turn = members({"role": choice("user", "assistant"), "content": content})
    required = {
        "model": ref("ChatModel"),
        "messages": array(turn, "The conversation so far, oldest first."),
    }
    optional = {
        "max_tokens": MAX_TOKENS,
        "system": either(text(), array(anything()), description="How to behave."),
        "stream": STREAM,
        "models": FALLBACKS,
        "temperature": TEMPERATURE,
        "tools": array(anything(), "Tools of yours that the model may ask for."),
    }
    says = "Anthropic's Messages form, for any model, not only Claude."
    return members(required, optional, says)


def _messages_answer() -> Schema:
    counts = {"input_tokens": whole(), "output_tokens": whole()}
    required = {
        "id": text("The generation's id."),
        "type": constant("message"),
        "role": constant("assistant"),
        "content": array(members({"type": open_choice("text", "thinking", "tool_use")})),
        "model": text("Who answered."),
        "stop_reason": nullable(open_choice("end_turn", "max_tokens", "stop_sequence", "tool_use")),
        "stop_sequence": nullable(text()),
        "usage": members(counts, {"cost": COST}),
    }
    return members(required, description="A whole answer, in Anthropic's form.")


def _told(says: str) -> Schema:
    return members({"type": text("Which kind of event this is.")}, description=says)
