"""POST /embeddings through the official SDKs."""

import math

import httpx
import pytest
from openai import AsyncOpenAI
from openrouter import OpenRouter

MODEL = "openai/text-embedding-3-large"


async def test_float_and_base64_are_the_same_vector(openai: AsyncOpenAI):
    floats = await openai.embeddings.create(model=MODEL, input="hello", encoding_format="float")
    # Without a format, the SDK asks for base64 and decodes it.
    packed = await openai.embeddings.create(model=MODEL, input="hello")
    assert floats.data[0].embedding == pytest.approx(packed.data[0].embedding)
    assert len(packed.data[0].embedding) == 3072
    assert math.hypot(*packed.data[0].embedding) == pytest.approx(1, abs=1e-5)


async def test_dimensions_and_lists_are_obeyed(openai: AsyncOpenAI):
    answer = await openai.embeddings.create(model=MODEL, input=["a", "b"], dimensions=8)
    assert [item.index for item in answer.data] == [0, 1]
    assert [len(item.embedding) for item in answer.data] == [8, 8]
    assert answer.data[0].embedding != answer.data[1].embedding


async def test_texts_with_the_same_words_are_near(openai: AsyncOpenAI):
    texts = ["A raccoon steals pizza", "Pizza is what raccoons love", "How to sort a list"]
    answer = await openai.embeddings.create(model=MODEL, input=texts)
    first, alike, other = (item.embedding for item in answer.data)
    assert nearness(first, alike) > 0.4
    assert abs(nearness(first, other)) < 0.1


async def test_different_texts_of_the_same_words_differ(openai: AsyncOpenAI):
    texts = [f"{number} duck duck" for number in range(3)]
    answer = await openai.embeddings.create(model=MODEL, input=texts)
    assert len({tuple(item.embedding) for item in answer.data}) == 3


def nearness(one: list[float], other: list[float]) -> float:
    return sum(a * b for a, b in zip(one, other, strict=True))


async def test_openrouter_sdk_reads_embeddings_with_cost(openrouter: OpenRouter):
    answer = await openrouter.embeddings.generate_async(
        model="qwen/qwen3-embedding-8b", input=["one", "two"], encoding_format="float"
    )
    assert not isinstance(answer, str)
    assert len(answer.data) == 2
    assert answer.usage is not None
    assert answer.usage.cost


@pytest.mark.parametrize(
    ("given", "count", "tokens"),
    [
        ([1, 2, 3], 1, 3),
        ([[1, 2], [3]], 2, 3),
        ([{"content": [{"type": "text", "text": "abcd"}]}], 1, 1),
        ([{"content": [{"type": "image_url", "image_url": {"url": "x"}}]}], 1, 258),
    ],
)
async def test_every_form_of_input_is_understood(http: httpx.AsyncClient, given, count, tokens):
    body = {"model": MODEL, "input": given, "dimensions": 4}
    answer = (await http.post("/embeddings", json=body)).json()
    assert len(answer["data"]) == count
    assert answer["usage"]["prompt_tokens"] == tokens


async def test_directive_in_the_input_works(http: httpx.AsyncClient):
    body = {"model": MODEL, "input": ["x", "/simulate status=429 retry_after=7"]}
    response = await http.post("/embeddings", json=body)
    assert response.status_code == 429
    assert response.headers["Retry-After"] == "7"


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"model": MODEL}, 400),
        ({"model": MODEL, "input": "x", "dimensions": 0}, 200),
        ({"model": MODEL, "input": "x", "dimensions": -1}, 400),
        ({"model": "qwen/qwen3-32b", "input": "x"}, 404),
    ],
)
async def test_bad_embedding_request_is_refused(http: httpx.AsyncClient, body, status):
    assert (await http.post("/embeddings", json=body)).status_code == status
