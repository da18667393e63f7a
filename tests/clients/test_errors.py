"""Errors as the official clients type them: the provider's, ours, and those in mid-stream."""

from typing import Any

import httpx
import openai as openai_errors
import pytest
from openai import OpenAI
from openrouter import OpenRouter, errors
from openrouter.utils import BackoffStrategy, RetryConfig

from tests.conftest import Install
from tests.harness.product import Product
from tests.harness.provider import Provider

ONCE = RetryConfig("none", BackoffStrategy(1, 1, 1.0, 1), False)
KINDS = {
    400: (openai_errors.BadRequestError, errors.BadRequestResponseError),
    401: (openai_errors.AuthenticationError, errors.UnauthorizedResponseError),
    402: (openai_errors.APIStatusError, errors.PaymentRequiredResponseError),
    403: (openai_errors.PermissionDeniedError, errors.ForbiddenResponseError),
    404: (openai_errors.NotFoundError, errors.NotFoundResponseError),
    408: (openai_errors.APIStatusError, errors.RequestTimeoutResponseError),
    409: (openai_errors.ConflictError, errors.OpenRouterDefaultError),
    413: (openai_errors.APIStatusError, errors.PayloadTooLargeResponseError),
    422: (openai_errors.UnprocessableEntityError, errors.UnprocessableEntityResponseError),
    429: (openai_errors.RateLimitError, errors.TooManyRequestsResponseError),
    500: (openai_errors.InternalServerError, errors.InternalServerResponseError),
    502: (openai_errors.InternalServerError, errors.BadGatewayResponseError),
    503: (openai_errors.InternalServerError, errors.ServiceUnavailableResponseError),
    504: (openai_errors.InternalServerError, errors.OpenRouterDefaultError),
    524: (openai_errors.InternalServerError, errors.EdgeNetworkTimeoutResponseError),
    529: (openai_errors.InternalServerError, errors.ProviderOverloadedResponseError),
}
# The provider's 401 and 402 are about our account: the caller's key and budget are fine.
PROVIDERS = sorted({*KINDS} - {401, 402})


def assert_typed(product: Product, key: str, body: dict[str, Any], status: int) -> httpx.Response:
    """Both clients raise the class of the status; returns the answer that one of them saw."""
    of_openai, of_openrouter = KINDS[status]
    with (
        OpenAI(base_url=product.base_url, api_key=key, max_retries=0) as client,
        pytest.raises(of_openai) as seen,
    ):
        client.chat.completions.create(**body)
    with (
        OpenRouter(api_key=key, server_url=product.base_url) as client,
        pytest.raises(of_openrouter) as caught,
    ):
        client.chat.send(**body, retries=ONCE)
    assert isinstance(seen.value, openai_errors.APIStatusError)
    assert seen.value.status_code == caught.value.status_code == status
    error = seen.value.response.json()["error"]
    assert error["code"] == status
    assert error["message"]
    return seen.value.response


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("status", PROVIDERS)
def test_the_providers_errors_keep_their_class(
    product: Product, key: str, ask, status: int, stream: bool
) -> None:
    body = ask(f"status={status} message='it was so'", stream=stream)
    answer = assert_typed(product, key, body, status)
    assert "it was so" in answer.json()["error"]["message"]
    assert answer.json()["error"]["metadata"]["provider_name"] == "Simulated"


@pytest.mark.parametrize("status", [401, 402])
def test_the_providers_view_of_our_account_is_not_the_callers(
    product: Product, key: str, ask, status: int
) -> None:
    answer = assert_typed(product, key, ask(f"status={status} message=secret"), 502)
    assert answer.headers["x-should-retry"] == "false"
    assert "secret" not in answer.text
    assert product.process is not None
    assert f"the provider answers {status}" in product.process.log


@pytest.mark.parametrize("directive", ["status=401", "status=402", "only_error=402"])
def test_openai_does_not_repeat_what_our_account_cannot_pay(
    openai: OpenAI, provider: Provider, ask, directive: str
) -> None:
    with pytest.raises(openai_errors.InternalServerError):
        openai.chat.completions.create(**ask(directive))
    assert provider.count() == 1


def test_no_key_and_a_wrong_key_are_401(product: Product, ask) -> None:
    for key in ("sk-hc-v1-" + "0" * 64, "sk-or-v1-mine"):
        answer = assert_typed(product, key, ask(), 401)
        assert answer.headers["www-authenticate"] == "Bearer"


def test_an_unknown_model_is_400_and_names_the_nearest(product: Product, key: str, ask) -> None:
    answer = assert_typed(product, key, {**ask(), "model": "qwen/qwen3-32"}, 400)
    assert answer.json()["error"]["param"] == "model"
    assert answer.json()["error"]["metadata"]["nearest"][0] == "qwen/qwen3-32b"
    assert "qwen/qwen3-32b" in answer.json()["error"]["message"]


def test_a_ban_is_403_and_says_why(product: Product, ask) -> None:
    key = product.make_key("UBANNED")
    product.change("users", "ban", "UBANNED", "--reason", "resold their key")
    answer = assert_typed(product, key, ask(), 403)
    assert "resold their key" in answer.json()["error"]["message"]


def test_a_spent_budget_is_402_and_openai_does_not_repeat_it(product: Product, ask) -> None:
    key = product.make_key("UPOOR", "--budget-usd", "0")
    answer = assert_typed(product, key, ask(), 402)
    assert answer.headers["x-should-retry"] == "false"
    assert "00:00 UTC" in answer.json()["error"]["message"]


def test_limits_are_413_and_429(install: Install, provider: Provider, ask) -> None:
    product = install(HCAI_MAX_BODY_MB="1", HCAI_CHAT_RATE_LIMIT="2/minute").start()
    key = product.make_key()
    # The size is declared, and so costs no attempt.
    messages = [{"role": "user", "content": "x" * 2**20}]
    assert_typed(product, key, {**ask(), "messages": messages}, 413)
    for _ in range(2):
        assert product.chat(key).status_code == 200
    answer = assert_typed(product, key, ask(), 429)
    assert 1 <= int(answer.headers["retry-after"]) <= 61
    assert provider.count() == 2


@pytest.mark.parametrize("retry_after", ["7", "date+60"])
def test_retry_after_of_the_provider_comes_through(
    product: Product, key: str, ask, retry_after: str
) -> None:
    for status in (429, 503):
        body = ask(f"status={status} retry_after={retry_after}")
        answer = assert_typed(product, key, body, status)
        given = answer.headers["retry-after"]
        assert given == "7" if retry_after == "7" else given.endswith("GMT")


def test_a_429_without_a_hint_still_has_retry_after(product: Product, key: str, ask) -> None:
    assert int(assert_typed(product, key, ask("status=429"), 429).headers["retry-after"]) > 0


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("status", [400, 429, 502, 503])
def test_200_with_only_an_error_gets_the_status_of_the_error(
    product: Product, key: str, ask, status: int, stream: bool
) -> None:
    assert_typed(product, key, ask(f"only_error={status}", stream=stream), status)


@pytest.mark.parametrize("status", [429, 503])
def test_an_error_as_the_first_chunk_gets_its_status(
    product: Product, key: str, ask, status: int
) -> None:
    assert_typed(product, key, ask(f"error={status} after=0", stream=True), status)


@pytest.mark.parametrize(
    ("directive", "status"),
    [
        ("status=502 html", 502),
        ("status=524 html", 524),
        ("body=half", 502),
        ("body=empty", 502),
        ("body=invalid", 502),
        ("cut=before_headers", 502),
        ("cut=after_headers", 502),
        ("cut=body", 502),
        ("cut=before_headers reset", 502),
    ],
)
def test_a_broken_provider_is_a_typed_error(
    product: Product, key: str, ask, directive: str, status: int
) -> None:
    answer = assert_typed(product, key, ask(directive), status)
    assert "<" not in answer.json()["error"]["message"]


@pytest.mark.parametrize("code", [400, 429, 502, 503])
def test_an_error_in_mid_stream_is_raised_by_openai(openai: OpenAI, ask, code: int) -> None:
    stream = openai.chat.completions.create(**ask(f"error={code} after=3"), stream=True)
    with stream, pytest.raises(openai_errors.APIError) as caught:
        seen = [next(stream) for _ in range(3)]
        next(stream)
    assert len(seen) == 3
    assert caught.value.body is not None
    assert caught.value.body["code"] == code  # type: ignore[index]


SPOILT = {
    "error=503 after=3": 503,
    "error=502 after=3 error_code=server_error": 502,
    "error=401 after=3": 502,
    "error=402 after=3": 502,
    "cut=chunks after=3": 502,
    "cut=line after=3": 502,
    "cut=line after=3 reset": 502,
}


@pytest.mark.parametrize(("directive", "code"), SPOILT.items())
def test_an_error_in_mid_stream_is_a_chunk_to_openrouter(
    openrouter: OpenRouter, ask, directive: str, code: int
) -> None:
    with openrouter.chat.send(**ask(directive), stream=True) as stream:
        chunks = list(stream)
    assert len(chunks) == 4
    assert chunks[-1].error is not None
    assert chunks[-1].error.code == code
    assert chunks[-1].choices[0].finish_reason == "error"


def test_the_stream_of_a_revoked_key_ends_with_an_error(product: Product, ask) -> None:
    key = product.make_key("UREVOKED")
    with OpenAI(base_url=product.base_url, api_key=key, max_retries=0) as client:
        stream = client.chat.completions.create(**ask("chunks=100 delay=0.1"), stream=True)
        with stream, pytest.raises(openai_errors.APIError) as caught:
            next(stream)
            product.change("keys", "revoke", key)
            list(stream)
    assert caught.value.body is not None
    assert caught.value.body["code"] == 401  # type: ignore[index]
