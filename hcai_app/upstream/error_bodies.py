"""Provider errors: normalised, mapped to an HTTP status, and encoded for each dialect.

A chat stream's error chunk has the shape that every official client can parse: all members of a
chunk, an integer code, and no empty `metadata`, which `@openrouter/sdk` rejects (OpenRouter's API
reference, "Mid-stream error chunk").
"""

import logging
import re
import time
from typing import Any

import msgspec

from hcai_app import clock
from hcai_app.loose_json import members_of

log = logging.getLogger(__name__)

UNKNOWN_ERROR = 502
REFUSED_LATELY_S = 60.0
# Provider statuses about our account, not about the caller's key or budget.
OUR_ACCOUNT = (401, 402)
# Members of an error that name that account, whatever its status.
OF_ACCOUNT = re.compile(r"(user|account|org|organi[sz]ation|workspace|project|key|api_?key)(_.+)?")
OUR_ACCOUNT_MESSAGE = (
    "The service's own account at the provider has a problem; the team has been told."
)
# What the provider says when nobody who serves a model promises what the data policy asks for.
NO_PROMISE = re.compile(r"data.policy|data.collection|data.retention|\bzdr\b", re.IGNORECASE)
NO_PROMISE_STATUSES = (404, 503)
SEARCHED_CHARS = 2_000  # of what it says; the search takes its time
NO_PROMISE_CODE = "privacy_restricted"
NO_PROMISE_MESSAGE = (
    "No provider of this model promises not to keep prompts, as this service demands: choose "
    "another model."
)

# The choice of a chunk with an error. OpenRouter's clients require one; `@ai-sdk/openai` shows an
# error only where it cannot read the choices: so each has an odd member that no other looks at.
CHAT_CHOICE: dict[str, Any] = {"delta": {"content": "", "annotations": [{"type": "error"}]}}
TEXT_CHOICE: dict[str, Any] = {"text": "", "logprobs": {}}


def error_chunk(
    error: dict[str, Any], generation_id: str | None, model: str | None, *, is_text: bool = False
) -> bytes:
    """Return a chunk with an error, as JSON bytes; the error is normalised, or ours."""
    told = {name: value for name, value in error.items() if name != "metadata" or value}
    choice = TEXT_CHOICE if is_text else CHAT_CHOICE
    return msgspec.json.encode(
        {
            "id": generation_id or "",
            "object": "text_completion" if is_text else "chat.completion.chunk",
            "created": clock.now_ms() // 1000,
            "model": model or "",
            "error": told,
            "choices": [{"index": 0, **choice, "finish_reason": "error"}],
        }
    )


# Anthropic's error types by HTTP status (its API reference, "Errors").
ANTHROPIC_TYPES = {
    400: "invalid_request_error",
    401: "authentication_error",
    402: "billing_error",
    403: "permission_error",
    404: "not_found_error",
    405: "invalid_request_error",
    408: "timeout_error",
    413: "request_too_large",
    429: "rate_limit_error",
    503: "overloaded_error",
    504: "timeout_error",
    529: "overloaded_error",
}

# HTTP status by error type, for errors with a word in place of a code: the types of OpenRouter, of
# Anthropic and of OpenAI's Responses.
STATUSES = {
    **dict.fromkeys(("invalid_request", "invalid_request_error", "invalid_prompt"), 400),
    **dict.fromkeys(("context_length_exceeded", "max_tokens_exceeded", "string_too_long"), 400),
    **dict.fromkeys(("authentication", "authentication_error"), 401),
    **dict.fromkeys(("payment_required", "billing_error"), 402),
    **dict.fromkeys(("permission_denied", "permission_error", "content_policy_violation"), 403),
    **dict.fromkeys(("not_found", "not_found_error"), 404),
    **dict.fromkeys(("payload_too_large", "request_too_large"), 413),
    "unprocessable": 422,
    **dict.fromkeys(("rate_limit_exceeded", "rate_limit_error"), 429),
    "server": 500,
    "provider_unavailable": 502,
    "provider_overloaded": 503,
    **dict.fromkeys(("timeout", "timeout_error"), 504),
    "overloaded_error": 529,
}


def anthropic_error(error: dict[str, Any], request_id: str | None = None) -> dict[str, Any]:
    """Return the error in the envelope of Anthropic's Messages, with our members kept."""
    status = error["code"]
    kind = ANTHROPIC_TYPES.get(status, "api_error" if status >= 500 else "invalid_request_error")
    return {"type": "error", "error": {**error, "type": kind}, "request_id": request_id}


def normalised(error: Any) -> dict[str, Any]:
    """Return the provider's error with an integer `code`, a text and no empty `metadata`.

    Errors about our account are for the operator alone.
    """
    code = code_of(error)
    if code is not None and code in OUR_ACCOUNT:
        alert(code)
        return {"code": UNKNOWN_ERROR, "message": OUR_ACCOUNT_MESSAGE}
    given = _without_account(members_of(error))
    message = given.get("message", error)
    if _lacks_promise(given):
        message = NO_PROMISE_MESSAGE
    metadata = _without_account(members_of(given.get("metadata")))
    return {
        **{name: value for name, value in given.items() if name != "metadata"},
        "code": status_of(error),
        "message": message if isinstance(message, str) else "The provider reported an error.",
        **({"metadata": metadata} if metadata else {}),
    }


def _lacks_promise(error: dict[str, Any]) -> bool:
    """Return whether a model's providers are all excluded by the data policy."""
    if members_of(error.get("availability")).get("code") == NO_PROMISE_CODE:
        return True
    if status_of(error) not in NO_PROMISE_STATUSES:
        return False
    return NO_PROMISE.search(str(error.get("message", ""))[:SEARCHED_CHARS]) is not None


def _without_account(members: dict[str, Any]) -> dict[str, Any]:
    """Return members without those that name the operator's account at the provider."""
    return {name: value for name, value in members.items() if not OF_ACCOUNT.fullmatch(name)}


class _Refusal:
    """The provider's latest refusal of our account, in this process."""

    status = 0
    at = float("-inf")


def refused_with() -> int | None:
    """Return with which status the provider has rejected our account in the last minute."""
    return _Refusal.status if time.monotonic() - _Refusal.at < REFUSED_LATELY_S else None


def alert(status: int) -> None:
    """Log for the operator that the provider rejects our account."""
    _Refusal.status, _Refusal.at = status, time.monotonic()
    log.critical("the provider answers %s: check OPENROUTER_API_KEY and its credits", status)


def status_of(error: Any) -> int:
    """Return the HTTP status that a provider's error object stands for."""
    code = code_of(error)
    is_status = code is not None and 400 <= code <= 599 and code not in OUR_ACCOUNT
    return code if code is not None and is_status else UNKNOWN_ERROR


def code_of(error: Any) -> int | None:
    """Return the error's code as an integer, from a number, numeric text or an error type."""
    given = members_of(error)
    code = given.get("code")
    try:
        return int(code) if isinstance(code, (int, float, str)) else _code_in_words(given)
    except (ValueError, OverflowError):
        return _code_in_words(given)


def _code_in_words(error: dict[str, Any]) -> int | None:
    """Return the status of the first known error type."""
    kind = members_of(error.get("metadata")).get("error_type")
    words = (error.get("error_type"), kind, error.get("code"), error.get("type"))
    known = (STATUSES.get(word) for word in words if isinstance(word, str))
    return next(filter(None, known), None)
