"""Anthropic's Messages through its official client: whole answers, streams, tools, errors."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import anthropic as anthropic_errors
import pytest
from anthropic import Anthropic
from pydantic import BaseModel

from tests.api.traces import rows
from tests.chaos import books
from tests.clients.conftest import SILENCES, SILENT_S
from tests.conftest import Install
from tests.harness.product import Product
from tests.harness.provider import Provider

MODEL = "qwen/qwen3-32b"
UNKNOWN_KEY = "sk-hc-v1-" + "0" * 64
KINDS = {
    400: (anthropic_errors.BadRequestError, "invalid_request_error"),
    401: (anthropic_errors.AuthenticationError, "authentication_error"),
    402: (anthropic_errors.PaymentRequiredError, "billing_error"),
    403: (anthropic_errors.PermissionDeniedError, "permission_error"),
    404: (anthropic_errors.NotFoundError, "not_found_error"),
    413: (anthropic_errors.ContentTooLargeError, "request_too_large"),
    429: (anthropic_errors.RateLimitError, "rate_limit_error"),
    500: (anthropic_errors.InternalServerError, "api_error"),
    502: (anthropic_errors.InternalServerError, "api_error"),
    503: (anthropic_errors.ServiceUnavailableError, "overloaded_error"),
    529: (anthropic_errors.OverloadedError, "overloaded_error"),
}
PROVIDERS = sorted({*KINDS} - {401, 402})
WEATHER = {
    "name": "weather",
    "description": "The weather somewhere",
    "input_schema": {"type": "object", "properties": {"city": {"type": "string"}}},
}


class Duck(BaseModel):
    name: str
    age: int


def body_of(directive: str = "", **more: Any) -> dict[str, Any]:
    messages = [{"role": "user", "content": f"Hello!\n/simulate {directive}"}]
    return {"model": MODEL, "max_tokens": 500, "messages": messages, **more}


@pytest.fixture
def bearer(product: Product, key: str) -> Anthropic:
    """Sends the key as a bearer token, as Claude Code does."""
    base_url = product.base_url.removesuffix("/v1")
    return Anthropic(base_url=base_url, auth_token=key, max_retries=0)


def test_an_answer_comes_with_its_usage(anthropic: Anthropic, product: Product) -> None:
    answer = anthropic.messages.create(**body_of("say=BANANA"))
    assert answer.content[0].type == "text"
    assert "BANANA" in answer.content[0].text
    assert answer.stop_reason == "end_turn"
    row = rows(product)[-1]
    assert (row["endpoint"], row["model"], row["streamed"]) == ("/messages", MODEL, 0)
    tokens = (answer.usage.input_tokens, answer.usage.output_tokens)
    assert (row["prompt_tokens"], row["completion_tokens"]) == tokens
    assert row["cost_nanousd"] == round(answer.usage.model_dump()["cost"] * 10**9) > 0


def test_the_key_may_come_as_a_bearer_token(bearer: Anthropic, provider: Provider) -> None:
    assert bearer.messages.create(**body_of()).content
    with bearer.messages.stream(**body_of("say=MANGO")) as stream:
        assert "MANGO" in stream.get_final_text()
    assert provider.count() == 2


def test_a_stream_comes_event_by_event(anthropic: Anthropic) -> None:
    events = list(anthropic.messages.create(**body_of("chunks=5 say=MANGO"), stream=True))
    kinds = [event.type for event in events]
    assert kinds[:2] == ["message_start", "content_block_start"]
    assert kinds[2:7] == ["content_block_delta"] * 5
    assert kinds[7:] == ["content_block_stop", "message_delta", "message_stop"]


@pytest.mark.parametrize("is_beta", [False, True])
def test_a_stream_is_put_together(anthropic: Anthropic, product: Product, is_beta: bool) -> None:
    messages: Any = anthropic.beta.messages if is_beta else anthropic.messages
    with messages.stream(**body_of("chunks=5 say=MANGO")) as stream:
        answer = stream.get_final_message()
    assert "MANGO" in answer.content[0].text
    row = rows(product)[-1]
    assert (row["endpoint"], row["streamed"], row["outcome"]) == ("/messages", 1, "completed")
    tokens = (answer.usage.input_tokens, answer.usage.output_tokens)
    assert (row["prompt_tokens"], row["completion_tokens"]) == tokens


def test_the_beta_form_works_too(anthropic: Anthropic) -> None:
    assert anthropic.beta.messages.create(**body_of(), betas=["output-128k-2025-02-19"]).content


def test_an_object_of_a_schema(anthropic: Anthropic) -> None:
    answer = anthropic.messages.parse(**body_of(), output_format=Duck)
    assert isinstance(answer.parsed_output, Duck)


@pytest.mark.parametrize("stream", [False, True])
def test_a_tool_is_used_and_its_result_goes_back(anthropic: Anthropic, stream: bool) -> None:
    said: Any = {"role": "user", "content": "Is it raining?"}
    body: dict[str, Any] = {"model": MODEL, "max_tokens": 500, "tools": [WEATHER]}
    if stream:
        with anthropic.messages.stream(**body, messages=[said]) as opened:
            asked: Any = opened.get_final_message()
    else:
        asked = anthropic.messages.create(**body, messages=[said])
    assert asked.stop_reason == "tool_use"
    (use,) = (block for block in asked.content if block.type == "tool_use")
    assert (use.name, use.input) == ("weather", {"city": "simulated"})
    result = {"type": "tool_result", "tool_use_id": use.id, "content": "no"}
    blocks = [block.model_dump(exclude_none=True) for block in asked.content]
    messages: Any = [
        said,
        {"role": "assistant", "content": blocks},
        {"role": "user", "content": [result]},
    ]
    assert anthropic.messages.create(**body, messages=messages).stop_reason == "end_turn"


def test_thoughts_come_with_their_signature(anthropic: Anthropic) -> None:
    thinking: Any = {"type": "enabled", "budget_tokens": 1024}
    with anthropic.messages.stream(**body_of(max_tokens=2048), thinking=thinking) as stream:
        thought = stream.get_final_message().content[0]
    assert thought.type == "thinking"
    assert thought.thinking
    assert thought.signature


def test_a_message_that_is_too_long_is_cut(anthropic: Anthropic) -> None:
    assert anthropic.messages.create(**body_of(max_tokens=5)).stop_reason == "max_tokens"


def test_megabytes_go_in(anthropic: Anthropic, provider: Provider) -> None:
    image = {"type": "base64", "media_type": "image/png", "data": "iVBORw0K" * 500_000}
    block = {"type": "image", "source": image}
    messages: Any = [{"role": "user", "content": [block, {"type": "text", "text": "What is it?"}]}]
    assert anthropic.messages.create(model=MODEL, max_tokens=99, messages=messages).content
    assert int(provider.calls()[0]["headers"]["Content-Length"]) > 4_000_000


def test_what_is_not_offered_is_404(anthropic: Anthropic) -> None:
    with pytest.raises(anthropic_errors.NotFoundError) as caught:
        anthropic.messages.count_tokens(model=MODEL, messages=[{"role": "user", "content": "hi"}])
    assert caught.value.type == "not_found_error"


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("status", PROVIDERS)
def test_the_providers_errors_keep_their_class(
    anthropic: Anthropic, status: int, stream: bool
) -> None:
    body = body_of(f"status={status} message='it was so'", stream=stream)
    assert "it was so" in assert_typed(anthropic, body, status)


@pytest.mark.parametrize("status", [400, 404, 429, 503])
def test_200_with_only_an_error_gets_the_status_of_its_type(
    anthropic: Anthropic, status: int
) -> None:
    body = body_of(f"only_error={status} message='it was so'")
    assert "it was so" in assert_typed(anthropic, body, status)
    assert "it was so" in assert_typed(anthropic, {**body, "stream": True}, status)


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("directive", ["status=401", "status=402", "only_error=402"])
def test_the_providers_view_of_our_account_is_not_the_callers(
    anthropic: Anthropic, provider: Provider, directive: str, stream: bool
) -> None:
    with pytest.raises(anthropic_errors.InternalServerError) as caught:
        anthropic.messages.create(**body_of(f"{directive} message=secret"), stream=stream)
    assert caught.value.status_code == 502
    assert "own account" in str(caught.value.api_message)
    assert provider.count() == 1  # the client has its retries, and is told not to use them


def test_our_own_refusals_are_typed_whichever_way_the_key_comes(
    install: Install, provider: Provider
) -> None:
    product = install(HCAI_MAX_BODY_MB="1", HCAI_CHAT_RATE_LIMIT="6/minute").start()
    base_url = product.base_url.removesuffix("/v1")
    key = books.make_key(product, "UCALLS")
    banned, poor = books.make_key(product, "UBANNED"), books.make_key(product, "UPOOR", 0)
    product.change("users", "ban", "UBANNED", "--reason", "resold their key")

    def refusal(key: str, status: int, **fields: Any) -> str:
        with (
            Anthropic(base_url=base_url, api_key=key) as by_header,
            Anthropic(base_url=base_url, auth_token=key) as by_bearer,
        ):
            says, again = (
                assert_typed(client, body_of(**fields), status) for client in (by_header, by_bearer)
            )
        assert says[:40] == again[:40]
        return says

    assert "key" in refusal(UNKNOWN_KEY, 401)
    assert "resold their key" in refusal(banned, 403)
    assert "00:00 UTC" in refusal(poor, 402)
    assert "1 MB" in refusal(key, 413, system="x" * 2**20)
    assert MODEL in refusal(key, 400, model="qwen/qwen3-32")
    assert "true or false" in refusal(key, 400, extra_body={"stream": "yes"})
    assert refusal(key, 400, model="nobody/nothing")
    assert "6" in refusal(key, 429)
    assert provider.count() == 0
    assert rows(product) == []


SPOILT = {
    "error=503 after=3": "overloaded_error",
    "error=429 after=3": "rate_limit_error",
    "error=402 after=3": "api_error",
    "cut=chunks after=3": "api_error",
    "cut=line after=3": "api_error",
    "cut=line after=3 reset": "api_error",
    "body=half chunks=6": "api_error",
}


@pytest.mark.parametrize(("directive", "kind"), SPOILT.items())
def test_an_error_in_mid_stream_is_raised(anthropic: Anthropic, directive: str, kind: str) -> None:
    kinds: list[str] = []
    stream = anthropic.messages.create(**body_of(f"{directive} message=secret"), stream=True)
    with stream, pytest.raises(anthropic_errors.APIStatusError) as caught:
        kinds.extend(event.type for event in stream)
    assert caught.value.type == kind
    assert ("secret" in str(caught.value)) == (
        directive in ("error=503 after=3", "error=429 after=3")
    )


def test_what_was_said_before_an_error_in_mid_stream_arrives(anthropic: Anthropic) -> None:
    seen = []
    with (
        pytest.raises(anthropic_errors.APIStatusError),
        anthropic.messages.stream(**body_of("error=503 after=3 chunks=9")) as stream,
    ):
        for text in stream.text_stream:
            seen.append(text)
    assert len(seen) == 3


def test_a_silent_provider_is_asked_once(
    impatient_anthropic: Anthropic, provider: Provider
) -> None:
    def said(wait: str, stream: bool) -> str:
        body = body_of(f"{wait}={SILENT_S} after=3 say=PLUM")
        if stream:
            with impatient_anthropic.messages.stream(**body) as opened:
                return opened.get_final_text()
        return str(impatient_anthropic.messages.create(**body).content[0])

    with ThreadPoolExecutor(len(SILENCES)) as pool:
        texts = list(pool.map(said, *zip(*SILENCES, strict=True)))
    assert all("PLUM" in text for text in texts)
    assert provider.count() == len(SILENCES)


def assert_typed(anthropic: Anthropic, body: dict[str, Any], status: int) -> str:
    """The client raises the class and the type of the status; returns the message."""
    of_status, kind = KINDS[status]
    with pytest.raises(of_status) as caught:
        anthropic.with_options(max_retries=0).messages.create(**body)
    error = caught.value
    assert (error.status_code, error.type) == (status, kind)
    body_told: Any = error.body
    assert body_told["type"] == "error"
    assert body_told["request_id"] == error.response.headers["x-request-id"]
    assert error.request_id == body_told["request_id"]
    return str(error.api_message)
