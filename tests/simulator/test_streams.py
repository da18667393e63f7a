"""Streams: their shape through the official SDKs, and each way in which they can break."""

import zlib

import httpx
import msgspec
import pytest
from openai import APIError, AsyncOpenAI
from openrouter import OpenRouter

from tests.simulator.events import events


async def test_openai_sdk_reads_a_stream_with_usage(openai: AsyncOpenAI, ask):
    stream = await openai.chat.completions.create(**ask("chunks=5 say=MANGO", stream=True))
    chunks = [chunk async for chunk in stream]
    text = "".join(chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices)
    assert "MANGO" in text
    assert len(chunks) == 5 + 2
    assert chunks[-1].choices == []
    assert chunks[-1].usage is not None
    assert chunks[-1].usage.model_dump()["cost"] > 0


async def test_openrouter_sdk_reads_a_stream_with_usage(openrouter: OpenRouter, ask):
    stream = await openrouter.chat.send_async(**ask("chunks=5"), stream=True)
    chunks = [chunk async for chunk in stream]
    assert chunks[-1].usage is not None
    assert chunks[-1].usage.cost
    assert chunks[-2].choices[0].finish_reason == "stop"


async def test_stream_starts_with_a_comment_and_ends_with_done(http: httpx.AsyncClient, ask):
    response = await http.post("/chat/completions", json=ask(stream=True))
    assert response.headers["Content-Type"].startswith("text/event-stream")
    assert response.text.startswith(": OPENROUTER PROCESSING\n\n")
    assert response.text.endswith("data: [DONE]\n\n")
    assert {event["id"] for event in events(response.text)} == {response.headers["X-Generation-Id"]}


async def test_stream_says_the_same_as_the_whole_answer(http: httpx.AsyncClient, ask):
    whole = (await http.post("/chat/completions", json=ask("chunks=7"))).json()
    streamed = await http.post("/chat/completions", json=ask("chunks=7", stream=True))
    found = events(streamed.text)
    text = "".join(event["choices"][0]["delta"]["content"] for event in found[:-1])
    assert text == whole["choices"][0]["message"]["content"]
    assert found[-1]["usage"] == whole["usage"]


async def test_chunks_have_the_size_asked_for(http: httpx.AsyncClient, ask):
    response = await http.post("/chat/completions", json=ask("chunks=64 size=9", stream=True))
    sizes = [len(event["choices"][0]["delta"]["content"]) for event in events(response.text)[:-2]]
    assert sizes == [9] * 64


async def test_tool_call_is_streamed_in_parts(openai: AsyncOpenAI, ask):
    tool = {
        "type": "function",
        "function": {
            "name": "f",
            "parameters": {"type": "object", "properties": {"a": {"type": "string"}}},
        },
    }
    arguments = ""
    async for chunk in await openai.chat.completions.create(**ask(tools=[tool], stream=True)):
        for choice in chunk.choices:
            for call in choice.delta.tool_calls or []:
                arguments += (call.function and call.function.arguments) or ""
    assert msgspec.json.decode(arguments) == {"a": "simulated"}


async def test_openrouter_sdk_reads_streamed_tool_calls_and_reasoning(openrouter, ask):
    tool = {"type": "function", "function": {"name": "f", "parameters": {}}}
    body = ask("reasoning", tools=[tool])
    chunks = [chunk async for chunk in await openrouter.chat.send_async(**body, stream=True)]
    deltas = [choice.delta for chunk in chunks for choice in chunk.choices]
    assert any(delta.reasoning for delta in deltas)
    assert any(delta.tool_calls for delta in deltas)


async def test_image_is_one_long_line(http: httpx.AsyncClient, ask):
    response = await http.post("/chat/completions", json=ask("image_bytes=1000000", stream=True))
    assert max(map(len, response.text.splitlines())) > 1_333_000
    assert any(
        choice["delta"].get("images")
        for event in events(response.text)
        for choice in event["choices"]
    )


async def test_file_is_annotated_in_the_stream(http: httpx.AsyncClient, ask):
    body = ask(stream=True)
    file = {"type": "file", "file": {"filename": "a.pdf", "file_data": "x"}}
    body["messages"][0]["content"] = [file]
    found = events((await http.post("/chat/completions", json=body)).text)
    assert any("annotations" in choice["delta"] for event in found for choice in event["choices"])


async def test_error_in_mid_stream_is_raised_by_openai(openai: AsyncOpenAI, ask):
    stream = await openai.chat.completions.create(**ask("error=502 after=3", stream=True))
    seen = 0
    with pytest.raises(APIError):
        async for _ in stream:
            seen += 1
    assert seen == 3


async def test_error_in_mid_stream_is_a_chunk_to_openrouter(openrouter: OpenRouter, ask):
    stream = await openrouter.chat.send_async(**ask("error=502 after=3"), stream=True)
    chunks = [chunk async for chunk in stream]
    assert len(chunks) == 4
    assert chunks[-1].error is not None
    assert chunks[-1].error.code == 502
    assert chunks[-1].choices[0].finish_reason == "error"


@pytest.mark.parametrize("after", [0, 500])
async def test_error_comes_even_at_the_edges(http: httpx.AsyncClient, ask, after):
    body = ask(f"error=502 chunks=3 after={after}", stream=True)
    response = await http.post("/chat/completions", json=body)
    found = events(response.text)
    assert len(found) == min(after, 3) + 1
    assert found[-1]["error"]["code"] == 502
    assert "[DONE]" not in response.text


async def test_error_code_can_be_a_string(http: httpx.AsyncClient, ask):
    body = ask("error=502 error_code=server_error", stream=True)
    found = events((await http.post("/chat/completions", json=body)).text)
    assert found[-1]["error"]["code"] == "server_error"


async def test_stream_of_only_an_error(http: httpx.AsyncClient, ask):
    response = await http.post("/chat/completions", json=ask("only_error=503", stream=True))
    (event,) = events(response.text)
    assert event.keys() == {"error"}


async def test_error_before_the_first_token_is_json(http: httpx.AsyncClient, ask):
    response = await http.post("/chat/completions", json=ask("status=429", stream=True))
    assert response.status_code == 429
    assert response.headers["Content-Type"].startswith("application/json")


@pytest.mark.parametrize(
    ("directive", "expected"),
    [("cut=chunks after=3", 3), ("cut=line after=3", 3), ("cut=after_headers", 0)],
)
async def test_connection_is_cut_in_the_stream(http: httpx.AsyncClient, ask, directive, expected):
    received = ""
    with pytest.raises(httpx.RemoteProtocolError):
        async with http.stream("POST", "/chat/completions", json=ask(directive, stream=True)) as r:
            async for text in r.aiter_text():
                received += text
    complete, _, rest = received.rpartition("\n\n")
    assert len(events(complete)) == expected
    assert bool(rest) == ("line" in directive)


async def test_connection_is_reset(http: httpx.AsyncClient, ask):
    with pytest.raises(httpx.ReadError):
        await http.post("/chat/completions", json=ask("cut=chunks reset", stream=True))


async def test_done_can_be_missing(http: httpx.AsyncClient, ask):
    response = await http.post("/chat/completions", json=ask("no_done", stream=True))
    assert "[DONE]" not in response.text
    assert "usage" in events(response.text)[-1]


async def test_comment_and_generation_id_can_be_missing(http: httpx.AsyncClient, ask):
    body = ask("no_comment no_generation_id", stream=True)
    response = await http.post("/chat/completions", json=body)
    assert response.text.startswith("data: ")
    assert "X-Generation-Id" not in response.headers


async def test_usage_can_stand_beside_the_finish_reason(http: httpx.AsyncClient, ask):
    response = await http.post("/chat/completions", json=ask("usage_at=choice", stream=True))
    last = events(response.text)[-1]
    assert last["choices"][0]["finish_reason"] == "stop"
    assert last["usage"]["cost"] > 0


async def test_lines_can_end_with_crlf(openai: AsyncOpenAI, http: httpx.AsyncClient, ask):
    response = await http.post("/chat/completions", json=ask("crlf", stream=True))
    assert response.text.count("\n") == response.text.count("\r\n")
    stream = await openai.chat.completions.create(**ask("crlf chunks=4", stream=True))
    assert len([chunk async for chunk in stream]) == 6


async def test_stream_can_come_in_small_pieces(simulator, openrouter: OpenRouter, http, ask):
    body = ask("piece=1 chunks=2", stream=True)
    async with http.stream("POST", "/chat/completions", json=body) as response:
        pieces = [piece async for piece in response.aiter_raw()]
    assert len(pieces) > 50
    stream = await openrouter.chat.send_async(**ask("piece=3 chunks=2"), stream=True)
    assert len([chunk async for chunk in stream]) == 4


async def test_stream_can_be_compressed_without_delay(http: httpx.AsyncClient, ask):
    body = ask("gzip chunks=4 hang=chunks after=2", stream=True)
    unzip, text = zlib.decompressobj(wbits=31), ""
    async with http.stream("POST", "/chat/completions", json=body) as response:
        assert response.headers["Content-Encoding"] == "gzip"
        async for piece in response.aiter_raw():
            text += unzip.decompress(piece).decode()
            if text.count("data: ") == 2:
                break
    assert len(events(text)) == 2


@pytest.mark.parametrize(
    ("form", "expected"), [("half", "data: {"), ("invalid", "data: {not json"), ("empty", None)]
)
async def test_stream_can_be_broken_and_end_cleanly(http: httpx.AsyncClient, ask, form, expected):
    response = await http.post("/chat/completions", json=ask(f"body={form}", stream=True))
    assert "[DONE]" not in response.text
    if expected:
        assert response.text.rpartition("\n\ndata: ")[2].startswith(expected[6:])
    else:
        assert response.text == ": OPENROUTER PROCESSING\n\n"


async def test_comments_can_fill_the_silence(http: httpx.AsyncClient, ask):
    body = ask("between=0.1 comment_every=0.02 chunks=2", stream=True)
    response = await http.post("/chat/completions", json=body)
    assert response.text.count(": OPENROUTER PROCESSING") >= 4
