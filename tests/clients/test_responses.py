"""OpenAI's Responses through the official clients: whole answers, streams, tools, errors."""

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import openai as openai_errors
import pytest
from openai import OpenAI
from openrouter import OpenRouter
from pydantic import BaseModel

from tests.api.traces import rows
from tests.chaos import books
from tests.clients.conftest import SILENCES, SILENT_S
from tests.clients.test_errors import KINDS, ONCE
from tests.conftest import Install
from tests.harness.product import Product
from tests.harness.provider import Provider

MODEL = "qwen/qwen3-32b"
STATUSES = [400, 403, 404, 413, 429, 500, 502, 503]
UNKNOWN_KEY = "sk-hc-v1-" + "0" * 64
WEATHER = {
    "type": "function",
    "name": "weather",
    "strict": False,
    "parameters": {"type": "object", "properties": {"city": {"type": "string"}}},
}
DELTA = "response.output_text.delta"


class Duck(BaseModel):
    name: str
    age: int


def body_of(directive: str = "", **more: Any) -> dict[str, Any]:
    return {"model": MODEL, "input": f"Hello!\n/simulate {directive}", **more}


def text_of(events: list[Any]) -> str:
    return "".join(event.delta for event in events if event.type == DELTA)


def test_openai_reads_an_answer_with_its_usage(openai: OpenAI, product: Product) -> None:
    answer = openai.responses.create(**body_of("say=BANANA"))
    assert "BANANA" in answer.output_text
    assert answer.status == "completed"
    assert answer.usage is not None
    row = rows(product)[-1]
    assert (row["endpoint"], row["model"], row["streamed"]) == ("/responses", MODEL, 0)
    assert row["total_tokens"] == answer.usage.total_tokens > 0
    assert row["cost_nanousd"] == round(answer.usage.model_dump()["cost"] * 10**9) > 0


def test_openai_tells_by_which_names_a_call_is_known(
    openai: OpenAI, provider: Provider, product: Product
) -> None:
    answer = openai.responses.create(**body_of())
    assert answer._request_id == rows(product)[-1]["id"]
    raw = openai.responses.with_raw_response.create(**body_of(), stream=True)
    assert raw.request_id == raw.headers["x-request-id"]
    assert raw.headers["x-generation-id"] == provider.calls()[1]["id"]
    assert list(raw.parse())[-1].type == "response.completed"


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("is_beta", [False, True])
def test_openrouter_reads_an_answer_with_its_usage(
    openrouter: OpenRouter, is_beta: bool, stream: bool
) -> None:
    send: Any = openrouter.beta.responses.send if is_beta else openrouter.responses.send
    answer = send(**body_of("chunks=5 say=MANGO"), stream=stream)
    if stream:
        with answer as opened:
            events = list(opened)
        assert "MANGO" in text_of(events)
        assert events[-1].type == "response.completed"
        answer = events[-1].response
    assert "MANGO" in answer.output[-1].content[0].text
    assert answer.usage.cost > 0


def test_openai_reads_a_stream_that_ends_with_the_usage(openai: OpenAI, product: Product) -> None:
    events = list(openai.responses.create(**body_of("chunks=5 say=MANGO"), stream=True))
    assert "MANGO" in text_of(events)
    assert sum(event.type == DELTA for event in events) == 5
    last = events[-1]
    assert last.type == "response.completed"
    assert last.response.usage is not None
    row = rows(product)[-1]
    assert (row["endpoint"], row["streamed"], row["outcome"]) == ("/responses", 1, "completed")
    assert row["total_tokens"] == last.response.usage.total_tokens
    assert row["cost_nanousd"] == round(last.response.usage.model_dump()["cost"] * 10**9)
    assert row["cost_source"] == "provider"


def test_openai_puts_a_stream_together(openai: OpenAI) -> None:
    with openai.responses.stream(**body_of("chunks=5 say=MANGO")) as stream:
        assert "MANGO" in stream.get_final_response().output_text


def test_openai_gets_an_object_of_a_schema(openai: OpenAI) -> None:
    answer = openai.responses.parse(**body_of(), text_format=Duck)
    assert isinstance(answer.output_parsed, Duck)


@pytest.mark.parametrize("stream", [False, True])
def test_openai_takes_a_tool_call_and_its_result_round(openai: OpenAI, stream: bool) -> None:
    said: list[Any] = [{"role": "user", "content": "Is it raining?"}]
    body: dict[str, Any] = {"model": MODEL, "tools": [WEATHER]}
    if stream:
        events = openai.responses.create(**body, input=said, stream=True)
        asked = next(e.response for e in events if e.type == "response.completed")
    else:
        asked = openai.responses.create(**body, input=said)
    (call,) = (item for item in asked.output if item.type == "function_call")
    assert (call.name, json.loads(call.arguments)) == ("weather", {"city": "simulated"})
    result = {"type": "function_call_output", "call_id": call.call_id, "output": "no"}
    given = [*said, *(item.model_dump(exclude_none=True) for item in asked.output), result]
    assert openai.responses.create(**body, input=given).output_text


@pytest.mark.parametrize("stream", [False, True])
def test_a_response_that_is_too_long_is_incomplete_and_booked(
    openai: OpenAI, product: Product, stream: bool
) -> None:
    answer: Any = openai.responses.create(**body_of(), max_output_tokens=16, stream=stream)
    if stream:
        last = list(answer)[-1]
        assert last.type == "response.incomplete"
        answer = last.response
    assert answer.incomplete_details.reason == "max_output_tokens"
    row = rows(product)[-1]
    assert (row["outcome"], row["completion_tokens"]) == ("completed", answer.usage.output_tokens)


def test_reasoning_comes_through(openai: OpenAI) -> None:
    answer = openai.responses.create(**body_of(), reasoning={"effort": "low"})
    assert answer.output[0].type == "reasoning"
    assert answer.usage is not None
    assert answer.usage.output_tokens_details.reasoning_tokens > 0


def test_what_would_need_a_memory_is_not_there(openai: OpenAI) -> None:
    for ask in (openai.responses.retrieve, openai.responses.cancel, openai.responses.delete):
        with pytest.raises(openai_errors.NotFoundError, match="resp_1"):
            ask("resp_1")


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("status", STATUSES)
def test_the_providers_errors_keep_their_class(
    openai: OpenAI, openrouter: OpenRouter, status: int, stream: bool
) -> None:
    body = body_of(f"status={status} message='it was so'", stream=stream)
    assert_typed(openai, openrouter, body, status, says="it was so")


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("status", [401, 402])
def test_the_providers_view_of_our_account_is_not_the_callers(
    openai: OpenAI, openrouter: OpenRouter, status: int, stream: bool
) -> None:
    body = body_of(f"status={status} message=secret", stream=stream)
    assert_typed(openai, openrouter, body, 502, says="own account")


def test_our_own_refusals_are_typed(install: Install, provider: Provider) -> None:
    product = install(HCAI_MAX_BODY_MB="1", HCAI_CHAT_RATE_LIMIT="6/minute").start()
    key = books.make_key(product, "UCALLS")
    banned, poor = books.make_key(product, "UBANNED"), books.make_key(product, "UPOOR", 0)
    product.change("users", "ban", "UBANNED", "--reason", "resold their key")

    def refuses(key: str, status: int, says: str, **fields: Any) -> None:
        with (
            OpenAI(base_url=product.base_url, api_key=key, max_retries=0) as openai,
            OpenRouter(api_key=key, server_url=product.base_url) as openrouter,
        ):
            assert_typed(openai, openrouter, body_of(**fields), status, says=says)

    refuses(UNKNOWN_KEY, 401, "key")
    refuses(banned, 403, "resold their key")
    refuses(poor, 402, "00:00 UTC")
    refuses(key, 413, "1 MB", input="x" * 2**20)
    refuses(key, 400, MODEL, model="qwen/qwen3-32")
    for _ in range(4):
        product.post("/responses", key, json=body_of(model="nobody/nothing"))
    refuses(key, 429, "6")
    assert provider.count() == 0
    assert rows(product) == []


FAILURES = ["error=503 after=3", "error=503 after=3 error_event=error"]
CUTS = ["cut=chunks after=3", "cut=line after=3", "cut=line after=3 reset", "body=half chunks=6"]


@pytest.mark.parametrize("directive", FAILURES)
def test_an_error_in_mid_stream_reaches_both_clients_as_the_provider_says_it(
    openai: OpenAI, openrouter: OpenRouter, directive: str
) -> None:
    for events in streamed(openai, openrouter, f"{directive} message='it was so'"):
        assert [event.type for event in events].count(DELTA) == 3
        last = events[-1]
        kind = "error" if "error_event" in directive else "response.failed"
        assert last.type == kind
        error = last if kind == "error" else last.response.error
        assert "it was so" in error.message


def test_openai_raises_what_an_event_of_the_providers_has_as_error(openai: OpenAI) -> None:
    body = body_of("error=503 after=3 error_event=response.error message='it was so'")
    stream = openai.responses.create(**body, stream=True)
    with stream, pytest.raises(openai_errors.APIError, match="it was so"):
        list(stream)


@pytest.mark.parametrize("directive", CUTS)
def test_a_stream_that_breaks_off_ends_with_an_error_event(
    openai: OpenAI, openrouter: OpenRouter, directive: str
) -> None:
    for events in streamed(openai, openrouter, directive):
        assert [event.type for event in events].count(DELTA) == 3
        assert (events[-1].type, events[-1].code) == ("error", "502")
        assert "provider" in events[-1].message


def test_what_the_provider_says_of_our_account_in_mid_stream_stays_here(
    openai: OpenAI, openrouter: OpenRouter
) -> None:
    for events in streamed(openai, openrouter, "error=402 after=3 message=secret"):
        assert events[-1].type == "response.failed"
        error = events[-1].response.error
        assert error.code == "server_error"
        assert "own account" in error.message
        assert "secret" not in error.message


def test_a_silent_provider_is_asked_once(impatient_openai: OpenAI, provider: Provider) -> None:
    def said(wait: str, stream: bool) -> str:
        body = body_of(f"{wait}={SILENT_S} after=3 say=PLUM")
        answer: Any = impatient_openai.responses.create(**body, stream=stream)
        return text_of(list(answer)) if stream else answer.output_text

    with ThreadPoolExecutor(len(SILENCES)) as pool:
        texts = list(pool.map(said, *zip(*SILENCES, strict=True)))
    assert all("PLUM" in text for text in texts)
    assert provider.count() == len(SILENCES)


def streamed(openai: OpenAI, openrouter: OpenRouter, directive: str) -> list[list[Any]]:
    """The events that each client yields, both as if it were the only one."""
    seen = [list(openai.responses.create(**body_of(directive), stream=True))]
    with openrouter.responses.send(**body_of(directive), stream=True) as stream:
        seen.append(list(stream))
    return seen


def assert_typed(
    openai: OpenAI, openrouter: OpenRouter, body: dict[str, Any], status: int, *, says: str
) -> None:
    """Both clients raise the class of the status, and its message."""
    of_openai, of_openrouter = KINDS[status]
    asks: list[tuple[type[Exception], Callable[[], Any]]] = [
        (of_openai, lambda: openai.with_options(max_retries=0).responses.create(**body)),
        (of_openrouter, lambda: openrouter.responses.send(**body, retries=ONCE)),
    ]
    for kind, ask in asks:
        with pytest.raises(kind, match=says) as caught:
            ask()
        assert getattr(caught.value, "status_code", 0) == status
