"""Error answers: one form for all paths but `/messages`, and what each status means."""

from typing import Annotated, Literal, NamedTuple

from msgspec import Struct

from hcai_app.api.openapi import headers
from hcai_app.api.openapi.headers import STANDING_AT_TIMES
from hcai_app.api.openapi.schemas import Anything, Schema, doc, ref
from hcai_app.services.limits import period
from hcai_app.upstream.error_bodies import ANTHROPIC_TYPES, anthropic_error

# Values of the examples.
OF_PROVIDER = 529
REQUEST_ID = "019ab1e5d3c80f9e8d7c6b5a49382716"


class Status(NamedTuple):
    """One kind of error answer: its component, what it means, an example, its headers."""

    name: str
    meaning: str
    type: str
    message: str
    headers: tuple[str, ...] = STANDING_AT_TIMES


STATUSES = {
    "400": Status(
        "BadRequest",
        "Something in the request is not right. `message` says what, `param` says where; a model "
        "that is not offered gets the nearest ones that are.",
        "invalid_request_error",
        "`messages` is missing: send a list of messages.",
    ),
    "401": Status(
        "NoKey",
        "There is no key, or it is not one of ours, or it was revoked. Make one on the keys page.",
        "authentication_error",
        "This key is not known here.",
        ("Challenge",),
    ),
    "402": Status(
        "BudgetSpent",
        f"{period.POSSESSIVE} budget is spent. It is full again at {period.BOUNDARY}: "
        "a good moment to go outside.",
        "insufficient_quota",
        f"{period.POSSESSIVE} budget is spent; it resets at {period.BOUNDARY}.",
        (*STANDING_AT_TIMES, "ShouldRetry?"),
    ),
    "403": Status(
        "NotAllowed",
        "We know you, but this is not for you: not verified yet, banned, or a forbidden program.",
        "permission_error",
        "Only verified teenagers may use this key.",
    ),
    "404": Status(
        "NotFound",
        "There is nothing here, or the provider cannot serve this model just now.",
        "not_found_error",
        "There is nothing at /proxy/v1/nothing; /proxy/v1/openapi.json lists what there is.",
    ),
    "405": Status(
        "WrongMethod",
        "Right path, wrong method. The `Allow` header names the right one.",
        "invalid_request_error",
        "Use POST here.",
        ("Allow",),
    ),
    "408": Status(
        "TooSlow",
        "The body came too slowly, or stopped coming; the connection is closed. Send it again.",
        "invalid_request_error",
        "The body came too slowly, or stopped coming: send it again.",
    ),
    "413": Status(
        "TooLarge",
        "The body is too large. Shrink your pictures, or send fewer of them.",
        "invalid_request_error",
        "The body is over the limit of 64 MB.",
    ),
    "429": Status(
        "SlowDown",
        "Too many calls, or too many at once: yours, or everybody's at the provider. Wait as long "
        "as `Retry-After` says.",
        "rate_limit_error",
        "Too many calls; the limit is 150 per 30 minutes.",
        (*STANDING_AT_TIMES, "RetryAfter", "GenerationId?"),
    ),
    "500": Status(
        "OurFault",
        "Something broke on our side. Tell us the request id, and we look.",
        "server_error",
        f"Something broke on our side (request {REQUEST_ID}).",
        headers.AT_TIMES,
    ),
    "502": Status(
        "ProviderFailed",
        "The provider broke: no answer, or one that cannot be read.",
        "provider_error",
        "The provider cannot be reached; try again in a moment.",
        headers.AT_TIMES,
    ),
    "503": Status(
        "ComeBackSoon",
        "We are starting, stopping or full, or the provider is. Try again in a moment.",
        "server_error",
        "The server is restarting; send the call again.",
        headers.AT_TIMES,
    ),
    "504": Status(
        "ProviderSilent",
        "The provider said nothing for too long.",
        "provider_error",
        "The provider was silent for too long.",
        headers.AT_TIMES,
    ),
    "default": Status(
        "ProviderSaid",
        "Any other status is the provider's own (422, 529 …), with its message.",
        "provider_error",
        "The model is overloaded.",
        headers.AT_TIMES,
    ),
}
ANYWHERE = ("405", "500", "503")
WITH_KEY = ("401", "403", "429", *ANYWHERE)
GENERATING = tuple(STATUSES)
MODERATING = tuple(code for code in STATUSES if code != "402")

TYPES = sorted({status.type for status in STATUSES.values()})
THEIR_TYPES = sorted({*ANTHROPIC_TYPES.values(), "api_error"})


class ErrorBody(Struct):
    """What went wrong."""

    code: Annotated[int, doc("The HTTP status, once more: an error inside a stream has no other.")]
    message: Annotated[str, doc("What happened, and what to do about it. Made to be read.")]
    type: Annotated[str, doc("What kind of error this is, for programs.", *TYPES)]
    param: Annotated[str | None, doc("Which part of the request is meant.")]
    metadata: Annotated[
        Anything | None,
        doc(
            "More about it, such as `help_url` (where to read on), the `nearest` models or the "
            "provider's own words."
        ),
    ]


class MessagesErrorBody(ErrorBody):
    """What went wrong, by Anthropic's name."""

    type: Annotated[str, doc("Anthropic's name for it.", *THEIR_TYPES)]


class Error(Struct):
    """Every error, wherever it comes from."""

    error: ErrorBody


class MessagesError(Struct):
    """Every error of `/messages`, in Anthropic's form."""

    type: Literal["error"]
    error: MessagesErrorBody
    request_id: Annotated[str | None, doc("The same as `X-Request-Id`.")]


def form_of(*, is_anthropic: bool) -> type[Struct]:
    """Return the form of an endpoint's errors."""
    return MessagesError if is_anthropic else Error


def responses() -> dict[str, Schema]:
    """Return every error response in both forms, as components."""
    return {
        _component(status, is_anthropic): _response(code, status, is_anthropic)
        for is_anthropic in (False, True)
        for code, status in STATUSES.items()
    }


def of_operation(*codes: str, is_anthropic: bool) -> dict[str, Schema]:
    """Return the error responses of one operation, by ascending status."""
    return {
        code: ref(_component(status, is_anthropic), "responses")
        for code, status in STATUSES.items()
        if code in codes
    }


def _component(status: Status, is_anthropic: bool) -> str:
    return f"Messages{status.name}" if is_anthropic else status.name


def _response(code: str, status: Status, is_anthropic: bool) -> Schema:
    error = {
        "code": int(code) if code.isdigit() else OF_PROVIDER,
        "message": status.message,
        "type": status.type,
        "param": "messages" if code == "400" else None,
        "metadata": None,
    }
    example = anthropic_error(error, REQUEST_ID) if is_anthropic else {"error": error}
    form = ref(form_of(is_anthropic=is_anthropic))
    return {
        "description": status.meaning,
        "headers": headers.of_answer(*status.headers),
        "content": {"application/json": {"schema": form, "example": example}},
    }
