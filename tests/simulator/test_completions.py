"""POST /completions, the older form, seen through the official client."""

import pytest
from openai import APIError, AsyncOpenAI, BadRequestError

MODEL = "qwen/qwen3-32b"


async def test_a_prompt_gets_a_text_and_its_cost(openai: AsyncOpenAI):
    answer = await openai.completions.create(model=MODEL, prompt="Hello!\n/simulate say=BANANA")
    assert answer.object == "text_completion"
    assert "BANANA" in answer.choices[0].text
    assert answer.usage is not None
    assert answer.usage.model_dump()["cost"] > 0


@pytest.mark.parametrize("prompt", ["Hello!", ["Hello!"], [1, 2, 3]])
async def test_each_prompt_has_one_answer(openai: AsyncOpenAI, prompt):
    answer = await openai.completions.create(model=MODEL, prompt=prompt)
    assert [choice.index for choice in answer.choices] == [0]


async def test_an_echo_has_the_prompt_before_each_answer(openai: AsyncOpenAI):
    answer = await openai.completions.create(model=MODEL, prompt=["One", "Two"], echo=True)
    assert [choice.text[:3] for choice in answer.choices] == ["One", "Two"]


async def test_a_stream_ends_with_its_reason_and_its_usage(openai: AsyncOpenAI):
    chunks = [
        chunk
        async for chunk in await openai.completions.create(
            model=MODEL, prompt="Hello!\n/simulate chunks=3", stream=True
        )
    ]
    assert len([chunk for chunk in chunks if chunk.choices and chunk.choices[0].text]) == 3
    assert chunks[-2].choices[0].finish_reason == "stop"
    assert chunks[-1].usage is not None


async def test_errors_are_thrown_before_and_in_a_stream(openai: AsyncOpenAI):
    with pytest.raises(BadRequestError):
        await openai.completions.create(model=MODEL, prompt=[])
    prompt = "Hello!\n/simulate error=503 after=1"
    stream = await openai.completions.create(model=MODEL, prompt=prompt, stream=True)
    with pytest.raises(APIError):
        _ = [chunk async for chunk in stream]
