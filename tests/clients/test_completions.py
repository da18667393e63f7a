"""The older form through the official openai client: whole, streamed, failing."""

import json

import openai as openai_errors
import pytest
from openai import OpenAI

from hcai_app.api.proxy import completions
from tests.api.traces import rows
from tests.harness.product import Product
from tests.harness.provider import Provider

MODEL = "qwen/qwen3-32b"


def test_a_prompt_gets_a_text_and_a_row(openai: OpenAI, product: Product) -> None:
    answer = openai.completions.create(model=MODEL, prompt="Once upon a time", max_tokens=50)
    assert answer.object == "text_completion"
    assert answer.choices[0].text
    row = rows(product)[-1]
    assert (row["endpoint"], row["outcome"]) == ("/completions", "completed")
    assert answer.usage is not None
    assert row["total_tokens"] == answer.usage.total_tokens
    assert row["cost_nanousd"] == round(answer.usage.model_dump()["cost"] * 10**9) > 0


def test_a_stream_says_the_same_and_has_its_row(openai: OpenAI, product: Product) -> None:
    stream = openai.completions.create(model=MODEL, prompt="Once upon a time", stream=True)
    text = "".join(chunk.choices[0].text for chunk in stream if chunk.choices)
    assert text.startswith("This is a simulated answer")
    row = rows(product)[-1]
    assert (row["endpoint"], row["streamed"], row["outcome"]) == ("/completions", 1, "completed")
    assert row["cost_source"] == "provider"


def test_what_else_there_is_to_say_reaches_the_provider(openai: OpenAI, provider: Provider) -> None:
    given = {"suffix": "The end.", "logprobs": 2, "best_of": 3, "n": 2, "echo": True, "stop": ["."]}
    answer = openai.completions.create(model=MODEL, prompt=["One", "Two"], **given)
    assert len(answer.choices) == 2
    (call,) = provider.calls()
    assert call["path"].endswith("/completions")
    sent = json.loads(call["body"])
    assert {**given, "prompt": ["One", "Two"]}.items() <= sent.items()


@pytest.mark.parametrize("how", ["error=503", "cut=chunks"])
def test_an_error_in_mid_stream_is_thrown(openai: OpenAI, how: str) -> None:
    prompt = f"Hi\n/simulate {how} after=1 chunks=9"
    stream = openai.completions.create(model=MODEL, prompt=prompt, stream=True)
    with pytest.raises(openai_errors.APIError, match=r"[Pp]rovider"):
        list(stream)


@pytest.mark.parametrize(
    ("prompt", "answers"), [("Hi", 1), ([1, 2, 3], 1), (["Hi"] * 5, 5), ([[1], [2, 3]], 2)]
)
def test_each_prompt_is_reserved_for_as_often_as_it_is_answered(prompt, answers: int) -> None:
    body = {"model": MODEL, "prompt": prompt}
    assert completions.parse(json.dumps(body).encode()).answers == answers
    assert completions.parse(json.dumps({**body, "n": 3}).encode()).answers == 3 * answers
    assert completions.parse(json.dumps({**body, "best_of": 4}).encode()).answers == 4 * answers
