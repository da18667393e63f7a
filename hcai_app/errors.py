"""The error hierarchy. Raised in services and upstream, rendered in `api/errors.py`.

HcaiError                        status, type, message, param, metadata, headers
├─ InvalidRequest        400     bad JSON, missing field, model not allowed (names `param`)
├─ NotAuthenticated      401     no key, unknown key, revoked key
├─ BudgetExhausted       402     the period's budget is spent
├─ NotAllowed            403     banned, unverified
│  ├─ FairUseRefused     403     looks like a program that is not allowed here
│  └─ SafetyRefused      403     the prompt is what minors are kept from
├─ NotFound              404     unknown path or resource
├─ MethodNotAllowed      405
├─ TooSlow               408     the body did not come in time; the connection is closed
├─ TooLarge              413     body over the limit
├─ RateLimited           429     carries Retry-After
├─ ClientLeft            499     nobody hears of it but the ledger
├─ InternalError         500     a fault of ours
├─ UpstreamFailed        502     the provider broke (also 500, 503, 504, 529 …, its own status)
│  └─ UpstreamRefused    4xx     the provider's own refusal of this call
└─ Unavailable           503     database away, worker full, stopping
"""

from collections.abc import Mapping
from typing import Any, ClassVar

# Where the docs tell more about a refusal: by its type, else by its status.
DOCS_BY_TYPE = {"fair_use_error": "rules-what-is-refused"}
DOCS_BY_STATUS = {
    401: "authentication-send-your-key",
    402: "limits-and-budgets",
    404: "errors-wrong-addresses",
    429: "limits-and-budgets",
    **dict.fromkeys((400, 403, 405, 413), "errors-what-each-code-means"),
}
DOCS_APPEAL = "rules-refused-by-mistake"


def docs_place(code: int, kind: str) -> str | None:
    """Return where the docs tell more about a refusal, as the end of their address."""
    return DOCS_BY_TYPE.get(kind) or DOCS_BY_STATUS.get(code)


class HcaiError(Exception):
    """An error that is sent to the caller."""

    status: ClassVar[int] = 500
    type: ClassVar[str] = "server_error"

    def __init__(
        self,
        message: str,
        *,
        param: str | None = None,
        metadata: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.param = param
        self.metadata = dict(metadata) if metadata else None
        self.headers = dict(headers) if headers else {}
        self.code = self.status


class InvalidRequest(HcaiError):
    """The request cannot be carried out as it is."""

    status = 400
    type = "invalid_request_error"


class NotAuthenticated(HcaiError):
    """There is no valid key."""

    status = 401
    type = "authentication_error"

    def __init__(self, message: str) -> None:
        super().__init__(message, headers={"WWW-Authenticate": "Bearer"})


class BudgetExhausted(HcaiError):
    """The budget of the period is spent. OpenAI's clients must not repeat the call."""

    status = 402
    type = "insufficient_quota"


class NotAllowed(HcaiError):
    """The caller is known but may not do this."""

    status = 403
    type = "permission_error"


class FairUseRefused(NotAllowed):
    """The call looks like a program that is not allowed here; `metadata` names the rule."""

    type = "fair_use_error"


class SafetyRefused(NotAllowed):
    """The prompt is what minors are kept from; `metadata` names the category."""

    type = "safety_error"


class NotFound(HcaiError):
    """There is nothing here."""

    status = 404
    type = "not_found_error"


class MethodNotAllowed(HcaiError):
    """The path is right, the method is not."""

    status = 405
    type = "invalid_request_error"


class TooSlow(HcaiError):
    """The body did not come in time."""

    status = 408
    type = "invalid_request_error"

    def __init__(self, message: str) -> None:
        super().__init__(message, headers={"Connection": "close"})


class TooLarge(HcaiError):
    """The body is over the limit."""

    status = 413
    type = "invalid_request_error"


class RateLimited(HcaiError):
    """Too many calls, or too many at once; `retry_after` is in seconds."""

    status = 429
    type = "rate_limit_error"

    def __init__(self, message: str, retry_after: int, **details: Any) -> None:
        super().__init__(message, **details)
        self.headers["Retry-After"] = str(max(1, retry_after))


class ClientLeft(HcaiError):
    """The client has disconnected."""

    status = 499

    def __init__(self) -> None:
        super().__init__("The client has left.")


class InternalError(HcaiError):
    """A fault of ours; the details are in the log under the request id."""


class Unavailable(HcaiError):
    """We cannot serve this now but soon can; `retry_after` is in seconds."""

    status = 503
    type = "server_error"

    def __init__(self, message: str, retry_after: int = 2) -> None:
        super().__init__(message, headers={"Retry-After": str(retry_after)})


class UpstreamFailed(HcaiError):
    """The provider broke: no answer, a broken one, or one of its own 5xx, whose status is kept."""

    status = 502
    type = "provider_error"

    def __init__(self, message: str, code: int = 502, **details: Any) -> None:
        super().__init__(message, **details)
        self.code = code


class UpstreamRefused(UpstreamFailed):
    """The provider refused this very call with a 4xx, whose status is kept."""

    status = 400
