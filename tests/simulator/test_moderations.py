"""POST /moderations through the OpenAI SDK."""

import httpx
import pytest
from openai import AsyncOpenAI


async def test_one_result_for_each_text(openai: AsyncOpenAI):
    answer = await openai.moderations.create(input=["hello", "I will kill you"])
    assert [result.flagged for result in answer.results] == [False, True]
    assert answer.results[1].categories.violence is True
    assert answer.results[1].category_scores.violence > 0.9
    assert answer.model == "omni-moderation-latest"


async def test_parts_make_one_result(openai: AsyncOpenAI):
    image = {"type": "image_url", "image_url": {"url": "https://example.org/a.png"}}
    parts = [{"type": "text", "text": "look"}, image]
    answer = await openai.moderations.create(input=parts)  # type: ignore[arg-type]
    (result,) = answer.results
    assert result.category_applied_input_types.violence == ["text", "image"]
    assert result.category_applied_input_types.hate == ["text"]


async def test_category_can_be_flagged_by_a_directive(openai: AsyncOpenAI):
    answer = await openai.moderations.create(input="/simulate flag=self-harm,sexual")
    assert answer.results[0].categories.self_harm is True
    assert answer.results[0].categories.sexual is True
    assert answer.results[0].categories.hate is False


async def test_moderation_is_also_under_the_bare_v1(http: httpx.AsyncClient):
    url = str(http.base_url).replace("/api/v1/", "/v1/moderations")
    assert (await http.post(url, json={"input": "hello"})).json()["results"]


@pytest.mark.parametrize(
    ("body", "status"), [({}, 400), ({"input": []}, 400), ({"input": "/simulate status=429"}, 429)]
)
async def test_moderation_can_fail(http: httpx.AsyncClient, body, status):
    assert (await http.post("/moderations", json=body)).status_code == status
