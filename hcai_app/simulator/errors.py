"""OpenRouter's error envelopes, and its error types by status."""

from dataclasses import dataclass
from typing import Any

KINDS: dict[int, tuple[str, str]] = {
    400: ("invalid_request", "The request is not valid"),
    401: ("authentication", "No auth credentials found"),
    402: ("payment_required", "Insufficient credits"),
    403: ("permission_denied", "This key may not do that"),
    404: ("not_found", "No endpoints found"),
    408: ("timeout", "The request timed out"),
    409: ("precondition_failed", "The request conflicts with another"),
    413: ("payload_too_large", "The request body is too large"),
    422: ("unprocessable", "The request cannot be processed"),
    429: ("rate_limit_exceeded", "Rate limit exceeded"),
    500: ("server", "Internal Server Error"),
    502: ("provider_unavailable", "Provider returned error"),
    503: ("provider_overloaded", "No available model provider meets the routing requirements"),
    504: ("timeout", "The provider did not answer in time"),
    524: ("timeout", "The edge network timed out"),
    529: ("provider_overloaded", "The provider is overloaded"),
}

ANTHROPIC_PATH = "/messages"
ANTHROPIC_TYPES = {
    400: "invalid_request_error",
    401: "authentication_error",
    402: "billing_error",
    403: "permission_error",
    404: "not_found_error",
    408: "timeout_error",
    409: "invalid_request_error",
    413: "invalid_request_error",
    422: "invalid_request_error",
    429: "rate_limit_error",
    503: "overloaded_error",
    504: "timeout_error",
    524: "timeout_error",
    529: "overloaded_error",
}


@dataclass
class Refusal(Exception):
    """A refused request: its status and error object."""

    status: int
    message: str = ""
    error_type: str = ""

    def __str__(self) -> str:
        return f"{self.status} {self.message}"


def error_object(
    status: int, message: str = "", error_type: str = "", code: str = ""
) -> dict[str, Any]:
    """Build the `error` member; `code` replaces the numeric code with a string."""
    kind, usual = KINDS.get(status, ("unmapped", "Unknown error"))
    return {
        "code": code or status,
        "message": f"{message or usual} (simulated)",
        "metadata": {"error_type": error_type or kind, "provider_name": "Simulated"},
    }


def envelope(path: str, error: dict[str, Any], status: int) -> dict[str, Any]:
    """Build the error envelope that a path's clients expect."""
    if not path.endswith(ANTHROPIC_PATH):
        return {"error": error, "user_id": None}
    return {
        "type": "error",
        "error": {
            "type": ANTHROPIC_TYPES.get(status, "api_error"),
            "message": error["message"],
            "error_type": error["metadata"]["error_type"],
        },
        "request_id": None,
    }


def html_page(status: int) -> bytes:
    """Build an HTML error page like a CDN's in front of a broken origin."""
    return (
        "<!DOCTYPE html>\n<html><head><title>Error</title></head>"
        f"<body><h1>Error {status}</h1><p>Simulated edge network</p></body></html>\n"
    ).encode()
