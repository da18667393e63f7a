"""Usage in all the forms that a provider may send."""

import httpx
import pytest


async def usage_of(http: httpx.AsyncClient, body: dict) -> dict:
    return (await http.post("/chat/completions", json=body)).json()


async def test_usage_can_be_missing_or_null(http: httpx.AsyncClient, ask):
    assert "usage" not in await usage_of(http, ask("usage=none"))
    assert (await usage_of(http, ask("usage=null")))["usage"] is None


async def test_usage_can_lack_its_cost(http: httpx.AsyncClient, ask):
    usage = (await usage_of(http, ask("usage=no_cost")))["usage"]
    assert "cost" not in usage
    assert usage["total_tokens"] > 0


async def test_usage_can_hold_nulls_strings_and_zeros(http: httpx.AsyncClient, ask):
    nulls = (await usage_of(http, ask("usage=nulls")))["usage"]
    assert set(nulls.values()) == {None}
    strings = (await usage_of(http, ask("usage=strings")))["usage"]
    assert float(strings["cost"]) > 0
    assert isinstance(strings["prompt_tokens"], str)
    zero = (await usage_of(http, ask("usage=zero")))["usage"]
    assert zero["cost"] == zero["total_tokens"] == 0


async def test_byok_splits_the_cost(http: httpx.AsyncClient, ask):
    plain = (await usage_of(http, ask()))["usage"]
    prompt = "byok prompt_tokens=0 completion_tokens=100"
    usage = (await usage_of(http, ask(prompt)))["usage"]
    assert plain["is_byok"] is False
    assert plain["cost_details"]["upstream_inference_cost"] is None
    assert usage["is_byok"] is True
    assert usage["cost_details"]["upstream_inference_cost"] == pytest.approx(0.000024)
    assert usage["cost"] == pytest.approx(0.0000012)


async def test_cost_and_counts_can_be_dictated(http: httpx.AsyncClient, ask):
    body = ask("cost=1.25 prompt_tokens=9999999999 completion_tokens=2")
    usage = (await usage_of(http, body))["usage"]
    assert usage["cost"] == 1.25
    assert usage["total_tokens"] == 10_000_000_001


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/responses", {"model": "qwen/qwen3-32b", "input": "Hello!"}),
        ("/messages", {"model": "qwen/qwen3-32b", "messages": [{"role": "user", "content": "Hi"}]}),
        ("/images", {"model": "google/gemini-2.5-flash-image", "prompt": "A cat."}),
    ],
)
async def test_every_path_knows_the_forms_of_usage(http: httpx.AsyncClient, control, path, body):
    async def usage(form: str) -> dict:
        order = {"scenario": {"delay": 0, "usage": form, "cost": "1.25"}, "times": 1}
        await control.post("/script", json=order)
        return (await http.post(path, json=body)).json().get("usage", {})

    assert (await usage("full"))["cost"] == 1.25
    assert await usage("none") == {}
    assert "cost" not in await usage("no_cost")
    assert (await usage("strings"))["cost"] == "1.25"
    assert set((await usage("nulls")).values()) == {None}
