"""HCAI_SAFETY on the wire: what is refused, where help is shown, and that nobody waits for long."""

import json
import time
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from hcai_app.api.proxy.safety_check import PATIENCE_S
from hcai_app.services.safety.breaker import LATE_IN_A_ROW, TRIAL_EVERY_S
from tests.api.playground.calls import PLAYGROUND, bodies
from tests.api.test_metrics import numbers
from tests.api.wire import assert_error_body, chat_body, events, send
from tests.conftest import Install
from tests.harness.product import Product
from tests.harness.provider import Provider
from tests.harness.visitor import sign_in

HELP = "/help/now"
DRAWS = {"model": "google/gemini-2.5-flash-image", "prompt": "a duck"}
MARK = "pineapplish"
ASKED = {
    path: body
    for path, body in bodies().items()
    if path not in ("/embeddings", "/moderations", "/conversation")
}


def judged(provider: Provider, flag: str = "", **scenario: Any) -> None:
    """Let moderation say this from now on."""
    provider.script(path="/moderations", flag=flag, delay=0, **scenario)


@pytest.fixture(scope="module")
def checked(
    provider_process: Provider, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Product]:
    """A server that checks every prompt."""
    made = Product(
        tmp_path_factory.mktemp("checked"),
        OPENROUTER_API_KEY="sk-or-v1-test",
        OPENROUTER_BASE_URL=provider_process.base_url,
        OPENAI_API_KEY="sk-test",
        OPENAI_BASE_URL=provider_process.base_url,
        HCAI_SAFETY="all",
        HCAI_CHAT_RATE_LIMIT="10000/minute",
    ).start()
    yield made
    made.stop()


@pytest.fixture(scope="module")
def key(checked: Product) -> str:
    return checked.make_key("USAFE", "--budget-usd", "1000")


@pytest.mark.parametrize("path", ASKED)
@pytest.mark.parametrize("stream", [False, True])
def test_what_is_refused_is_an_error_in_every_dialect_and_its_row_is_settled(
    checked: Product, provider: Provider, key: str, path: str, stream: bool
) -> None:
    provider.script(before=5)  # the provider would take longer than the verdict
    judged(provider, "sexual/minors", before=0.1)
    answer = checked.post(path, key, json={**ASKED[path], "stream": stream})
    error = answer.json()["error"]
    assert answer.status_code == 403, answer.text
    assert error["type"] == "safety_error"
    if path != "/messages":
        assert_error_body(answer.json(), 403)
    assert error["metadata"]["category"] == "sexual/minors"
    assert error["metadata"]["help_url"] == f"{checked.origin}{HELP}"
    assert HELP in error["message"]
    rows = checked.wait_for_rows(lambda rows: rows[-1]["settled"])
    assert (rows[-1]["status"], rows[-1]["outcome"]) == (403, "interrupted")
    (call,) = provider.summary()
    assert call["cancelled"]


def test_a_whole_answer_that_is_refused_late_costs_what_the_provider_says(
    checked: Product, provider: Provider, key: str
) -> None:
    judged(provider, "sexual/minors", before=0.3)
    assert checked.chat(key).status_code == 403
    row = checked.rows()[-1]
    (call,) = provider.summary()
    assert (row["outcome"], row["cost_source"], row["settled"]) == ("interrupted", "provider", True)
    assert float(row["cost_usd"]) == pytest.approx(float(call["cost"]))


@pytest.mark.parametrize("path", ["/images", "/images/generations", "/chat/completions"])
def test_sexual_pictures_are_refused_and_texts_are_not(
    checked: Product, provider: Provider, key: str, path: str
) -> None:
    judged(provider, "sexual=0.61")
    model = DRAWS["model"]
    drawing = chat_body(model=model, modalities=["image", "text"]) if "chat" in path else DRAWS
    answer = checked.post(path, key, json=drawing)
    assert answer.status_code == 403, answer.text
    assert answer.json()["error"]["metadata"]["category"] == "sexual"
    assert checked.chat(key).status_code == 200


@pytest.mark.parametrize("path", ASKED)
@pytest.mark.parametrize("stream", [False, True])
def test_help_goes_out_with_the_answer_which_stays_as_it_is(
    checked: Product, provider: Provider, key: str, path: str, stream: bool
) -> None:
    judged(provider, "self-harm/intent=0.71")
    answer = checked.post(path, key, json={**ASKED[path], "stream": stream})
    assert answer.status_code == 200, answer.text
    assert answer.headers.get_list("x-hcai-help") == [HELP]
    judged(provider, "self-harm/intent=0.69,violence,sexual")
    drawing = "image" in path
    again = checked.post(path, key, json={**ASKED[path], "stream": stream})
    assert again.status_code == (403 if drawing else 200)
    assert "x-hcai-help" not in again.headers


def test_a_page_of_another_origin_can_read_the_help(checked: Product, key: str) -> None:
    answer = checked.post(
        "/chat/completions",
        key,
        json=chat_body("hurt myself"),
        headers={"Origin": "https://a.example"},
    )
    assert "x-hcai-help" in answer.headers["access-control-expose-headers"]


FAULTS: dict[str, dict[str, Any]] = {
    "late": {"before": 3.0},
    "silent": {"hang": "before_headers"},
    "half said": {"hang": "body"},
    "broken": {"status": 500},
    "busy": {"status": 429},
    "cut": {"cut": "before_headers"},
    "half": {"body": "half"},
    "empty": {"body": "empty"},
    "not JSON": {"body": "invalid"},
}


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("stream", [False, True])
def test_while_moderation_fails_the_call_goes_on_and_is_counted(
    checked: Product, provider: Provider, key: str, fault: str, stream: bool
) -> None:
    judged(provider, **FAULTS[fault])
    before = unchecked(checked)
    started = time.monotonic()
    with httpx.stream(
        "POST",
        f"{checked.base_url}/chat/completions",
        headers={"Authorization": f"Bearer {key}"},
        json=chat_body(stream=stream),
        timeout=30,
    ) as answer:
        waited = time.monotonic() - started
        text = answer.read().decode()
    assert answer.status_code == 200
    assert "x-hcai-help" not in answer.headers
    assert waited < 0.8 + 0.6  # and a busy machine
    assert events(text) if stream else json.loads(text)["choices"]
    assert unchecked(checked) == before + 1
    assert checked.rows()[-1]["outcome"] == "completed"


def unchecked(product: Product) -> float:
    found = numbers(product).items()
    return sum(
        n
        for (name, labels), n in found
        if name == "hcai_safety_checks_total" and "unchecked" in labels
    )


def test_while_moderation_hangs_calls_wait_for_it_only_now_and_then(
    install: Install, provider: Provider
) -> None:
    own = {"OPENAI_API_KEY": "sk-test", "OPENAI_BASE_URL": provider.base_url}
    often = "10000/minute"
    product = install(HCAI_SAFETY="all", HCAI_CHAT_RATE_LIMIT=often, **own).start()
    key = product.make_key("UHANGS", "--budget-usd", "100")

    def count(because: str) -> float:
        return numbers(product).get(
            ("hcai_safety_checks_total", tuple(sorted(("unchecked", because)))), 0
        )

    judged(provider, hang="before_headers")
    for _ in range(LATE_IN_A_ROW):
        started = time.monotonic()
        assert product.chat(key).status_code == 200
        assert time.monotonic() - started >= PATIENCE_S
    paused_at = time.monotonic()
    assert numbers(product)[("hcai_moderation_paused", ())] == 1
    calls = 0
    while count("paused") < 3:
        assert product.chat(key).status_code == 200
        calls += 1
    trials = provider.requests().count("POST /api/v1/moderations") - LATE_IN_A_ROW
    assert trials <= (time.monotonic() - paused_at) / TRIAL_EVERY_S
    assert count("late") + count("paused") == LATE_IN_A_ROW + calls
    assert calls == 3 + trials

    judged(provider, "self-harm", before=0.0)
    deadline = time.monotonic() + 60
    while "x-hcai-help" not in product.chat(key).headers:  # until a trial finds it back
        assert time.monotonic() < deadline
        time.sleep(0.2)  # a trial comes with time, not with calls
    assert numbers(product)[("hcai_moderation_paused", ())] == 0


def test_a_verdict_that_comes_before_the_first_byte_costs_no_time(
    checked: Product, provider: Provider, key: str
) -> None:
    provider.script(before=1.0, delay=0)
    judged(provider, before=0.9)  # later than a first byte waits, but there is none yet
    before = unchecked(checked)
    started = time.monotonic()
    assert checked.chat(key, stream=True).status_code == 200
    assert time.monotonic() - started < 1.6
    assert unchecked(checked) == before


def test_a_refused_call_of_the_provider_keeps_its_own_error(
    checked: Product, provider: Provider, key: str
) -> None:
    provider.script(status=429)
    judged(provider, "sexual/minors", before=0.5)
    started = time.monotonic()
    assert checked.chat(key).status_code == 429
    assert time.monotonic() - started < 0.5


def test_pictures_are_judged_one_by_one(checked: Product, provider: Provider, key: str) -> None:
    part = {"type": "image_url", "image_url": {"url": "data:image/png;base64,AAAA"}}
    content = [{"type": "text", "text": "hi"}, part, part]
    before, asked = unchecked(checked), provider.requests().count("POST /api/v1/moderations")
    body = chat_body(messages=[{"role": "user", "content": content}])
    assert checked.post("/chat/completions", key, json=body).status_code == 200
    assert provider.requests().count("POST /api/v1/moderations") == asked + 2
    assert unchecked(checked) == before
    provider.script(path="/moderations", times=1, delay=0)
    judged(provider, "sexual/minors")
    assert checked.post("/chat/completions", key, json=body).status_code == 403


def test_embeddings_are_not_checked(checked: Product, provider: Provider, key: str) -> None:
    judged(provider, "sexual/minors")
    assert checked.post("/embeddings", key, json=bodies()["/embeddings"]).status_code == 200


def test_no_word_of_it_is_kept_or_logged(install: Install, provider: Provider) -> None:
    product = install(
        HCAI_SAFETY="all", OPENAI_API_KEY="sk-test", OPENAI_BASE_URL=provider.base_url
    ).start()
    key = product.make_key("U1")
    for flag, scenario in (
        ("sexual/minors", {}), ("self-harm", {}), ("", {"status": 400, "message": MARK}),
        ("", {"body": "invalid"}), ("", {"cut": "body"}),
    ):  # fmt: skip
        judged(provider, flag, **scenario)
        product.chat(key, f"{MARK} said, and https://{MARK}.example/a.png")
    product.stop()
    kept = [path for path in product.folder.rglob("*") if path.is_file() and not path.is_symlink()]
    assert any(path.suffix == ".log" for path in kept)
    for path in kept:
        assert MARK.encode() not in path.read_bytes(), path


def test_the_settings_say_where_prompts_are_checked(install: Install, provider: Provider) -> None:
    own = {"OPENAI_API_KEY": "sk-test", "OPENAI_BASE_URL": provider.base_url}
    judged(provider, "sexual/minors")
    drawing = {**chat_body(), "modalities": ["text", "image"]}
    speaking = {**chat_body(), "modalities": ["text", "audio"]}
    for where, statuses in (("off", [200] * 5), ("playground", [200, 403, 403, 403, 403])):
        product = install(HCAI_SAFETY=where, **own).start()
        key = product.make_key("U1", "--budget-usd", "100")
        with sign_in(product) as page:
            by_page = page.post(f"{PLAYGROUND}/chat/completions", json=chat_body())
        found = [
            product.chat(key),
            by_page,
            product.post("/images", key, json=DRAWS),
            product.post("/chat/completions", key, json=drawing),
            product.post("/chat/completions", key, json=speaking),
        ]
        assert [answer.status_code for answer in found] == statuses, where
        product.stop()


@pytest.mark.attack
@pytest.mark.parametrize("kind", ["image_generation", "im\\u0061ge_generation"])
def test_a_tool_that_draws_is_checked_however_it_is_spelled(
    install: Install, provider: Provider, kind: str
) -> None:
    own = {"OPENAI_API_KEY": "sk-test", "OPENAI_BASE_URL": provider.base_url}
    product = install(HCAI_SAFETY="playground", **own).start()
    judged(provider, "sexual", before=0.0)
    tool = f'{{"type": "openrouter:{kind}", "parameters": {{"model": "{DRAWS["model"]}"}}}}'
    body = json.dumps(chat_body())[:-1] + f', "tools": [{tool}]}}'
    answer = send(product, product.make_key("U1"), body.encode())
    assert answer.status_code == 403, answer.text
