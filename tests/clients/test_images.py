"""Images through the official openai client: whole and streamed, translated on their way."""

import base64
import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import openai as openai_errors
import pytest
from openai import OpenAI
from openrouter import OpenRouter

from tests.api.traces import rows
from tests.clients.conftest import SILENCES, SILENT_S
from tests.clients.test_chat import PNG_URL, assert_whole_png
from tests.clients.test_errors import KINDS
from tests.harness.product import Product
from tests.harness.provider import Provider

MODEL = "google/gemini-2.5-flash-image"
STATUSES = [400, 403, 404, 413, 429, 500, 502, 503]
SIZE = 300_000


def body_of(directive: str = "", **more: Any) -> dict[str, Any]:
    return {"model": MODEL, "prompt": f"A duck\n/simulate {directive}", **more}


@pytest.mark.parametrize("size", [SIZE, 3_000_000])
def test_as_many_images_as_asked_for(openai: OpenAI, product: Product, size: int) -> None:
    answer = openai.images.generate(**body_of(f"image_bytes={size}"), n=2)
    assert answer.data is not None
    assert len(answer.data) == 2
    for image in answer.data:
        assert_whole_png(f"{PNG_URL}{image.b64_json}", size)
        assert image.url is None
    row = rows(product)[-1]
    assert (row["endpoint"], row["model"]) == ("/images/generations", MODEL)
    assert answer.usage is not None
    assert row["total_tokens"] == answer.usage.total_tokens > 2000
    assert row["cost_nanousd"] == round(answer.usage.model_dump()["cost"] * 10**9) > 0


def test_a_stream_brings_a_preview_and_the_image(openai: OpenAI, product: Product) -> None:
    body = body_of(f"image_bytes={SIZE}")
    preview, image = openai.images.generate(**body, stream=True, partial_images=1)
    assert preview.type == "image_generation.partial_image"
    assert image.type == "image_generation.completed"
    assert_whole_png(PNG_URL + image.b64_json, SIZE)
    row = rows(product)[-1]
    assert (row["endpoint"], row["streamed"]) == ("/images/generations", 1)
    assert (row["outcome"], row["cost_source"]) == ("completed", "provider")
    assert row["total_tokens"] == image.usage.total_tokens


SENT = {
    "size-auto": ({"size": "auto"}, {}),
    "size": ({"size": "1024x1536"}, {"size": "1024x1536"}),
    "quality-hd": ({"quality": "hd"}, {"quality": "high"}),
    "quality-standard": ({"quality": "standard"}, {"quality": "medium"}),
    "quality-low": ({"quality": "low"}, {"quality": "low"}),
    "openai-only": ({"response_format": "b64_json", "style": "vivid", "moderation": "low"}, {}),
    "kept": (
        {"background": "transparent", "output_format": "webp", "output_compression": 50},
        {"background": "transparent", "output_format": "webp", "output_compression": 50},
    ),
    "openrouter-only": (
        {"extra_body": {"aspect_ratio": "16:9", "seed": 7}},
        {"aspect_ratio": "16:9", "seed": 7},
    ),
}


@pytest.mark.parametrize(("given", "seen"), SENT.values(), ids=SENT)
def test_the_request_is_translated(
    openai: OpenAI, provider: Provider, given: dict[str, Any], seen: dict[str, Any]
) -> None:
    assert openai.images.generate(model=MODEL, prompt="A duck", **given).data
    (call,) = provider.calls()
    assert call["path"].endswith("/images")
    sent = json.loads(call["body"])
    assert sent.pop("user").startswith("hc_")
    assert sent.pop("provider") == {"data_collection": "deny"}
    assert sent == {"model": MODEL, "prompt": "A duck", **seen}


def test_there_are_no_hosted_images(openai: OpenAI, provider: Provider) -> None:
    with pytest.raises(openai_errors.BadRequestError, match="base64") as caught:
        openai.images.generate(**body_of(), response_format="url")
    assert caught.value.param == "response_format"
    assert provider.count() == 0


def test_other_calls_for_images_are_404(openai: OpenAI) -> None:
    with pytest.raises(openai_errors.NotFoundError):
        openai.images.edit(model=MODEL, prompt="A duck", image=b"png")


def test_openrouters_own_form_draws_too(openrouter: OpenRouter) -> None:
    (picture,) = openrouter.images.generate(model=MODEL, prompt="A duck").data
    assert picture.b64_json
    assert base64.b64decode(picture.b64_json).startswith(b"\x89PNG")


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("status", STATUSES)
def test_the_providers_errors_keep_their_class(openai: OpenAI, status: int, stream: bool) -> None:
    for way in ("status", "only_error"):
        with pytest.raises(KINDS[status][0], match="it was so") as caught:
            openai.with_options(max_retries=0).images.generate(
                **body_of(f"{way}={status} message='it was so'"), stream=stream
            )
        assert isinstance(caught.value, openai_errors.APIStatusError)
        assert caught.value.status_code == status


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("status", [401, 402])
def test_the_providers_view_of_our_account_is_not_the_callers(
    openai: OpenAI, provider: Provider, status: int, stream: bool
) -> None:
    with pytest.raises(openai_errors.InternalServerError, match="own account") as caught:
        openai.images.generate(**body_of(f"status={status} message=secret"), stream=stream)
    assert caught.value.status_code == 502
    assert provider.count() == 1


def test_a_chat_model_is_400_and_names_one_for_images(openai: OpenAI) -> None:
    with pytest.raises(openai_errors.BadRequestError, match=MODEL) as caught:
        openai.images.generate(model="qwen/qwen3-32b", prompt="A duck")
    assert caught.value.param == "model"


SPOILT = {
    "error=503 after=1": "it was so",
    "error=402 after=1": "own account",
    "cut=chunks after=1": "provider",
    "cut=line after=1 image_bytes=3000": "provider",
}


@pytest.mark.parametrize(("directive", "says"), SPOILT.items())
def test_an_error_in_mid_stream_is_raised(openai: OpenAI, directive: str, says: str) -> None:
    body = body_of(f"{directive} message='it was so'")
    stream = openai.images.generate(**body, n=2, stream=True)
    with stream, pytest.raises(openai_errors.APIError, match=says):
        assert next(stream).type == "image_generation.partial_image"
        next(stream)


def test_a_silent_provider_is_asked_once(impatient_openai: OpenAI, provider: Provider) -> None:
    def drawn(wait: str, stream: bool) -> str:
        body = body_of(f"{wait}={SILENT_S} after=1 image_bytes={SIZE}")
        answer: Any = impatient_openai.images.generate(**body, stream=stream)
        return list(answer)[-1].b64_json if stream else answer.data[0].b64_json

    with ThreadPoolExecutor(len(SILENCES)) as pool:
        for data in pool.map(drawn, *zip(*SILENCES, strict=True)):
            assert_whole_png(PNG_URL + data, SIZE)
    assert provider.count() == len(SILENCES)
