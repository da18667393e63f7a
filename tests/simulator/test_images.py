"""POST /images, whole and streamed, seen through the OpenRouter SDK and raw."""

import asyncio
import base64
from typing import Any

import httpx
import pytest
from openrouter import OpenRouter, errors
from openrouter.utils import BackoffStrategy, RetryConfig

from tests.simulator.events import events
from tests.simulator.pictures import assert_is_png

MODEL = "google/gemini-2.5-flash-image"
NO_RETRIES = RetryConfig("none", BackoffStrategy(1, 1, 1.0, 1), False)


def ask(directive: str = "", **more: Any) -> Any:
    prompt = f"A cat.\n/simulate {directive}" if directive else "A cat."
    return {"model": MODEL, "prompt": prompt, **more}


async def test_openrouter_sdk_reads_real_pictures(openrouter: OpenRouter):
    answer = await openrouter.images.generate_async(**ask(), n=3)
    assert len(answer.data) == 3
    for image in answer.data:
        assert_is_png(base64.b64decode(image.b64_json))
        assert image.media_type == "image/png"
    assert answer.usage is not None
    assert answer.usage.cost


async def test_every_picture_is_billed(http: httpx.AsyncClient):
    one = await http.post("/images", json=ask())
    two = await http.post("/images", json=ask(n=2))
    assert one.json()["usage"]["completion_tokens"] * 2 == two.json()["usage"]["completion_tokens"]
    generation_id = two.headers["X-Generation-Id"]
    record = (await http.get("/generation", params={"id": generation_id})).json()["data"]
    assert record["total_cost"] == two.json()["usage"]["cost"] > one.json()["usage"]["cost"]
    assert (record["api_type"], record["num_media_completion"]) == ("image", 2)


async def test_references_count_as_prompt(http: httpx.AsyncClient):
    part = {"type": "image_url", "image_url": {"url": "data:image/png;base64,AA=="}}
    plain = (await http.post("/images", json=ask())).json()["usage"]["prompt_tokens"]
    seen = (await http.post("/images", json=ask(input_references=[part]))).json()["usage"]
    assert seen["prompt_tokens"] > plain


async def test_openrouter_sdk_reads_a_stream(openrouter: OpenRouter):
    stream = await openrouter.images.generate_async(**ask(), stream=True)
    preview, final = [event async for event in stream]
    assert preview.type == "image_generation.partial_image"
    assert final.type == "image_generation.completed"
    assert_is_png(base64.b64decode(final.b64_json))
    assert final.usage is not None
    assert final.usage.cost


async def test_stream_ends_with_the_usage_of_all_pictures(http: httpx.AsyncClient):
    whole = (await http.post("/images", json=ask(n=2))).json()
    response = await http.post("/images", json=ask(n=2, stream=True))
    found = events(response.text)
    assert [event["type"].rpartition(".")[2] for event in found] == [
        "partial_image",
        "partial_image",
        "completed",
        "completed",
    ]
    assert ["usage" in event for event in found] == [False, False, False, True]
    assert found[-1]["usage"] == whole["usage"]
    assert response.text.endswith("data: [DONE]\n\n")


async def test_picture_can_be_large(http: httpx.AsyncClient):
    answer = (await http.post("/images", json=ask("image_bytes=1000000"))).json()
    assert len(base64.b64decode(answer["data"][0]["b64_json"])) == 1_000_000


@pytest.mark.parametrize(
    ("more", "status"),
    [
        ({"prompt": ""}, 400),
        ({"prompt": None}, 400),
        ({"n": 0}, 400),
        ({"n": 11}, 400),
        ({"n": "two"}, 400),
        ({"model": "nobody/nothing"}, 400),
        ({"model": "qwen/qwen3-32b"}, 404),
    ],
)
async def test_bad_request_is_refused(http: httpx.AsyncClient, more, status):
    response = await http.post("/images", json=ask(**more))
    assert response.status_code == response.json()["error"]["code"] == status


async def test_failure_has_its_typed_error(openrouter: OpenRouter):
    with pytest.raises(errors.TooManyRequestsResponseError):
        await openrouter.images.generate_async(**ask("status=429"), retries=NO_RETRIES)


async def test_error_in_mid_stream_has_a_text_as_code(openrouter: OpenRouter, control):
    stream = await openrouter.images.generate_async(**ask("error=502"), stream=True)
    preview, failure = [event async for event in stream]
    assert preview.type == "image_generation.partial_image"
    assert failure.type == "error"
    assert failure.error.code == "502"
    (call,) = (await control.get("/calls")).json()
    assert call["cost"] == 0


async def test_200_with_only_an_error(http: httpx.AsyncClient):
    response = await http.post("/images", json=ask("only_error=502"))
    assert response.status_code == 200
    assert response.json()["error"]["code"] == 502


async def test_stream_can_be_cut(http: httpx.AsyncClient):
    body = ask("cut=chunks", n=2, stream=True)
    with pytest.raises(httpx.RemoteProtocolError):
        await http.post("/images", json=body)


async def test_picture_whose_client_left_is_billed_all_the_same(http: httpx.AsyncClient, control):
    with pytest.raises(httpx.ReadTimeout):
        await http.post("/images", json=ask("before=60"), timeout=httpx.Timeout(5, read=0.1))
    async with asyncio.timeout(5):
        while not (calls := (await control.get("/calls")).json())[-1]["finished_at"]:
            pass
    assert calls[-1]["cancelled"] is True
    assert calls[-1]["cost"] > 0.03
