"""GET /generation: after a while, and for calls that were cancelled."""

import asyncio

import httpx
import pytest
from openrouter import OpenRouter


async def generation(http: httpx.AsyncClient, generation_id: str) -> httpx.Response:
    return await http.get("/generation", params={"id": generation_id})


async def finished(control: httpx.AsyncClient) -> dict:
    """Wait for the latest call to end; each look is a round trip, so nothing sleeps."""
    async with asyncio.timeout(5):
        while not (calls := (await control.get("/calls")).json())[-1]["finished_at"]:
            pass
    return calls[-1]


async def test_openrouter_sdk_reads_a_generation(openrouter: OpenRouter, ask):
    answer = await openrouter.chat.send_async(**ask(), user="pseudonym")
    assert answer.usage is not None
    record = (await openrouter.generations.get_generation_async(id=answer.id)).data
    assert record.total_cost == answer.usage.cost
    assert record.native_tokens_completion == answer.usage.completion_tokens
    assert record.native_tokens_prompt == answer.usage.prompt_tokens
    assert record.external_user == "pseudonym"
    assert record.cancelled is False
    assert record.finish_reason == "stop"


async def test_unknown_generation_is_not_found(http: httpx.AsyncClient):
    assert (await generation(http, "gen-nothing")).status_code == 404


async def test_generation_appears_after_its_delay(http: httpx.AsyncClient, ask):
    answer = await http.post("/chat/completions", json=ask("generation_delay=0.15"))
    generation_id = answer.json()["id"]
    assert (await generation(http, generation_id)).status_code == 404
    async with asyncio.timeout(5):
        while (await generation(http, generation_id)).status_code == 404:
            pass
    assert (await generation(http, generation_id)).json()["data"]["id"] == generation_id


async def test_generation_can_fail(http: httpx.AsyncClient, ask):
    answer = await http.post("/chat/completions", json=ask("generation_status=529"))
    assert (await generation(http, answer.json()["id"])).status_code == 529


@pytest.mark.parametrize("silence", ["hang=chunks", "between=60", "delay=60"])
async def test_cancelled_stream_is_billed_for_what_was_said(http, control, ask, silence):
    body = ask(f"{silence} after=4 chunks=50 size=8", stream=True)
    said = 1 if "delay" in silence else 4
    async with http.stream("POST", "/chat/completions", json=body) as response:
        generation_id = response.headers["X-Generation-Id"]
        text = ""
        async for piece in response.aiter_text():
            text += piece
            if text.count("data: ") == said:
                break
    call = await finished(control)
    assert call["cancelled"] is True
    assert call["cancelled_at"] <= call["finished_at"]
    assert call["completion_tokens"] == said * 2
    record = (await generation(http, generation_id)).json()["data"]
    assert record["cancelled"] is True
    assert record["total_cost"] == call["cost"] > 0


async def test_some_providers_bill_a_cancelled_stream_in_full(http, control, ask):
    body = ask("bill_all hang=chunks after=1 chunks=50 size=8", stream=True)
    async with http.stream("POST", "/chat/completions", json=body):
        pass
    assert (await finished(control))["completion_tokens"] == 100


async def test_cancelled_answer_in_json_is_billed_in_full(http, control, ask):
    body = ask("completion_tokens=70 before=60")
    with pytest.raises(httpx.ReadTimeout):
        await http.post("/chat/completions", json=body, timeout=httpx.Timeout(5, read=0.1))
    call = await finished(control)
    assert call["cancelled"] is True
    assert call["completion_tokens"] == 70
    assert call["cost"] > 0


async def test_failed_generation_costs_nothing(http: httpx.AsyncClient, control, ask):
    await http.post("/chat/completions", json=ask("error=502 after=3", stream=True))
    assert (await finished(control))["cost"] == 0
