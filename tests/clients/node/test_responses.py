"""OpenAI's Responses through the official Node clients: whole answers, streams, errors."""

import json
from typing import Any

import pytest

from tests.clients.node.clients import NodeClient
from tests.clients.node.typed import assert_openai, assert_openrouter, thrown
from tests.harness.product import Product

CREATE = "responses.create"
SEND = ["responses.send", "beta.responses.send"]
MODEL = "qwen/qwen3-32b"
WEATHER = {
    "type": "function",
    "name": "weather",
    "strict": False,
    "parameters": {"type": "object", "properties": {"city": {"type": "string"}}},
}


def body_of(directive: str, **more: Any) -> dict[str, Any]:
    return {"model": MODEL, "input": f"Hello!\n/simulate {directive}", **more}


def test_openai_reads_an_answer_with_its_usage(openai: NodeClient, product: Product) -> None:
    answer = openai.call(CREATE, body_of("say=BANANA"))
    assert "BANANA" in answer["output_text"]
    assert answer["status"] == "completed"
    assert answer["usage"]["cost"] > 0
    row = product.rows()[-1]
    assert (row["endpoint"], row["model"], row["streamed"]) == ("/responses", MODEL, False)
    assert row["total_tokens"] == answer["usage"]["total_tokens"]
    assert float(row["cost_usd"]) == answer["usage"]["cost"]


@pytest.mark.parametrize("send", SEND)
def test_openrouter_reads_an_answer_with_its_usage(openrouter: NodeClient, send: str) -> None:
    answer = openrouter.call(send, {"responsesRequest": body_of("say=BANANA")})
    assert "BANANA" in answer["output"][-1]["content"][0]["text"]
    assert answer["usage"]["cost"] > 0


def test_openai_reads_a_stream_that_ends_with_the_usage(
    openai: NodeClient, product: Product
) -> None:
    events = openai.call(CREATE, body_of("chunks=5 say=MANGO", stream=True))
    assert "MANGO" in text_of(events)
    assert events[-1]["type"] == "response.completed"
    usage = events[-1]["response"]["usage"]
    row = product.rows()[-1]
    assert (row["endpoint"], row["streamed"], row["outcome"]) == ("/responses", True, "completed")
    assert row["total_tokens"] == usage["total_tokens"]
    assert float(row["cost_usd"]) == usage["cost"]
    assert row["settled"]


@pytest.mark.parametrize("send", SEND)
def test_openrouter_reads_a_stream_that_ends_with_the_usage(
    openrouter: NodeClient, send: str
) -> None:
    body = {"responsesRequest": body_of("chunks=5 say=MANGO", stream=True)}
    events = openrouter.call(send, body)
    assert "MANGO" in text_of(events)
    assert events[-1]["type"] == "response.completed"
    assert events[-1]["response"]["usage"]["cost"] > 0


def test_openai_puts_a_stream_together(openai: NodeClient) -> None:
    body = body_of("chunks=5 say=MANGO")
    answer = openai.call("responses.stream", body, then="finalResponse")
    assert "MANGO" in answer["output_text"]
    assert answer["usage"]["cost"] > 0


def test_openrouter_calls_a_model(openrouter: NodeClient) -> None:
    body = body_of("chunks=5 say=MANGO")
    text = openrouter.call("callModel", body, then="getText")
    assert "MANGO" in text
    assert "".join(openrouter.call("callModel", body, then="getTextStream")) == text


def test_openai_takes_a_tool_call_and_its_result_round(openai: NodeClient) -> None:
    said = {"role": "user", "content": "Is it raining?"}
    body = {"model": MODEL, "input": [said], "tools": [WEATHER]}
    output = openai.call(CREATE, body)["output"]
    (call,) = [item for item in output if item["type"] == "function_call"]
    assert json.loads(call["arguments"]) == {"city": "simulated"}
    result = {"type": "function_call_output", "call_id": call["call_id"], "output": "no"}
    answer = openai.call(CREATE, {**body, "input": [said, *output, result]})
    assert answer["output_text"]


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("status", [400, 403, 404, 413, 429, 500, 502, 503])
def test_the_providers_errors_keep_their_class(clients, status: int, stream: bool) -> None:
    openai, openrouter = clients
    body = body_of(f"status={status}", stream=stream)
    assert_openai(thrown(openai, CREATE, body), status)
    assert_openrouter(thrown(openrouter, SEND[0], {"responsesRequest": body}), status)


@pytest.mark.parametrize("refused", [{"store": True}, {"previous_response_id": "resp_1"}])
def test_the_accounts_own_state_is_400(openai: NodeClient, refused: dict[str, Any]) -> None:
    error = thrown(openai, CREATE, body_of("", **refused))
    assert_openai(error, 400)
    assert error.body["param"] in refused


@pytest.mark.parametrize(
    ("directive", "kind"),
    [("error=503 after=3", "response.failed"), ("cut=chunks after=3", "error")],
)
def test_a_failure_in_mid_stream_is_the_last_event(
    openai: NodeClient, openrouter: NodeClient, directive: str, kind: str
) -> None:
    body = body_of(directive, stream=True)
    for events in (
        openai.call(CREATE, body),
        openrouter.call(SEND[0], {"responsesRequest": body}),
    ):
        assert text_of(events)
        assert events[-1]["type"] == kind
        told = events[-1] if kind == "error" else events[-1]["response"]["error"]
        assert told["message"]
        assert told["code"]


def text_of(events: list[dict[str, Any]]) -> str:
    kind = "response.output_text.delta"
    return "".join(event["delta"] for event in events if event["type"] == kind)
