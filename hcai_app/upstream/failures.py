"""Maps provider failures to errors for the caller.

The provider's 401 and 402 are about our account, while the caller's key and budget are fine: they
become a 502 that must not be retried, and the operator is alerted. Every other 4xx and 5xx keeps
its status, with the provider's message where it has one.
"""

import re
from collections.abc import Mapping
from typing import Any

from hcai_app.errors import HcaiError, UpstreamFailed, UpstreamRefused
from hcai_app.loose_json import members_of, read_json
from hcai_app.upstream.error_bodies import (
    NO_PROMISE_MESSAGE,
    OUR_ACCOUNT,
    OUR_ACCOUNT_MESSAGE,
    alert,
    code_of,
    normalised,
    status_of,
)
from hcai_app.upstream.http_client.errors import CannotConnectError

TIMEOUT = 504
MAX_ERROR_BYTES = 1024 * 1024
# `Retry-After` of a 429, in seconds, where the provider sends none.
DEFAULT_RETRY_AFTER = "5"
# Seconds, up to a day or so, or an HTTP date: some clients sleep for any number.
RETRY_AFTER = re.compile(r"\d{1,5}|[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} [\d:]{8} GMT", re.ASCII)
DO_NOT_RETRY = {"x-should-retry": "false"}


def from_status(status: int, headers: Mapping[str, str], body: bytes) -> UpstreamFailed:
    """Return the error for an answer that is not 200."""
    if status in OUR_ACCOUNT:
        alert(status)
        return UpstreamFailed(OUR_ACCOUNT_MESSAGE, headers=DO_NOT_RETRY)
    error = {"message": f"The provider answered {status}.", **_error_in(body)}
    if not 400 <= status <= 599:
        status = 502
    return _failure(status, error, headers)


def from_error(error: Any) -> UpstreamFailed:
    """Return the error for a 200 whose body is only an error."""
    code = code_of(error)
    if code is not None and code in OUR_ACCOUNT:
        return from_status(code, {}, b"")
    return _failure(status_of(error), normalised(error), {})


def from_exception(error: Exception) -> UpstreamFailed:
    """Return the error for a connection that failed, broke or went silent."""
    if isinstance(error, TimeoutError):
        return silence()
    if isinstance(error, CannotConnectError):
        return UpstreamFailed("The provider cannot be reached; try again in a moment.")
    return UpstreamFailed("The provider broke the connection before its answer was whole.")


def lacks_promise(failure: HcaiError) -> bool:
    """Return whether nobody who serves the model keeps to the data policy."""
    return failure.message == NO_PROMISE_MESSAGE


def silence() -> UpstreamFailed:
    """Return the error for a provider that exceeded the silence timeout."""
    return UpstreamFailed("The provider was silent for too long.", code=TIMEOUT)


def _failure(status: int, error: dict[str, Any], headers: Mapping[str, str]) -> UpstreamFailed:
    kind = UpstreamRefused if status < 500 else UpstreamFailed
    message = error.get("message") or f"The provider answered {status}."
    metadata = error.get("metadata")
    param = error.get("param")
    failure = kind(
        str(message),
        code=status,
        param=param if isinstance(param, str) else None,
        metadata=metadata if isinstance(metadata, dict) else None,
    )
    retry_after = _header(headers, "retry-after")
    if RETRY_AFTER.fullmatch(retry_after):
        failure.headers["Retry-After"] = retry_after
    elif status == 429:
        failure.headers["Retry-After"] = DEFAULT_RETRY_AFTER
    return failure


def _header(headers: Mapping[str, str], wanted: str) -> str:
    """Return a header, whatever the case of its name: each client has a mapping of its own."""
    found = (value for name, value in headers.items() if name.lower() == wanted)
    return next(found, "").strip()


def _error_in(body: bytes) -> dict[str, Any]:
    """Return the `error` member of a body; empty for HTML, broken JSON and anything else."""
    error = members_of(read_json(body)).get("error")
    return normalised(error) if error else {}
