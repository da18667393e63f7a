"""Embeddings through the official clients: numbers, base64, texts, tokens, errors, silence."""

import base64
import json
import struct
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import openai as openai_errors
import pytest
from openai import OpenAI
from openrouter import OpenRouter

from tests.api.traces import rows
from tests.clients.conftest import SILENT_S
from tests.clients.test_errors import KINDS, ONCE
from tests.harness.product import Product
from tests.harness.provider import Provider

MODEL = "qwen/qwen3-embedding-8b"
STATUSES = [400, 403, 404, 413, 429, 500, 502, 503]


@pytest.fixture
def plain(openai: OpenAI) -> list[float]:
    """The vector of `ducks` as plain numbers."""
    answer = openai.embeddings.create(model=MODEL, input="ducks", encoding_format="float")
    return answer.data[0].embedding


def test_openai_asks_for_base64_and_gets_the_same_numbers(
    openai: OpenAI, provider: Provider, plain: list[float]
) -> None:
    answer = openai.embeddings.create(model=MODEL, input="ducks")
    first, second = (json.loads(call["body"]) for call in provider.calls())
    assert (first["encoding_format"], second["encoding_format"]) == ("float", "base64")
    assert answer.data[0].embedding == plain
    assert any(plain)


def test_openai_gets_base64_as_it_is(openai: OpenAI, plain: list[float]) -> None:
    answer = openai.embeddings.create(model=MODEL, input="ducks", encoding_format="base64")
    assert decoded(answer.data[0].embedding) == plain


def test_openrouter_gets_numbers_and_base64(openrouter: OpenRouter, plain: list[float]) -> None:
    generate = openrouter.embeddings.generate
    numbers = generate(model=MODEL, input="ducks")
    text = generate(model=MODEL, input="ducks", encoding_format="base64")
    assert not isinstance(numbers, str)
    assert not isinstance(text, str)
    assert numbers.data[0].embedding == plain
    assert decoded(text.data[0].embedding) == plain


def test_a_list_has_one_vector_for_each_text(openai: OpenAI, openrouter: OpenRouter) -> None:
    given = ["geese", "ducks"]
    ours = openai.embeddings.create(model=MODEL, input=given, dimensions=64)
    theirs = openrouter.embeddings.generate(model=MODEL, input=given, dimensions=64)
    assert not isinstance(theirs, str)
    first, second = (entry.embedding for entry in ours.data)
    assert len(first) == len(second) == 64
    assert first != second
    assert [entry.embedding for entry in theirs.data] == [first, second]


@pytest.mark.parametrize(("given", "count"), [([1, 2, 3], 1), ([[1, 2], [3]], 2)])
def test_tokens_are_a_text_or_a_list_of_texts(openai: OpenAI, given: Any, count: int) -> None:
    answer = openai.embeddings.create(model=MODEL, input=given)
    assert (len(answer.data), answer.usage.prompt_tokens) == (count, 3)


def test_openrouter_sends_an_image(openrouter: OpenRouter, provider: Provider) -> None:
    image = {"type": "image_url", "image_url": {"url": "data:image/png;base64,iVBORw0KGgo="}}
    given: Any = [{"content": [{"type": "text", "text": "a duck"}, image]}]
    assert openrouter.embeddings.generate(model=MODEL, input=given)
    assert json.loads(provider.calls()[0]["body"])["input"][0]["content"][1] == image


def test_megabytes_go_in_and_out_and_into_the_books(openai: OpenAI, product: Product) -> None:
    texts = [f"{number} " + "duck " * 6000 for number in range(100)]
    answer = openai.embeddings.create(model=MODEL, input=texts, encoding_format="float")
    assert [entry.index for entry in answer.data] == list(range(100))
    assert len({tuple(entry.embedding) for entry in answer.data}) == 100
    row = rows(product)[-1]
    assert (row["endpoint"], row["model"], row["outcome"]) == ("/embeddings", MODEL, "completed")
    assert row["prompt_tokens"] == row["total_tokens"] == answer.usage.prompt_tokens > 500_000
    assert row["cost_nanousd"] == round(answer.usage.model_dump()["cost"] * 10**9)


@pytest.mark.parametrize("status", STATUSES)
def test_the_providers_errors_keep_their_class(
    openai: OpenAI, openrouter: OpenRouter, status: int
) -> None:
    given = f"ducks\n/simulate status={status} message='it was so'"
    assert_typed(openai, openrouter, status, input=given, says="it was so")


@pytest.mark.parametrize("status", [401, 402])
def test_the_providers_view_of_our_account_is_not_the_callers(
    openai: OpenAI, openrouter: OpenRouter, status: int
) -> None:
    given = f"ducks\n/simulate only_error={status} message=secret"
    assert_typed(openai, openrouter, 502, input=given, says="own account")


def test_a_chat_model_is_400_and_names_one_for_embeddings(
    openai: OpenAI, openrouter: OpenRouter
) -> None:
    assert_typed(openai, openrouter, 400, model="qwen/qwen3-32b", says=MODEL)


def test_a_silent_provider_is_asked_once(impatient_openai: OpenAI, provider: Provider) -> None:
    def size(wait: str) -> int:
        given = f"ducks\n/simulate {wait}={SILENT_S}"
        answer = impatient_openai.embeddings.create(model=MODEL, input=given)
        return len(answer.data[0].embedding)

    with ThreadPoolExecutor(3) as pool:
        assert min(pool.map(size, ("before", "first", "between"))) > 64
    assert provider.count() == 3


def assert_typed(
    openai: OpenAI, openrouter: OpenRouter, status: int, *, says: str, **fields: Any
) -> None:
    """Both clients raise the class of the status, and its message."""
    body: dict[str, Any] = {"model": MODEL, "input": "ducks", **fields}
    of_openai, of_openrouter = KINDS[status]
    asks: list[tuple[type[Exception], Callable[[], Any]]] = [
        (of_openai, lambda: openai.with_options(max_retries=0).embeddings.create(**body)),
        (of_openrouter, lambda: openrouter.embeddings.generate(**body, retries=ONCE)),
    ]
    for kind, ask in asks:
        with pytest.raises(kind, match=says) as caught:
            ask()
        assert getattr(caught.value, "status_code", 0) == status
        assert isinstance(caught.value, openai_errors.APIStatusError) == (kind is of_openai)


def decoded(text: Any) -> list[float]:
    assert isinstance(text, str)
    data = base64.b64decode(text, validate=True)
    return list(struct.unpack(f"<{len(data) // 4}f", data))
