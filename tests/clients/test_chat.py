"""Chat through the official clients: whole answers, streams, tools, images, PDFs."""

import base64
import json
import zlib
from itertools import pairwise

import httpx
import pytest
from openai import OpenAI
from openrouter import OpenRouter

from tests.harness.product import Product
from tests.harness.provider import Provider

WEATHER = {
    "type": "function",
    "function": {
        "name": "weather",
        "description": "The weather somewhere",
        "parameters": {"type": "object", "properties": {"city": {"type": "string"}}},
    },
}
PDF = {
    "type": "file",
    "file": {"filename": "poster.pdf", "file_data": "data:application/pdf;base64,JVBERi0="},
}
PNG_URL = "data:image/png;base64,"


def test_openai_reads_an_answer_with_its_usage(openai: OpenAI, ask) -> None:
    answer = openai.chat.completions.create(**ask("say=BANANA"))
    assert "BANANA" in (answer.choices[0].message.content or "")
    assert answer.choices[0].finish_reason == "stop"
    assert answer.usage is not None
    assert answer.usage.model_dump()["cost"] > 0


def test_openrouter_reads_an_answer_with_its_usage(openrouter: OpenRouter, ask) -> None:
    answer = openrouter.chat.send(**ask("say=BANANA"))
    assert "BANANA" in str(answer.choices[0].message.content)
    assert answer.usage is not None
    assert answer.usage.cost
    assert answer.usage.total_tokens == answer.usage.prompt_tokens + answer.usage.completion_tokens


def test_openai_reads_a_stream_whose_last_chunk_has_the_usage(openai: OpenAI, ask) -> None:
    chunks = list(openai.chat.completions.create(**ask("chunks=5 say=MANGO"), stream=True))
    text = "".join(chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices)
    assert "MANGO" in text
    assert len(chunks) == 5 + 2
    assert chunks[-1].usage is not None
    assert chunks[-1].usage.model_dump()["cost"] > 0


def test_openrouter_reads_a_stream_whose_last_chunk_has_the_usage(
    openrouter: OpenRouter, ask
) -> None:
    with openrouter.chat.send(**ask("chunks=5 say=MANGO"), stream=True) as stream:
        chunks = list(stream)
    text = "".join(chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices)
    assert "MANGO" in text
    assert chunks[-2].choices[0].finish_reason == "stop"
    assert chunks[-1].usage is not None
    assert chunks[-1].usage.cost


def test_openai_takes_a_tool_call_and_its_result_round(openai: OpenAI, ask) -> None:
    body = ask(tools=[WEATHER])
    asked = openai.chat.completions.create(**body).choices[0]
    assert asked.finish_reason == "tool_calls"
    (call,) = asked.message.tool_calls or []
    assert call.type == "function"
    assert (call.function.name, json.loads(call.function.arguments)) == (
        "weather",
        {"city": "simulated"},
    )
    body["messages"] += [
        asked.message.model_dump(exclude_none=True),
        {"role": "tool", "tool_call_id": call.id, "content": "sunny"},
    ]
    answer = openai.chat.completions.create(**body).choices[0]
    assert answer.finish_reason == "stop"
    assert answer.message.content


def test_openrouter_takes_a_tool_call_and_its_result_round(
    openrouter: OpenRouter, provider: Provider, ask
) -> None:
    body = ask(tools=[WEATHER])
    asked = openrouter.chat.send(**body).choices[0]
    (call,) = asked.message.tool_calls or []
    body["messages"] += [
        {"role": "assistant", "content": None, "tool_calls": [call.model_dump()]},
        {"role": "tool", "tool_call_id": call.id, "content": "sunny"},
    ]
    assert openrouter.chat.send(**body).choices[0].finish_reason == "stop"
    seen = json.loads(provider.calls()[-1]["body"])["messages"]
    assert seen[1]["tool_calls"][0]["id"] == seen[2]["tool_call_id"] == call.id


def test_openai_collects_a_tool_call_from_a_stream(openai: OpenAI, ask) -> None:
    arguments = ""
    for chunk in openai.chat.completions.create(**ask(tools=[WEATHER]), stream=True):
        for choice in chunk.choices:
            for call in choice.delta.tool_calls or []:
                arguments += (call.function and call.function.arguments) or ""
    assert json.loads(arguments) == {"city": "simulated"}


def test_openrouter_collects_a_tool_call_from_a_stream(openrouter: OpenRouter, ask) -> None:
    arguments = ""
    with openrouter.chat.send(**ask(tools=[WEATHER]), stream=True) as stream:
        for chunk in stream:
            for choice in chunk.choices:
                for call in choice.delta.tool_calls or []:
                    arguments += (call.function and call.function.arguments) or ""
    assert json.loads(arguments) == {"city": "simulated"}


def test_openai_gets_an_image_whole(openai: OpenAI, ask) -> None:
    body = ask("image_bytes=3000000", extra_body={"modalities": ["image", "text"]})
    answer = openai.chat.completions.create(**{**body, "model": "google/gemini-2.5-flash-image"})
    (image,) = answer.choices[0].message.model_dump()["images"]
    assert_whole_png(image["image_url"]["url"], 3_000_000)


def test_openrouter_gets_an_image_whole(openrouter: OpenRouter, ask) -> None:
    body = ask("image_bytes=3000000", modalities=["image", "text"])
    answer = openrouter.chat.send(**{**body, "model": "google/gemini-2.5-flash-image"})
    (image,) = answer.choices[0].message.images or []
    assert_whole_png(image.image_url.url, 3_000_000)


def test_an_image_arrives_whole_in_a_stream(http: httpx.Client, product: Product, ask) -> None:
    # As raw events: openrouter's chunk type has no place for images.
    body = ask("image_bytes=3000000", modalities=["image"], stream=True)
    answer = http.post("/chat/completions", json=body)
    images = [
        image
        for event in events(answer.text)
        for choice in event["choices"]
        for image in choice["delta"].get("images", ())
    ]
    assert len(images) == 1
    assert_whole_png(images[0]["image_url"]["url"], 3_000_000)
    (row,) = [row for row in product.rows() if row["id"] == answer.headers["x-request-id"]]
    assert row["total_tokens"] == events(answer.text)[-1]["usage"]["total_tokens"]


def test_pdf_annotations_come_and_can_be_sent_back(openai: OpenAI, provider: Provider, ask) -> None:
    body = ask(extra_body={"plugins": [{"id": "file-parser", "pdf": {"engine": "cloudflare-ai"}}]})
    body["messages"][0]["content"] = [{"type": "text", "text": "Sum it up."}, PDF]
    message = openai.chat.completions.create(**body).choices[0].message.model_dump()
    (annotation,) = message["annotations"]
    assert annotation["file"]["name"] == "poster.pdf"
    assert annotation["file"]["content"][0]["text"]

    said = {"role": "assistant", "content": message["content"], "annotations": [annotation]}
    body["messages"] += [said, {"role": "user", "content": "And shorter?"}]
    openai.chat.completions.create(**body)
    first, second = (json.loads(call["body"]) for call in provider.calls())
    assert first["plugins"] == body["extra_body"]["plugins"]
    assert first["messages"][0]["content"][1] == PDF
    assert second["messages"][1]["annotations"] == [annotation]


def test_openrouter_sends_a_pdf(openrouter: OpenRouter, provider: Provider, ask) -> None:
    body = ask()
    body["messages"][0]["content"] = [{"type": "text", "text": "Sum it up."}, PDF]
    plugin = {"id": "file-parser", "pdf": {"engine": "cloudflare-ai"}}
    assert openrouter.chat.send(**body, plugins=[plugin]).choices[0].finish_reason == "stop"
    seen = json.loads(provider.calls()[0]["body"])
    assert seen["messages"][0]["content"][1]["file"] == PDF["file"]
    assert seen["plugins"][0]["id"] == "file-parser"


def test_annotations_come_in_a_stream(http: httpx.Client, ask) -> None:
    body = ask(stream=True)
    body["messages"][0]["content"] = [{"type": "text", "text": "Sum it up."}, PDF]
    found = events(http.post("/chat/completions", json=body).text)
    names = [
        annotation["file"]["name"]
        for event in found
        for choice in event["choices"]
        for annotation in choice["delta"].get("annotations", ())
    ]
    assert names == ["poster.pdf"]


def test_reasoning_comes_through_openrouter(openrouter: OpenRouter, ask) -> None:
    answer = openrouter.chat.send(**ask(), reasoning={"effort": "low"})
    assert answer.choices[0].message.reasoning
    assert answer.usage is not None
    assert answer.usage.completion_tokens_details.reasoning_tokens > 0


@pytest.mark.parametrize("stream", [False, True])
def test_the_fallback_model_is_the_one_in_the_books(
    openai: OpenAI, product: Product, ask, stream: bool
) -> None:
    extra = {"models": ["openai/gpt-5-mini"]}
    body = ask("unavailable=qwen/qwen3-32b", extra_body=extra, stream=stream)
    answer = openai.chat.completions.create(**body)
    models = {chunk.model for chunk in answer} if stream else {answer.model}
    assert models == {"openai/gpt-5-mini"}
    row = product.rows()[-1]
    assert (row["requested_model"], row["model"]) == ("qwen/qwen3-32b", "openai/gpt-5-mini")


def events(text: str) -> list[dict]:
    lines = [line.removeprefix("data: ") for line in text.splitlines() if line.startswith("data: ")]
    return [json.loads(line) for line in lines if line != "[DONE]"]


def assert_whole_png(url: str, size: int) -> None:
    assert url.startswith(PNG_URL)
    data = base64.b64decode(url.removeprefix(PNG_URL), validate=True)
    assert len(data) == size
    starts = [8]
    while starts[-1] < len(data):
        starts.append(starts[-1] + 12 + int.from_bytes(data[starts[-1] : starts[-1] + 4]))
    for start, end in pairwise(starts):
        assert zlib.crc32(data[start + 4 : end - 4]) == int.from_bytes(data[end - 4 : end])
    assert data[-8:-4] == b"IEND"
