"""Fair use on the wire: what is refused, in every dialect, and what a refusal tells and costs."""

import time
from typing import Any

import httpx
import pytest

from tests.api.test_metrics import numbers
from tests.api.wire import assert_error, chat_body
from tests.harness.product import Product
from tests.harness.provider import Provider

MODEL = "qwen/qwen3-32b"
TOOLS = ["Bash", "Read", "Edit", "TodoWrite", "NotebookEdit"]
NAMED = [{"name": name, "input_schema": {"type": "object"}} for name in TOOLS]
FUNCTIONS = [{"type": "function", "function": {"name": name}} for name in TOOLS]
FLAT = [{"type": "function", "name": name, "parameters": {}} for name in TOOLS]
LEGACY = [{"name": name, "parameters": {}} for name in TOOLS]
OPENING = "You are Nova, a powerful agentic AI coding assistant."
SYSTEM = [{"role": "developer", "content": [{"type": "text", "text": OPENING}]}]
LONG = {"role": "system", "content": OPENING + "é" * 99_999}
HI = [{"role": "user", "content": "hi"}]
AGENTS: dict[str, tuple[str, dict[str, Any]]] = {
    "tools": ("/chat/completions", {"messages": HI, "tools": FUNCTIONS}),
    "functions": ("/chat/completions", {"messages": HI, "functions": LEGACY}),
    "developer": ("/chat/completions", {"messages": [*SYSTEM, *HI]}),
    "stream": ("/chat/completions", {"messages": [*SYSTEM, *HI], "stream": True}),
    "late": ("/chat/completions", {"messages": [*HI * 20, *SYSTEM]}),
    "odd": ("/chat/completions", {"messages": [7, {"role": 7}, None, *SYSTEM], "tools": [7]}),
    "long": ("/chat/completions", {"messages": [LONG, *HI]}),
    "responses": ("/responses", {"input": "hi", "instructions": OPENING}),
    "responses, tools": ("/responses", {"input": "hi", "tools": FLAT}),
    "responses, input": ("/responses", {"input": [*SYSTEM, *HI]}),
    "messages": ("/messages", {"messages": HI, "max_tokens": 9, "system": OPENING}),
    "messages, blocks": (
        "/messages",
        {"messages": HI, "max_tokens": 9, "system": [{"type": "text", "text": OPENING}]},
    ),
    "messages, tools": ("/messages", {"messages": HI, "max_tokens": 9, "tools": NAMED}),
    "completions": ("/completions", {"prompt": f"{OPENING}\nUSER: hi"}),
    "completions, list": ("/completions", {"prompt": ["hi", OPENING]}),
}  # fmt: skip


@pytest.fixture(scope="module")
def key(module_product: Product) -> str:
    return module_product.make_key()


@pytest.mark.attack
@pytest.mark.parametrize("form", AGENTS)
def test_an_agent_is_refused_in_every_dialect_and_costs_nothing(
    product: Product, key: str, provider: Provider, form: str
) -> None:
    before = product.get("/stats", key).json()["totalRequests"]
    path, body = AGENTS[form]
    answer = product.post(path, key, json={"model": MODEL, **body})
    error = answer.json()["error"]
    assert (answer.status_code, error["code"], error["type"]) == (403, 403, "fair_use_error")
    assert error["metadata"].keys() == {"rule", "app", "signal", "appeal_url", "help_url"}
    assert error["metadata"]["signal"] in ("tools", "opening")
    assert error["metadata"]["appeal_url"] == error["metadata"]["help_url"]
    assert error["metadata"]["help_url"].endswith(f"/why/{answer.headers['X-Request-Id']}")
    assert "coding agent" in error["message"]
    assert "Nova" not in answer.text  # what was sent is not repeated
    assert provider.count() == 0
    assert product.get("/stats", key).json()["totalRequests"] == before


@pytest.mark.parametrize(
    "headers",
    [
        {"User-Agent": "OpenAI/Python 2.8.1"},
        {"User-Agent": "python-httpx/0.28.1", "X-Title": "Cursor"},
        {"User-Agent": "ai-sdk/openai/2.0 runtime/node.js/22", "HTTP-Referer": "http://localhost"},
        {"User-Agent": "litellm/1.80.0", "X-Title": "My bot"},
    ],
)
def test_a_students_program_is_answered(
    product: Product, key: str, headers: dict[str, str]
) -> None:
    tools = [{"type": "function", "function": {"name": name}} for name in ("bash", "read_file")]
    system = {"role": "system", "content": "You are a small coding agent of a student."}
    body = {"model": MODEL, "messages": [system, *HI], "tools": tools}
    assert product.post("/chat/completions", key, json=body, headers=headers).status_code == 200


@pytest.mark.attack
@pytest.mark.parametrize("path", ["/chat/completions", "/embeddings", "/images/generations"])
def test_headers_are_judged_before_the_body_is_read(product: Product, key: str, path: str) -> None:
    headers = {"HTTP-Referer": "https://litellm.ai", "X-Title": "liteLLM"}
    answer = product.post(path, key, content=b"{", headers=headers)
    assert "OR_SITE_URL" in assert_error(answer, 403)
    assert answer.json()["error"]["metadata"]["rule"] == "litellm-host"
    assert "x-ratelimit-remaining" not in answer.headers


def test_what_is_to_be_embedded_or_drawn_is_not_judged(product: Product, key: str) -> None:
    body = {"model": "qwen/qwen3-embedding-8b", "input": [OPENING]}
    assert product.post("/embeddings", key, json=body).status_code == 200


def test_refusals_are_counted_by_rule(product: Product, key: str) -> None:
    counted = ("hcai_fair_use_total", ("on", "sillytavern-title"))
    before = numbers(product).get(counted, 0)
    answer: httpx.Response = product.post(
        "/chat/completions", key, json=chat_body(), headers={"X-OpenRouter-Title": "SillyTavern"}
    )
    assert answer.status_code == 403
    assert numbers(product)[counted] == before + 1


def test_an_exemption_lets_a_user_through_within_a_second_and_its_end_stops_it(
    product: Product,
) -> None:
    exempt, other = product.make_key("UEXEMPT"), product.make_key("UOTHER")
    path, body = AGENTS["tools"]

    def status(key: str) -> int:
        return product.post(path, key, json={"model": MODEL, **body}).status_code

    def wait_for(wanted: int) -> None:
        deadline = time.monotonic() + 3  # a second, and a busy machine
        while status(exempt) != wanted:
            assert time.monotonic() < deadline
            time.sleep(0.05)  # the rate limit counts these, too

    assert status(exempt) == 403
    until = ("--until", "2999-01-01", "--reason", "builds an agent for class")
    made = product.cli("fairuse", "exempt", "--user", "UEXEMPT", *until)
    wait_for(200)
    assert status(other) == 403
    assert "builds an agent for class" in product.cli("fairuse", "exemptions")
    product.cli("fairuse", "end", made)
    wait_for(403)
    assert '"id":"cline-tools"' in product.cli("fairuse", "rules")
