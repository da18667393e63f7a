"""The classes in which the official Node clients throw each status."""

from typing import Any

import pytest

from tests.clients.node.clients import NodeClient, NodeError

KINDS = {
    400: ("BadRequestError", "BadRequestResponseError"),
    401: ("AuthenticationError", "UnauthorizedResponseError"),
    402: ("APIError", "PaymentRequiredResponseError"),
    403: ("PermissionDeniedError", "ForbiddenResponseError"),
    404: ("NotFoundError", "NotFoundResponseError"),
    408: ("APIError", "RequestTimeoutResponseError"),
    409: ("ConflictError", "OpenRouterDefaultError"),
    413: ("APIError", "PayloadTooLargeResponseError"),
    422: ("UnprocessableEntityError", "UnprocessableEntityResponseError"),
    429: ("RateLimitError", "TooManyRequestsResponseError"),
    500: ("InternalServerError", "InternalServerResponseError"),
    502: ("InternalServerError", "BadGatewayResponseError"),
    503: ("InternalServerError", "ServiceUnavailableResponseError"),
    504: ("InternalServerError", "OpenRouterDefaultError"),
    524: ("InternalServerError", "EdgeNetworkTimeoutResponseError"),
    529: ("InternalServerError", "ProviderOverloadedResponseError"),
}


def thrown(client: NodeClient, method: str, *arguments: Any) -> NodeError:
    """Return what a call throws."""
    with pytest.raises(NodeError) as caught:
        client.call(method, *arguments)
    return caught.value


def assert_openai(error: NodeError, status: int) -> None:
    """It is openai's class for a status, with our code and our message."""
    assert (error.kind, error.status, error.code) == (KINDS[status][0], status, status)
    assert error.message == f"{status} {error.body['message']}"


def assert_openrouter(error: NodeError, status: int) -> None:
    """It is @openrouter/sdk's class for a status; the default class knows no more than that."""
    assert (error.kind, error.status) == (KINDS[status][1], status)
    if error.kind != "OpenRouterDefaultError":
        assert (error.code, error.body["message"]) == (status, error.message)
