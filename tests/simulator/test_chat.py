"""POST /chat/completions without a stream, seen through the official SDKs and raw."""

import base64
from decimal import Decimal

import httpx
import msgspec
import pytest
from openai import APIStatusError, AsyncOpenAI, RateLimitError
from openrouter import OpenRouter, errors
from openrouter.utils import BackoffStrategy, RetryConfig

from tests.simulator.pictures import assert_is_png

NO_RETRIES = RetryConfig("none", BackoffStrategy(1, 1, 1.0, 1), False)
WEATHER = {
    "type": "function",
    "function": {
        "name": "weather",
        "description": "The weather somewhere",
        "parameters": {
            "type": "object",
            "properties": {
                "city": {"type": "string"},
                "unit": {"enum": ["celsius", "fahrenheit"]},
                "days": {"type": "integer", "minimum": 3},
            },
        },
    },
}


async def test_openai_sdk_reads_an_answer(openai: AsyncOpenAI, ask):
    answer = await openai.chat.completions.create(**ask("say=BANANA"))
    content = answer.choices[0].message.content or ""
    assert content.startswith("This is a simulated answer")
    assert "qwen/qwen3-32b" in content
    assert "BANANA" in content
    assert answer.choices[0].finish_reason == "stop"


async def test_lines_of_the_answer_can_be_chosen(openai: AsyncOpenAI, ask):
    answer = await openai.chat.completions.create(**ask(r'say="# one\n- two"'))
    assert "# one\n- two" in (answer.choices[0].message.content or "")


async def test_openrouter_sdk_reads_an_answer_with_its_cost(openrouter: OpenRouter, ask):
    answer = await openrouter.chat.send_async(**ask())
    assert answer.id.startswith("gen-")
    assert answer.usage is not None
    assert answer.usage.cost
    assert answer.usage.total_tokens == answer.usage.prompt_tokens + answer.usage.completion_tokens


async def test_cost_is_exact(http: httpx.AsyncClient, ask):
    body = ask("prompt_tokens=1234567 completion_tokens=7654321", model="anthropic/claude-opus-4.1")
    response = await http.post("/chat/completions", json=body)
    usage = msgspec.json.decode(response.content, type=dict[str, msgspec.Raw])["usage"]
    cost = msgspec.json.decode(usage, type=dict[str, msgspec.Raw])["cost"]
    assert Decimal(bytes(cost).decode()) == 1234567 * Decimal("0.000015") + 7654321 * Decimal(
        "0.000075"
    )


async def test_prompt_tokens_are_a_quarter_of_the_bytes(http: httpx.AsyncClient):
    body = {"model": "qwen/qwen3-32b", "messages": [{"role": "user", "content": "ä" * 9}]}
    usage = (await http.post("/chat/completions", json=body)).json()["usage"]
    assert usage["prompt_tokens"] == 5


async def test_generation_id_is_in_header_and_body(http: httpx.AsyncClient, ask):
    response = await http.post("/chat/completions", json=ask())
    assert response.headers["X-Generation-Id"] == response.json()["id"]


async def test_tools_are_called_with_arguments_that_fit_the_schema(openai: AsyncOpenAI, ask):
    answer = await openai.chat.completions.create(**ask(tools=[WEATHER]))
    (call,) = answer.choices[0].message.tool_calls or []
    assert answer.choices[0].finish_reason == "tool_calls"
    assert call.type == "function"
    assert call.function.name == "weather"
    arguments = msgspec.json.decode(call.function.arguments)
    assert arguments == {"city": "simulated", "unit": "celsius", "days": 3}


async def test_openrouter_sdk_reads_a_tool_call(openrouter: OpenRouter, ask):
    answer = await openrouter.chat.send_async(**ask(tools=[WEATHER]))
    (call,) = answer.choices[0].message.tool_calls or []
    assert call.function.name == "weather"


async def test_no_tool_is_called_after_a_tool_result_or_when_forbidden(openai: AsyncOpenAI, ask):
    forbidden = await openai.chat.completions.create(**ask(tools=[WEATHER], tool_choice="none"))
    assert forbidden.choices[0].message.content
    body = ask(tools=[WEATHER])
    call = {
        "id": "call_1",
        "type": "function",
        "function": {"name": "weather", "arguments": "{}"},
    }
    body["messages"] += [
        {"role": "assistant", "content": None, "tool_calls": [call]},
        {"role": "tool", "tool_call_id": "call_1", "content": "sunny"},
    ]
    answer = await openai.chat.completions.create(**body)
    assert answer.choices[0].finish_reason == "stop"


async def test_structured_output_fits_its_schema(openai: AsyncOpenAI, ask):
    schema = {
        "$defs": {"colour": {"enum": ["red", "blue"]}},
        "type": "object",
        "properties": {
            "colours": {"type": "array", "items": {"$ref": "#/$defs/colour"}},
            "ready": {"type": "boolean"},
            "ratio": {"type": "number"},
            "note": {"anyOf": [{"type": "null"}, {"type": "string"}]},
        },
    }
    form = {"type": "json_schema", "json_schema": {"name": "x", "schema": schema}}
    answer = await openai.chat.completions.create(**ask(response_format=form))
    content = msgspec.json.decode(answer.choices[0].message.content or "")
    assert content == {"colours": ["red"], "ready": True, "ratio": 1, "note": None}


async def test_json_object_is_json(openai: AsyncOpenAI, ask):
    answer = await openai.chat.completions.create(**ask(response_format={"type": "json_object"}))
    assert msgspec.json.decode(answer.choices[0].message.content or "")["simulated"] is True


async def test_image_answer_holds_a_valid_png(http: httpx.AsyncClient, ask):
    body = ask(model="google/gemini-2.5-flash-image", modalities=["image", "text"])
    answer = (await http.post("/chat/completions", json=body)).json()
    (image,) = answer["choices"][0]["message"]["images"]
    data = base64.b64decode(image["image_url"]["url"].removeprefix("data:image/png;base64,"))
    assert_is_png(data)
    assert answer["usage"]["completion_tokens_details"]["image_tokens"] == 1290
    assert answer["usage"]["cost"] > 0.0387


async def test_image_can_have_any_size(http: httpx.AsyncClient, ask):
    answer = (await http.post("/chat/completions", json=ask("image_bytes=3000000"))).json()
    url = answer["choices"][0]["message"]["images"][0]["image_url"]["url"]
    data = base64.b64decode(url.partition(",")[2])
    assert len(data) == 3_000_000
    assert_is_png(data)


async def test_pdf_is_annotated(http: httpx.AsyncClient, ask):
    body = ask()
    file = {"filename": "poster.pdf", "file_data": "data:application/pdf;base64,JVBERi0="}
    body["messages"][0]["content"] = [
        {"type": "text", "text": "Summarise the poster."},
        {"type": "file", "file": file},
    ]
    answer = (await http.post("/chat/completions", json=body)).json()
    (annotation,) = answer["choices"][0]["message"]["annotations"]
    assert annotation["type"] == "file"
    assert annotation["file"]["name"] == "poster.pdf"
    assert len(annotation["file"]["hash"]) == 64
    assert annotation["file"]["content"][0]["type"] == "text"


async def test_reasoning_is_shown_and_counted_when_asked_for(http: httpx.AsyncClient, ask):
    plain = (await http.post("/chat/completions", json=ask())).json()
    assert plain["choices"][0]["message"]["reasoning"] is None
    thinking = ask(reasoning={"effort": "low"})
    answer = (await http.post("/chat/completions", json=thinking)).json()
    message, usage = answer["choices"][0]["message"], answer["usage"]
    assert message["reasoning"] == message["reasoning_details"][0]["text"]
    assert usage["completion_tokens_details"]["reasoning_tokens"] > 0
    assert usage["completion_tokens"] > plain["usage"]["completion_tokens"]


async def test_max_tokens_shortens_the_answer(http: httpx.AsyncClient, ask):
    answer = (await http.post("/chat/completions", json=ask(max_tokens=5))).json()
    assert answer["choices"][0]["finish_reason"] == "length"
    assert answer["usage"]["completion_tokens"] == 5


async def test_fallback_model_answers_and_is_billed(http: httpx.AsyncClient, ask):
    body = ask("unavailable=qwen/qwen3-32b", models=["openai/gpt-5-mini"])
    answer = (await http.post("/chat/completions", json=body)).json()
    assert answer["model"] == "openai/gpt-5-mini"


async def test_router_chooses_a_model(http: httpx.AsyncClient, ask):
    answer = (await http.post("/chat/completions", json=ask(model="openrouter/auto"))).json()
    assert answer["model"] == "openai/gpt-5-mini"


async def test_free_variant_costs_nothing(http: httpx.AsyncClient, ask):
    answer = (await http.post("/chat/completions", json=ask(model="qwen/qwen3-32b:free"))).json()
    assert answer["usage"]["cost"] == 0


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"model": "nobody/nothing", "messages": [{"role": "user", "content": "x"}]}, 400),
        ({"model": "qwen/qwen3-32b"}, 400),
        ([], 400),
    ],
)
async def test_bad_request_is_refused(http: httpx.AsyncClient, body, status):
    response = await http.post("/chat/completions", json=body)
    assert response.status_code == response.json()["error"]["code"] == status


async def test_call_without_a_key_is_refused(http: httpx.AsyncClient, ask):
    response = await http.post("/chat/completions", json=ask(), headers={"Authorization": ""})
    assert response.status_code == 401
    lower = await http.post("/chat/completions", json=ask(), headers={"Authorization": "bearer x"})
    assert lower.status_code == 200


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, errors.BadRequestResponseError),
        (401, errors.UnauthorizedResponseError),
        (402, errors.PaymentRequiredResponseError),
        (403, errors.ForbiddenResponseError),
        (404, errors.NotFoundResponseError),
        (408, errors.RequestTimeoutResponseError),
        (413, errors.PayloadTooLargeResponseError),
        (422, errors.UnprocessableEntityResponseError),
        (429, errors.TooManyRequestsResponseError),
        (500, errors.InternalServerResponseError),
        (502, errors.BadGatewayResponseError),
        (503, errors.ServiceUnavailableResponseError),
        (504, errors.OpenRouterDefaultError),
        (524, errors.EdgeNetworkTimeoutResponseError),
        (529, errors.ProviderOverloadedResponseError),
    ],
)
async def test_every_status_has_its_typed_error(openrouter, openai, ask, status, kind):
    with pytest.raises(kind) as caught:
        await openrouter.chat.send_async(**ask(f"status={status}"), retries=NO_RETRIES)
    assert caught.value.status_code == status
    with pytest.raises(APIStatusError) as seen:
        await openai.chat.completions.create(**ask(f"status={status}"))
    assert seen.value.status_code == status


async def test_openai_sdk_sees_retry_after(openai: AsyncOpenAI, ask):
    with pytest.raises(RateLimitError) as caught:
        await openai.chat.completions.create(**ask("status=429 retry_after=3"))
    assert caught.value.response.headers["Retry-After"] == "3"


async def test_200_with_only_an_error(http: httpx.AsyncClient, ask):
    response = await http.post("/chat/completions", json=ask("only_error=502"))
    assert response.status_code == 200
    assert response.json().keys() == {"error"}
    assert response.json()["error"]["code"] == 502


async def test_error_inside_the_choice(http: httpx.AsyncClient, ask):
    response = await http.post("/chat/completions", json=ask("error=502"))
    (choice,) = response.json()["choices"]
    assert (choice["finish_reason"], choice["error"]["code"]) == ("error", 502)
