"""Chat through the official Node clients: whole answers, streams, tools, images."""

import json

from tests.clients.node.clients import NodeClient
from tests.clients.test_chat import WEATHER, assert_whole_png
from tests.harness.product import Product
from tests.harness.provider import Provider

CREATE = "chat.completions.create"
SEND = "chat.send"


def test_openai_reads_an_answer_with_its_usage(openai: NodeClient, ask) -> None:
    answer = openai.call(CREATE, ask("say=BANANA"))
    (choice,) = answer["choices"]
    assert "BANANA" in choice["message"]["content"]
    assert choice["finish_reason"] == "stop"
    assert answer["usage"]["cost"] > 0


def test_openrouter_reads_an_answer_with_its_usage(openrouter: NodeClient, ask) -> None:
    answer = openrouter.call(SEND, {"chatRequest": ask("say=BANANA")})
    (choice,) = answer["choices"]
    assert "BANANA" in choice["message"]["content"]
    assert choice["finishReason"] == "stop"
    usage = answer["usage"]
    assert usage["cost"] > 0
    assert usage["totalTokens"] == usage["promptTokens"] + usage["completionTokens"]


def test_openai_reads_a_stream_whose_last_chunk_has_the_usage(openai: NodeClient, ask) -> None:
    chunks = openai.call(CREATE, ask("chunks=5 say=MANGO", stream=True))
    assert "MANGO" in text_of(chunks)
    assert len(chunks) == 5 + 2
    assert chunks[-2]["choices"][0]["finish_reason"] == "stop"
    assert chunks[-1]["usage"]["cost"] > 0


def test_openrouter_reads_a_stream_whose_last_chunk_has_the_usage(
    openrouter: NodeClient, ask
) -> None:
    chunks = openrouter.call(SEND, {"chatRequest": ask("chunks=5 say=MANGO", stream=True)})
    assert "MANGO" in text_of(chunks)
    assert len(chunks) == 5 + 2
    assert chunks[-2]["choices"][0]["finishReason"] == "stop"
    assert chunks[-1]["usage"]["cost"] > 0


def test_openai_puts_a_stream_together(openai: NodeClient, ask) -> None:
    body = ask("chunks=5 say=MANGO")
    answer = openai.call("chat.completions.stream", body, then="finalChatCompletion")
    assert "MANGO" in answer["choices"][0]["message"]["content"]
    assert answer["usage"]["cost"] > 0


def test_fields_in_camel_case_reach_the_provider_as_it_knows_them(
    openrouter: NodeClient, provider: Provider, ask
) -> None:
    more = {"maxTokens": 77, "topP": 0.5, "provider": {"dataCollection": "deny"}}
    openrouter.call(SEND, {"chatRequest": ask(**more)})
    seen = json.loads(provider.calls()[-1]["body"])
    assert (seen["max_tokens"], seen["top_p"]) == (77, 0.5)
    assert seen["provider"]["data_collection"] == "deny"


def test_openai_takes_a_tool_call_and_its_result_round(openai: NodeClient, ask) -> None:
    body = ask(tools=[WEATHER])
    (choice,) = openai.call(CREATE, body)["choices"]
    assert choice["finish_reason"] == "tool_calls"
    (call,) = choice["message"]["tool_calls"]
    assert call["function"]["name"] == "weather"
    assert json.loads(call["function"]["arguments"]) == {"city": "simulated"}
    result = {"role": "tool", "tool_call_id": call["id"], "content": "sunny"}
    body["messages"] += [choice["message"], result]
    (choice,) = openai.call(CREATE, body)["choices"]
    assert choice["finish_reason"] == "stop"
    assert choice["message"]["content"]


def test_openrouter_takes_a_tool_call_and_its_result_round(
    openrouter: NodeClient, provider: Provider, ask
) -> None:
    body = ask(tools=[WEATHER])
    (choice,) = openrouter.call(SEND, {"chatRequest": body})["choices"]
    assert choice["finishReason"] == "tool_calls"
    (call,) = choice["message"]["toolCalls"]
    assert json.loads(call["function"]["arguments"]) == {"city": "simulated"}
    said = {"role": "assistant", "content": None, "toolCalls": [call]}
    body["messages"] += [said, {"role": "tool", "toolCallId": call["id"], "content": "sunny"}]
    (choice,) = openrouter.call(SEND, {"chatRequest": body})["choices"]
    assert choice["finishReason"] == "stop"
    seen = json.loads(provider.calls()[-1]["body"])["messages"]
    assert seen[1]["tool_calls"][0]["id"] == seen[2]["tool_call_id"] == call["id"]


def test_openai_collects_a_tool_call_from_a_stream(openai: NodeClient, ask) -> None:
    chunks = openai.call(CREATE, ask(tools=[WEATHER], stream=True))
    assert json.loads(arguments_of(chunks, "tool_calls")) == {"city": "simulated"}


def test_openrouter_collects_a_tool_call_from_a_stream(openrouter: NodeClient, ask) -> None:
    chunks = openrouter.call(SEND, {"chatRequest": ask(tools=[WEATHER], stream=True)})
    assert json.loads(arguments_of(chunks, "toolCalls")) == {"city": "simulated"}


def test_openai_gets_an_image_whole(openai: NodeClient, ask) -> None:
    (choice,) = openai.call(CREATE, picture(ask, 3_000_000))["choices"]
    (image,) = choice["message"]["images"]
    assert_whole_png(image["image_url"]["url"], 3_000_000)


def test_openrouter_gets_an_image_whole(openrouter: NodeClient, ask) -> None:
    body = {"chatRequest": picture(ask, 3_000_000)}
    (choice,) = openrouter.call(SEND, body)["choices"]
    (image,) = choice["message"]["images"]
    assert_whole_png(image["imageUrl"]["url"], 3_000_000)


def test_openai_gets_an_image_whole_in_a_stream(openai: NodeClient, ask) -> None:
    chunks = openai.call(CREATE, {**picture(ask, 3_000_000), "stream": True})
    (image,) = [image for delta in deltas_of(chunks) for image in delta.get("images", ())]
    assert_whole_png(image["image_url"]["url"], 3_000_000)


def test_openrouter_gets_the_reasoning(openrouter: NodeClient, ask) -> None:
    answer = openrouter.call(SEND, {"chatRequest": ask(reasoning={"effort": "low"})})
    assert answer["choices"][0]["message"]["reasoning"]
    assert answer["usage"]["completionTokensDetails"]["reasoningTokens"] > 0


def test_leaving_a_stream_cancels_it_at_the_provider(
    openai: NodeClient, openrouter: NodeClient, product: Product, provider: Provider, ask
) -> None:
    body = ask("chunks=1000 delay=0.05", stream=True)
    known = len(product.rows())
    assert len(openai.call(CREATE, body, take=2)) == 2
    assert len(openrouter.call(SEND, {"chatRequest": body}, take=2)) == 2
    rows = product.wait_for_rows(lambda rows: len(rows) == known + 2)[known:]
    assert [row["outcome"] for row in rows] == ["client_closed"] * 2
    assert provider.totals()["cancelled"] == 2


def picture(ask, size: int) -> dict:
    body = ask(f"image_bytes={size}", modalities=["image", "text"])
    return {**body, "model": "google/gemini-2.5-flash-image"}


def deltas_of(chunks: list[dict]) -> list[dict]:
    return [choice["delta"] for chunk in chunks for choice in chunk["choices"]]


def text_of(chunks: list[dict]) -> str:
    return "".join(delta.get("content") or "" for delta in deltas_of(chunks))


def arguments_of(chunks: list[dict], name: str) -> str:
    calls = [call for delta in deltas_of(chunks) for call in delta.get(name) or ()]
    return "".join(call["function"].get("arguments") or "" for call in calls)
