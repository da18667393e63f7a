"""What is reserved of a budget: the most that a call may cost, however the body says it."""

import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from hcai_app import money
from hcai_app.api.endpoints import GENERATING
from hcai_app.api.proxy import guard, reservation
from hcai_app.services.models.prices import Prices
from tests.chaos import books
from tests.harness.product import Product
from tests.harness.provider import Provider

MODEL = "qwen/qwen3-32b"
# A cent for a thousand tokens out, a tenth of that in.
PRICES = Prices(prompt=1_000, completion=10_000, max_output=100_000, context=1_000_000)
TOKENS = 10_000
MESSAGES = {"messages": [{"role": "user", "content": "hi"}]}
PARSERS: dict[str, Any] = {
    endpoint.path: endpoint.handler_for.args[0].parse  # type: ignore[attr-defined]
    for endpoint in GENERATING
}


def reserved(path: str = "/chat/completions", **fields: Any) -> int:
    """What is reserved for a body, in nano-dollars."""
    body = json.dumps({"model": MODEL, **(fields or MESSAGES)}).encode()
    named = [MODEL]
    request = PARSERS[path](body)
    checked = guard.check(
        request.fields, body, lambda model, param: None if param == "model" else named.append(model)
    )
    return reservation.estimate(request, body, checked, named, lambda _model: PRICES)


def chat(**fields: Any) -> int:
    return reserved(**MESSAGES, **fields)


LARGE = 32_000
LIMITS: dict[str, dict[str, Any]] = {
    "max_tokens": {"max_tokens": LARGE},
    "max_completion_tokens": {"max_completion_tokens": LARGE},
    "max_output_tokens": {"max_output_tokens": LARGE},
    "float": {"max_tokens": 32000.0},
    "text": {"max_tokens": "32000"},
    "small-and-large": {"max_completion_tokens": 1, "max_tokens": LARGE},
    "large-and-small": {"max_completion_tokens": LARGE, "max_tokens": 1},
    "all-small-but-one": {"max_tokens": 1, "max_completion_tokens": 1, "max_output_tokens": LARGE},
    "reasoning": {"max_tokens": 1, "reasoning": {"max_tokens": LARGE}},
    "reasoning-float": {"max_tokens": 1, "reasoning": {"max_tokens": 32e3}},
    "thinking": {"max_tokens": 1, "thinking": {"type": "enabled", "budget_tokens": LARGE}},
    "other-dialect": {"max_tokens": 1, "generationConfig": {"maxOutputTokens": LARGE}},
    "provider-options": {
        "max_tokens": 1,
        "provider": {"options": {"anthropic": {"thinking": {"budget_tokens": LARGE}}}},
    },
}


@pytest.mark.attack
@pytest.mark.parametrize("fields", LIMITS.values(), ids=LIMITS)
@pytest.mark.parametrize("path", ["/chat/completions", "/responses", "/messages"])
def test_the_largest_limit_on_the_output_is_reserved(path: str, fields: dict[str, Any]) -> None:
    given = {"input": "hi"} if path == "/responses" else MESSAGES
    assert reserved(path, **given, **fields) >= LARGE * PRICES.completion
    small = reserved(path, **given, max_tokens=1, max_output_tokens=1)
    assert small < 100 * PRICES.completion  # the control: a small limit is a small reservation


ANSWERS: dict[str, dict[str, Any]] = {
    "n": {"n": 100},
    "float": {"n": 100.0},
    "text": {"n": "100"},
    "best-of": {"best_of": 100},
    "candidates": {"candidate_count": 100},
    "candidates-of-gemini": {"generationConfig": {"candidateCount": 100}},
    "two-names": {"n": 1, "best_of": 100},
}


@pytest.mark.attack
@pytest.mark.parametrize("fields", ANSWERS.values(), ids=ANSWERS)
def test_many_answers_are_reserved_however_they_are_asked_for(fields: dict[str, Any]) -> None:
    one = chat(max_tokens=TOKENS)
    assert chat(max_tokens=TOKENS, **fields) > 99 * one
    assert chat(max_tokens=TOKENS, n=1.0) < 1.1 * one


def test_exponents_are_numbers_too() -> None:
    body = b'{"model":"%b","messages":[],"max_tokens":3.2e4,"n":1e2}' % MODEL.encode()
    request = PARSERS["/chat/completions"](body)
    assert (request.max_tokens, request.answers) == (LARGE, 100)


ODD: dict[str, dict[str, Any]] = {
    "none": {"max_tokens": None, "n": None, "reasoning": None},
    "negative": {"max_tokens": -5, "n": -1},
    "true": {"max_tokens": True, "n": True},
    "list": {"max_tokens": [LARGE], "n": [5]},
    "word": {"max_tokens": "many", "n": "nan"},
    "effort": {"reasoning": {"effort": "low"}, "thinking": {"type": "disabled"}},
}


@pytest.mark.parametrize("fields", ODD.values(), ids=ODD)
def test_what_is_no_limit_reserves_what_no_limit_does(fields: dict[str, Any]) -> None:
    assert chat() <= chat(**fields) < 1.1 * chat()


def tool(kind: str, **parameters: Any) -> dict[str, Any]:
    return {"tools": [{"type": kind, "parameters": parameters}]}


def linked(kind: str, **part: Any) -> dict[str, Any]:
    content = [{"type": kind, kind: part}]
    return {"messages": [{"role": "user", "content": content}]}


CENT = money.NANO // 100
PICTURE = "https://example.com/a.png"
FLOORS: dict[str, tuple[dict[str, Any], int]] = {
    "web": ({"plugins": [{"id": "web"}]}, CENT),
    "web-of-50": ({"plugins": [{"id": "web", "max_results": 50}]}, 20 * CENT),
    "web-of-50.0": ({"plugins": [{"id": "web", "max_results": 50.0}]}, 20 * CENT),
    "ocr": ({"plugins": [{"id": "file-parser", "pdf": {"engine": "mistral-ocr"}}]}, 5 * CENT),
    "search-options": ({"web_search_options": {}}, 3 * CENT),
    "search-tool": (tool("openrouter:web_search"), 5 * CENT),
    "searches": (tool("openrouter:web_search", max_results=50), 50 * CENT),
    "anthropic-search": (
        {"tools": [{"type": "web_search_20250305", "name": "web_search", "max_uses": 30}]},
        20 * CENT,
    ),
    "drawing": ({"modalities": ["image", "text"]}, 8_000 * PRICES.completion),
    "drawing-large": (
        {"modalities": ["image"], "image_config": {"image_size": "4K"}},
        80_000 * PRICES.completion,
    ),
    "picture": (linked("image_url", url=PICTURE), 2_000 * PRICES.prompt),
    "picture-in-upper-case": (linked("image_url", url=PICTURE.upper()), 2_000 * PRICES.prompt),
    "pdf": (linked("file", file_data="https://example.com/a.pdf"), 50_000 * PRICES.prompt),
    "film": (linked("video_url", url="https://youtu.be/x"), 50_000 * PRICES.prompt),
}


@pytest.mark.attack
@pytest.mark.parametrize(("fields", "least"), FLOORS.values(), ids=FLOORS)
def test_what_costs_beside_tokens_has_a_floor(fields: dict[str, Any], least: int) -> None:
    assert reserved(**{**MESSAGES, "max_tokens": 1, **fields}) >= least
    own = {"type": "function", "function": {"name": "f", "parameters": {"type": "object"}}}
    assert chat(max_tokens=1, tools=[own], modalities=["text"]) < CENT // 100


@pytest.mark.attack
def test_an_address_in_disguise_is_an_address() -> None:
    plain = json.dumps({"model": MODEL, **linked("image_url", url=PICTURE)}).encode()
    for disguise in (b'"\\u0068ttps', b'"h\\u0074tps', b'"\\u0048ttps'):
        body = plain.replace(b'"https', disguise)
        request = PARSERS["/chat/completions"](body)
        least = reservation.estimate(request, body, {}, [MODEL], lambda _model: PRICES)
        assert least - chat() >= 2_000 * PRICES.prompt


def test_helping_models_and_dear_services_are_reserved_for() -> None:
    advisor = tool("openrouter:advisor", model=MODEL)
    assert chat(max_tokens=TOKENS, **advisor) > 2 * chat(max_tokens=TOKENS)
    assert chat(max_tokens=TOKENS, service_tier="priority") > 1.9 * chat(max_tokens=TOKENS)
    assert chat(max_tokens=TOKENS, service_tier="default") < 1.1 * chat(max_tokens=TOKENS)


def test_pictures_are_reserved_by_number_and_size() -> None:
    one = reserved("/images/generations", prompt="a cat")
    assert reserved("/images/generations", prompt="a cat", n=4) > 3.9 * one
    assert reserved("/images/generations", prompt="a cat", n=4.0) > 3.9 * one
    assert reserved("/images/generations", prompt="a cat", size="4096x4096") > 5 * one


WAYS: dict[str, dict[str, Any]] = {
    "plain": {"max_tokens": LARGE},
    "reasoning": {"max_tokens": 1, "reasoning": {"max_tokens": LARGE}},
    "two-limits": {"max_completion_tokens": 1, "max_tokens": LARGE},
    "plugins": {"max_tokens": 1, "plugins": [{"id": "web", "max_results": 50}]},
}


@pytest.mark.attack
@pytest.mark.parametrize("fields", WAYS.values(), ids=WAYS)
def test_calls_at_once_cannot_overrun_a_budget_by_more_than_one(
    product: Product, provider: Provider, fields: dict[str, Any], request: pytest.FixtureRequest
) -> None:
    name = f"UOVERRUN{request.node.callspec.id.upper()}"
    key = books.make_key(product, name, money.NANO // 200)
    provider.script(delay=0.05)
    given = {"model": "openai/gpt-5-mini", **fields}
    with ThreadPoolExecutor(12) as pool:
        answers = list(pool.map(lambda _: product.chat(key, **given).status_code, range(12)))
    assert answers.count(200) <= 2
    assert set(answers) == {200, 429}
    calm = books.make_key(product, name + "CALM", money.NANO // 200)
    with ThreadPoolExecutor(3) as pool:  # the control: small calls run beside each other
        small = {**given, **dict.fromkeys(fields), "max_tokens": 16}
        answers = list(pool.map(lambda _: product.chat(calm, **small).status_code, range(3)))
    assert answers == [200, 200, 200]
