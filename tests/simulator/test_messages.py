"""POST /messages, whole and streamed, seen through Anthropic's SDK and raw."""

from typing import Any

import anthropic as sdk
import httpx
import msgspec
import pytest
from anthropic import AsyncAnthropic

from tests.simulator.events import events, names

WEATHER: Any = {
    "name": "weather",
    "description": "The weather somewhere",
    "input_schema": {"type": "object", "properties": {"city": {"type": "string"}}},
}
THINKING: Any = {"type": "enabled", "budget_tokens": 1024}
WORDS_OF_A_PLAIN_STREAM = [
    "message_start",
    "ping",
    "content_block_start",
    "content_block_delta",
    "content_block_delta",
    "content_block_stop",
    "message_delta",
    "message_stop",
]


def ask(directive: str = "", **more: Any) -> Any:
    text = f"Hello!\n/simulate {directive}" if directive else "Hello!"
    messages = [{"role": "user", "content": text}]
    return {"model": "qwen/qwen3-32b", "max_tokens": 1000, "messages": messages, **more}


async def test_anthropic_sdk_reads_a_message_with_its_cost(anthropic: AsyncAnthropic):
    message = await anthropic.messages.create(**ask("say=BANANA"))
    (block,) = message.content
    assert block.type == "text"
    assert "BANANA" in block.text
    assert message.stop_reason == "end_turn"
    usage = message.usage.model_dump()
    assert usage["input_tokens"] > 0
    assert usage["output_tokens"] > 0
    assert usage["cost"] > 0


async def test_anthropic_sdk_puts_a_stream_together(anthropic: AsyncAnthropic):
    whole = await anthropic.messages.create(**ask(thinking=THINKING))
    async with anthropic.messages.stream(**ask(thinking=THINKING)) as stream:
        final = await stream.get_final_message()
    assert [block.type for block in final.content] == ["thinking", "text"]
    assert final.to_dict()["content"] == whole.to_dict()["content"]
    assert final.usage.output_tokens == whole.usage.output_tokens
    assert final.usage.input_tokens == whole.usage.input_tokens


async def test_events_are_named_and_in_order(http: httpx.AsyncClient):
    response = await http.post("/messages", json=ask("chunks=2", stream=True))
    found = events(response.text)
    assert names(response.text) == [event["type"] for event in found] == WORDS_OF_A_PLAIN_STREAM
    assert found[0]["message"]["id"] == response.headers["X-Generation-Id"]
    assert "[DONE]" not in response.text


async def test_stream_tells_tokens_but_not_the_cost(http: httpx.AsyncClient):
    whole = (await http.post("/messages", json=ask())).json()
    response = await http.post("/messages", json=ask(stream=True))
    found = events(response.text)
    assert found[0]["message"]["usage"]["input_tokens"] == whole["usage"]["input_tokens"]
    assert found[-2]["usage"]["output_tokens"] == whole["usage"]["output_tokens"]
    assert '"cost"' not in response.text
    generation_id = response.headers["X-Generation-Id"]
    record = (await http.get("/generation", params={"id": generation_id})).json()["data"]
    assert record["total_cost"] == whole["usage"]["cost"]
    assert record["native_tokens_completion"] == whole["usage"]["output_tokens"]
    assert (record["api_type"], record["streamed"]) == ("completions", True)


async def test_system_counts_as_prompt(http: httpx.AsyncClient):
    plain = (await http.post("/messages", json=ask())).json()["usage"]["input_tokens"]
    for system in ("x" * 40, [{"type": "text", "text": "x" * 40}]):
        told = (await http.post("/messages", json=ask(system=system))).json()
        assert told["usage"]["input_tokens"] == plain + 10


async def test_tool_is_used_with_input_that_fits(anthropic: AsyncAnthropic):
    message = await anthropic.messages.create(**ask(tools=[WEATHER]))
    (block,) = message.content
    assert message.stop_reason == "tool_use"
    assert block.type == "tool_use"
    assert (block.name, block.input) == ("weather", {"city": "simulated"})


async def test_streamed_tool_use_is_put_together(anthropic: AsyncAnthropic):
    async with anthropic.messages.stream(**ask(tools=[WEATHER])) as stream:
        final = await stream.get_final_message()
    (block,) = final.content
    assert block.type == "tool_use"
    assert block.input == {"city": "simulated"}


async def test_tool_is_chosen_by_name_and_not_used_when_forbidden(anthropic: AsyncAnthropic):
    tools = [WEATHER, {**WEATHER, "name": "tides"}]
    choice = {"type": "tool", "name": "tides"}
    chosen = await anthropic.messages.create(**ask(tools=tools, tool_choice=choice))
    assert chosen.content[0].model_dump()["name"] == "tides"
    forbidden = await anthropic.messages.create(**ask(tools=tools, tool_choice={"type": "none"}))
    assert forbidden.content[0].type == "text"


async def test_tool_is_not_used_again_after_its_result(anthropic: AsyncAnthropic):
    body = ask(tools=[WEATHER])
    body["messages"] += [
        {
            "role": "assistant",
            "content": [{"type": "tool_use", "id": "1", "name": "weather", "input": {}}],
        },
        {
            "role": "user",
            "content": [{"type": "tool_result", "tool_use_id": "1", "content": "sunny"}],
        },
    ]
    assert (await anthropic.messages.create(**body)).stop_reason == "end_turn"


async def test_limit_ends_the_message(anthropic: AsyncAnthropic):
    message = await anthropic.messages.create(**ask(max_tokens=5))
    assert message.stop_reason == "max_tokens"
    assert message.usage.output_tokens == 5


async def test_structured_output_fits_its_schema(http: httpx.AsyncClient):
    schema = {"type": "object", "properties": {"name": {"type": "string"}}}
    config = {"format": {"type": "json_schema", "schema": schema}}
    message = (await http.post("/messages", json=ask(output_config=config))).json()
    assert msgspec.json.decode(message["content"][0]["text"]) == {"name": "simulated"}


async def test_fallback_answers_and_is_billed(http: httpx.AsyncClient):
    body = ask("unavailable=qwen/qwen3-32b", fallbacks=[{"model": "openai/gpt-5-mini"}])
    assert (await http.post("/messages", json=body)).json()["model"] == "openai/gpt-5-mini"


@pytest.mark.parametrize(
    ("status", "kind", "word"),
    [
        (400, sdk.BadRequestError, "invalid_request_error"),
        (401, sdk.AuthenticationError, "authentication_error"),
        (402, sdk.APIStatusError, "billing_error"),
        (403, sdk.PermissionDeniedError, "permission_error"),
        (404, sdk.NotFoundError, "not_found_error"),
        (413, sdk.APIStatusError, "invalid_request_error"),
        (429, sdk.RateLimitError, "rate_limit_error"),
        (500, sdk.InternalServerError, "api_error"),
        (502, sdk.InternalServerError, "api_error"),
        (503, sdk.InternalServerError, "overloaded_error"),
        (504, sdk.InternalServerError, "timeout_error"),
        (529, sdk.InternalServerError, "overloaded_error"),
    ],
)
async def test_every_status_has_its_typed_error(anthropic: AsyncAnthropic, status, kind, word):
    with pytest.raises(kind) as caught:
        await anthropic.messages.create(**ask(f"status={status}"))
    assert caught.value.status_code == status
    assert caught.value.body["type"] == "error"
    assert caught.value.body["error"]["type"] == word
    assert caught.value.body["error"]["error_type"]


@pytest.mark.parametrize("body", [{}, {"messages": []}, {"model": "nobody/nothing"}, []])
async def test_bad_request_is_refused_in_the_same_envelope(http: httpx.AsyncClient, body):
    response = await http.post("/messages", json=body)
    assert response.status_code == 400
    assert response.json().keys() == {"type", "error", "request_id"}


async def test_key_may_come_as_x_api_key_on_this_path_only(http: httpx.AsyncClient):
    keyless = {"Authorization": ""}
    refused = await http.post("/messages", json=ask(), headers=keyless)
    assert refused.status_code == 401
    assert refused.json()["error"]["type"] == "authentication_error"
    with_key = {**keyless, "x-api-key": "sk-or-v1-test"}
    assert (await http.post("/messages", json=ask(), headers=with_key)).status_code == 200
    body = {"model": "qwen/qwen3-32b", "input": "Hello!"}
    assert (await http.post("/responses", json=body, headers=with_key)).status_code == 401


async def test_error_in_mid_stream_is_raised_by_the_sdk(anthropic: AsyncAnthropic, control):
    seen = 0
    with pytest.raises(sdk.APIStatusError) as caught:
        async with anthropic.messages.stream(**ask("error=529 after=3")) as stream:
            async for event in stream:
                seen += event.type == "content_block_delta"
    assert seen == 3
    assert caught.value.body["error"]["type"] == "overloaded_error"  # type: ignore[index]
    (call,) = (await control.get("/calls")).json()
    assert call["cost"] == 0


@pytest.mark.parametrize("stream", [False, True])
async def test_200_with_only_an_error(http: httpx.AsyncClient, stream):
    response = await http.post("/messages", json=ask("only_error=502", stream=stream))
    assert response.status_code == 200
    error = events(response.text)[0] if stream else response.json()
    assert error["error"]["type"] == "api_error"
    assert names(response.text) == (["error"] if stream else [])


async def test_end_mark_can_be_missing(http: httpx.AsyncClient):
    response = await http.post("/messages", json=ask("no_done", stream=True))
    assert names(response.text)[-1] == "message_delta"


async def test_usage_can_be_missing(http: httpx.AsyncClient):
    assert "usage" not in (await http.post("/messages", json=ask("usage=none"))).text
    assert "usage" not in (await http.post("/messages", json=ask("usage=none", stream=True))).text


async def test_end_of_a_stream_may_tell_the_output_only(anthropic: AsyncAnthropic):
    whole = await anthropic.messages.create(**ask("usage_at=start"))
    async with anthropic.messages.stream(**ask("usage_at=start")) as stream:
        events = [event async for event in stream]
        final = await stream.get_final_message()
    (last,) = [event for event in events if event.type == "message_delta"]
    assert last.usage.input_tokens is None
    assert final.usage.input_tokens == whole.usage.input_tokens
    assert final.usage.output_tokens == whole.usage.output_tokens


async def test_connection_is_cut_in_the_stream(http: httpx.AsyncClient):
    received = ""
    with pytest.raises(httpx.RemoteProtocolError):
        body = ask("cut=chunks after=3", stream=True)
        async with http.stream("POST", "/messages", json=body) as response:
            async for text in response.aiter_text():
                received += text
    assert names(received).count("content_block_delta") == 3


async def test_end_user_is_found_in_the_metadata(http: httpx.AsyncClient):
    body = ask(metadata={"user_id": "pseudonym"})
    generation_id = (await http.post("/messages", json=body)).json()["id"]
    record = (await http.get("/generation", params={"id": generation_id})).json()["data"]
    assert record["external_user"] == "pseudonym"
