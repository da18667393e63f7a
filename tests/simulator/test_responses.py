"""POST /responses, whole and streamed, seen through the official SDKs and raw."""

from typing import Any

import httpx
import msgspec
import pytest
from openai import AsyncOpenAI, RateLimitError
from openrouter import OpenRouter, errors
from openrouter.utils import BackoffStrategy, RetryConfig

from tests.simulator.events import events, names

NO_RETRIES = RetryConfig("none", BackoffStrategy(1, 1, 1.0, 1), False)
WEATHER: Any = {
    "type": "function",
    "name": "weather",
    "strict": None,
    "parameters": {"type": "object", "properties": {"city": {"type": "string"}}},
}
WORDS_OF_A_PLAIN_STREAM = [
    "response.created",
    "response.in_progress",
    "response.output_item.added",
    "response.content_part.added",
    "response.output_text.delta",
    "response.output_text.delta",
    "response.output_text.done",
    "response.content_part.done",
    "response.output_item.done",
    "response.completed",
]


def ask(directive: str = "", **more: Any) -> Any:
    text = f"Hello!\n/simulate {directive}" if directive else "Hello!"
    return {"model": "qwen/qwen3-32b", "input": text, **more}


async def test_openai_sdk_reads_a_response(openai: AsyncOpenAI):
    response = await openai.responses.create(**ask("say=BANANA"))
    assert response.output_text.startswith("This is a simulated answer")
    assert "BANANA" in response.output_text
    assert response.status == "completed"
    assert response.usage is not None
    assert response.usage.total_tokens == response.usage.input_tokens + response.usage.output_tokens


async def test_openrouter_sdk_reads_a_response_with_its_cost(openrouter: OpenRouter):
    response = await openrouter.responses.send_async(**ask(), user="pseudonym")
    assert response.usage
    assert response.usage.cost
    assert response.usage.is_byok is False
    record = (await openrouter.generations.get_generation_async(id=response.id)).data
    assert record.total_cost == response.usage.cost
    assert record.native_tokens_completion == response.usage.output_tokens
    assert (record.api_type, record.external_user) == ("completions", "pseudonym")


async def test_cost_details_add_up(http: httpx.AsyncClient):
    usage = (await http.post("/responses", json=ask("byok"))).json()["usage"]
    details = usage["cost_details"]
    parts = details["upstream_inference_input_cost"] + details["upstream_inference_output_cost"]
    assert details["upstream_inference_cost"] == pytest.approx(parts)
    assert usage["cost"] == pytest.approx(parts * 0.05)


async def test_events_are_named_numbered_and_in_order(http: httpx.AsyncClient):
    response = await http.post("/responses", json=ask("chunks=2", stream=True))
    found = events(response.text)
    assert names(response.text) == [event["type"] for event in found] == WORDS_OF_A_PLAIN_STREAM
    assert [event["sequence_number"] for event in found] == list(range(len(found)))
    assert response.text.endswith("\n\ndata: [DONE]\n\n")
    assert found[0]["response"]["id"] == response.headers["X-Generation-Id"]


async def test_stream_says_the_same_as_the_whole_response(http: httpx.AsyncClient):
    whole = (await http.post("/responses", json=ask("chunks=7"))).json()
    found = events((await http.post("/responses", json=ask("chunks=7", stream=True))).text)
    text = "".join(event["delta"] for event in found if event["type"].endswith("text.delta"))
    assert text == whole["output"][0]["content"][0]["text"]
    assert found[-1]["response"]["usage"] == whole["usage"]


async def test_openai_sdk_puts_a_stream_together(openai: AsyncOpenAI):
    request = ask("say=MANGO", reasoning={"effort": "low"})
    async with openai.responses.stream(**request) as stream:
        final = await stream.get_final_response()
    assert [item.type for item in final.output] == ["reasoning", "message"]
    assert "MANGO" in final.output_text
    assert final.usage is not None
    assert final.usage.output_tokens_details.reasoning_tokens > 0
    assert final.usage.model_dump()["cost"] > 0


async def test_openrouter_sdk_reads_every_event(openrouter: OpenRouter):
    request = ask("chunks=2 image_bytes=2000 reasoning")
    stream = await openrouter.responses.send_async(**request, stream=True)
    found = [event async for event in stream]
    assert not any(getattr(event, "is_unknown", False) for event in found)
    assert found[-1].type == "response.completed"
    assert found[-1].response.usage
    assert found[-1].response.usage.cost


@pytest.mark.parametrize("state", [{"store": True}, {"previous_response_id": "gen-1"}])
async def test_state_is_refused(http: httpx.AsyncClient, state):
    response = await http.post("/responses", json=ask(**state))
    assert response.status_code == response.json()["error"]["code"] == 400
    assert next(iter(state)) in response.json()["error"]["message"]


async def test_absence_of_state_may_be_spelled_out(http: httpx.AsyncClient):
    body = ask(store=False, previous_response_id=None)
    assert (await http.post("/responses", json=body)).status_code == 200


async def test_input_is_required(http: httpx.AsyncClient):
    response = await http.post("/responses", json={"model": "qwen/qwen3-32b"})
    assert response.status_code == 400


async def test_directive_may_stand_in_the_instructions_or_in_an_item(http: httpx.AsyncClient):
    told = ask(instructions="Be kind.\n/simulate say=PEAR")
    assert "PEAR" in (await http.post("/responses", json=told)).text.split('"instructions"')[0]
    part = {"type": "input_text", "text": "Hi\n/simulate say=PLUM"}
    said = ask(input=[{"type": "message", "role": "user", "content": [part]}])
    assert "PLUM" in (await http.post("/responses", json=said)).text


async def test_instructions_and_pictures_count_as_prompt(http: httpx.AsyncClient):
    plain = (await http.post("/responses", json=ask())).json()["usage"]["input_tokens"]
    told = ask(instructions="x" * 40)
    usage = (await http.post("/responses", json=told)).json()["usage"]
    assert usage["input_tokens"] == plain + 10
    seen = ask(input=[{"role": "user", "content": [{"type": "input_image", "image_url": "x"}]}])
    assert (await http.post("/responses", json=seen)).json()["usage"]["input_tokens"] > 200


async def test_openai_sdk_reads_a_function_call(openai: AsyncOpenAI):
    response = await openai.responses.create(**ask(tools=[WEATHER]))
    (call,) = response.output
    assert call.type == "function_call"
    assert call.name == "weather"
    assert msgspec.json.decode(call.arguments) == {"city": "simulated"}


async def test_openai_sdk_puts_a_streamed_function_call_together(openai: AsyncOpenAI):
    async with openai.responses.stream(**ask(tools=[{**WEATHER, "strict": True}])) as stream:
        kind = "response.function_call_arguments.delta"
        deltas = [event.delta async for event in stream if event.type == kind]
        (call,) = (await stream.get_final_response()).output
    assert len(deltas) == 2
    assert call.type == "function_call"
    assert call.arguments == "".join(deltas)


async def test_openrouter_sdk_reads_a_streamed_function_call(openrouter: OpenRouter):
    stream = await openrouter.responses.send_async(**ask(tools=[WEATHER]), stream=True)
    kinds = [event.type async for event in stream]
    assert "response.function_call_arguments.done" in kinds


async def test_function_is_chosen_by_name_and_not_called_when_forbidden(openai: AsyncOpenAI):
    tools = [WEATHER, {**WEATHER, "name": "tides"}]
    chosen = await openai.responses.create(
        **ask(tools=tools, tool_choice={"type": "function", "name": "tides"})
    )
    assert chosen.output[0].model_dump()["name"] == "tides"
    forbidden = await openai.responses.create(**ask(tools=tools, tool_choice="none"))
    assert forbidden.output_text


async def test_function_is_not_called_again_after_its_output(openai: AsyncOpenAI):
    items = [
        {"role": "user", "content": "Hello!"},
        {"type": "function_call", "call_id": "1", "name": "weather", "arguments": "{}"},
        {"type": "function_call_output", "call_id": "1", "output": "sunny"},
    ]
    response = await openai.responses.create(**ask(input=items, tools=[WEATHER]))
    assert response.output_text


async def test_structured_text_fits_its_schema(openai: AsyncOpenAI):
    schema = {"type": "object", "properties": {"name": {"type": "string"}}}
    form = {"type": "json_schema", "name": "x", "schema": schema}
    response = await openai.responses.create(**ask(text={"format": form}))
    assert msgspec.json.decode(response.output_text) == {"name": "simulated"}


async def test_limit_on_the_output_makes_it_incomplete(openai: AsyncOpenAI):
    response = await openai.responses.create(**ask(max_output_tokens=5))
    assert response.status == "incomplete"
    assert response.incomplete_details is not None
    assert response.incomplete_details.reason == "max_output_tokens"
    stream = await openai.responses.create(**ask(max_output_tokens=5), stream=True)
    last = [event async for event in stream][-1]
    assert last.type == "response.incomplete"
    assert last.response.usage is not None
    assert last.response.usage.output_tokens == 5


async def test_picture_is_an_output_item(openai: AsyncOpenAI, http: httpx.AsyncClient):
    response = await openai.responses.create(**ask("image_bytes=100000"))
    (picture,) = [item for item in response.output if item.type == "image_generation_call"]
    assert picture.result is not None
    assert len(picture.result) > 130_000
    streamed = await http.post("/responses", json=ask("image_bytes=100000", stream=True))
    assert "response.image_generation_call.completed" in names(streamed.text)
    assert max(map(len, streamed.text.splitlines())) > 130_000


async def test_failure_in_the_whole_response(openai: AsyncOpenAI, control):
    response = await openai.responses.create(**ask("error=429"))
    assert response.status == "failed"
    assert response.error is not None
    assert response.error.code == "rate_limit_exceeded"
    (call,) = (await control.get("/calls")).json()
    assert (call["cost"], call["finish_reason"]) == (0, "error")


async def test_failure_in_mid_stream(http: httpx.AsyncClient, openrouter: OpenRouter, control):
    body = ask("error=502 after=3", stream=True)
    found = events((await http.post("/responses", json=body)).text)
    deltas = [event for event in found if event["type"] == "response.output_text.delta"]
    assert len(deltas) == 3
    assert found[-1]["type"] == "response.failed"
    assert found[-1]["response"]["error"]["code"] == "server_error"
    assert found[-1]["sequence_number"] == len(found) - 1
    stream = await openrouter.responses.send_async(**ask("error=502"), stream=True)
    last = [event async for event in stream][-1]
    assert last.type == "response.failed"
    assert {call["cost"] for call in (await control.get("/calls")).json()} == {0}


@pytest.mark.parametrize("kind", ["error", "response.error"])
async def test_failure_can_come_in_other_events(http: httpx.AsyncClient, kind):
    body = ask(f"error=502 error_event={kind}", stream=True)
    last = events((await http.post("/responses", json=body)).text)[-1]
    assert last["type"] == kind
    assert last.get("error", last)["code"] == "server_error"


async def test_stream_of_only_an_error(openrouter: OpenRouter):
    stream = await openrouter.responses.send_async(**ask("only_error=503"), stream=True)
    (event,) = [event async for event in stream]
    assert event.type == "error"


async def test_body_of_only_an_error(http: httpx.AsyncClient):
    response = await http.post("/responses", json=ask("only_error=502"))
    assert response.status_code == 200
    assert response.json()["error"]["code"] == 502


@pytest.mark.parametrize("stream", [False, True])
async def test_early_failure_has_its_status(openrouter: OpenRouter, openai, stream):
    with pytest.raises(errors.PaymentRequiredResponseError):
        await openrouter.responses.send_async(
            **ask("status=402"), stream=stream, retries=NO_RETRIES
        )
    with pytest.raises(RateLimitError):
        await openai.responses.create(**ask("status=429"), stream=stream)


async def test_stream_can_be_cut(http: httpx.AsyncClient):
    body, received = ask("cut=line after=3", stream=True), ""
    with pytest.raises(httpx.RemoteProtocolError):
        async with http.stream("POST", "/responses", json=body) as response:
            async for text in response.aiter_text():
                received += text
    complete, _, rest = received.rpartition("\n\n")
    assert names(complete).count("response.output_text.delta") == 3
    assert rest


async def test_usage_and_end_mark_can_be_missing(http: httpx.AsyncClient):
    response = await http.post("/responses", json=ask("usage=none no_done", stream=True))
    assert "usage" not in events(response.text)[-1]["response"]
    assert "[DONE]" not in response.text
    assert "usage" not in (await http.post("/responses", json=ask("usage=none"))).json()


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"user": "a", "safety_identifier": "b", "metadata": {"user_id": "c"}}, "a"),
        ({"safety_identifier": "b", "metadata": {"user_id": "c"}}, "b"),
        ({"metadata": {"user_id": "c"}}, "c"),
        ({}, None),
    ],
)
async def test_user_is_known_by_the_first_name_given(http: httpx.AsyncClient, given, expected):
    response = (await http.post("/responses", json=ask(**given))).json()
    record = (await http.get("/generation", params={"id": response["id"]})).json()["data"]
    assert record["external_user"] == expected
