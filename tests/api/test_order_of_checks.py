"""The order of checks: a call that is wrong in every later way, too, is told the earliest one."""

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass

import httpx
import pytest

from tests.api.wire import assert_error, chat_body, send
from tests.conftest import _product
from tests.harness.product import Product
from tests.harness.provider import Provider

RATE = 8
TOO_LARGE = b"{" + b" " * 2**20
NOT_JSON = b"{"
UNKNOWN = {"model": "nobody/nothing"}
AGENT = {"User-Agent": "claude-cli/2.1.0"}
NAMES = ("TodoWrite", "KillShell", "Bash", "Read")
TOOLS = [{"type": "function", "function": {"name": name}} for name in NAMES]


@dataclass(frozen=True)
class Callers:
    """Keys of users who are refused for one reason more than the next one; all have no budget."""

    banned: str
    unverified: str
    at_the_rate: str  # with calls in flight, too
    at_the_most_in_flight: str
    spent: str
    reserved: str  # by a running call; the only one with a budget


@pytest.fixture(scope="module")
def callers(
    provider_process: Provider, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Product, Callers]]:
    provider_process.reset()
    product = _product(
        tmp_path_factory.mktemp("ordered"),
        provider_process,
        HCAI_REQUIRE_VERIFIED="true",
        HCAI_MAX_BODY_MB="1",
        HCAI_CHAT_RATE_LIMIT=f"{RATE}/hour",
        HCAI_MAX_IN_FLIGHT="2",
    ).start()
    with ExitStack() as running:
        running.callback(product.stop)
        yield product, _prepare(product, running)


def _prepare(product: Product, running: ExitStack) -> Callers:
    unverified = product.make_key("UNOBODY", "--budget-usd", "0")
    banned, at_the_rate, at_the_most, spent = (
        product.make_key(name, "--verified") for name in ("UBAN", "URATE", "UMOST", "USPENT")
    )
    reserved = product.make_key("URESERVED", "--verified", "--budget-usd", "0.000001")
    for key in (at_the_rate, at_the_rate, at_the_most, at_the_most, reserved):
        _leave_running(product, key, running)
    for name in ("UBAN", "URATE", "UMOST", "USPENT"):
        product.change("users", "budget", name, "0")
    for _ in range(RATE):
        assert send(product, banned, NOT_JSON).status_code == 400
    for _ in range(RATE - 2):
        assert send(product, at_the_rate, NOT_JSON).status_code == 429
    product.change("users", "ban", "UBAN", "--reason", "sold keys")
    return Callers(banned, unverified, at_the_rate, at_the_most, spent, reserved)


def _leave_running(product: Product, key: str, running: ExitStack) -> None:
    body = chat_body("Hi\n/simulate hang=chunks after=1", stream=True)
    headers = {"Authorization": f"Bearer {key}"}
    url = f"{product.base_url}/chat/completions"
    answer = running.enter_context(
        httpx.stream("POST", url, json=body, headers=headers, timeout=60)
    )
    assert answer.status_code == 200


@pytest.mark.parametrize(
    ("caller", "body", "status", "says"),
    [
        (None, TOO_LARGE, 401, "API key"),
        ("banned", TOO_LARGE, 403, "sold keys"),
        ("unverified", TOO_LARGE, 403, "not verified"),
        ("at_the_rate", TOO_LARGE, 413, "1 MB"),
        ("at_the_rate", NOT_JSON, 429, "8 calls"),
        ("at_the_most_in_flight", NOT_JSON, 429, "running"),
        ("at_the_most_in_flight", [TOO_LARGE], 429, "running"),
        ("spent", [TOO_LARGE], 413, "1 MB"),
        ("spent", NOT_JSON, 400, "JSON"),
        ("spent", chat_body(messages="hi", **UNKNOWN), 400, "`messages`"),
        ("spent", chat_body(stream="yes", **UNKNOWN), 400, "`stream`"),
        ("spent", chat_body(**UNKNOWN), 400, "nobody/nothing"),
        ("spent", chat_body(), 402, "00:00 UTC"),
        ("reserved", chat_body(**UNKNOWN), 400, "nobody/nothing"),
        ("reserved", chat_body(), 429, "running"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_the_earliest_check_wins(
    callers: tuple[Product, Callers], caller: str | None, body: object, status: int, says: str
) -> None:
    product, keys = callers
    key = getattr(keys, caller) if caller else None
    if isinstance(body, dict):
        answer = product.post("/chat/completions", key, json=body)
    else:
        answer = send(product, key, body)  # type: ignore[arg-type]
    param = {"`messages`": "messages", "`stream`": "stream", "nobody/nothing": "model"}.get(says)
    assert says in assert_error(answer, status, param=param)


def test_nothing_that_was_refused_reached_the_provider_or_the_books(
    callers: tuple[Product, Callers], provider_process: Provider
) -> None:
    product, _keys = callers
    assert provider_process.count() == 5  # those left running
    assert product.rows() == []


def test_a_refused_attempt_counts_for_the_rate(callers: tuple[Product, Callers]) -> None:
    product, keys = callers
    first, second = (send(product, keys.spent, NOT_JSON).headers for _ in range(2))
    assert int(second["x-ratelimit-remaining"]) == int(first["x-ratelimit-remaining"]) - 1


def test_a_size_that_is_declared_costs_no_attempt(callers: tuple[Product, Callers]) -> None:
    product, keys = callers
    before = send(product, keys.reserved, NOT_JSON).headers
    assert "x-ratelimit-remaining" not in send(product, keys.reserved, TOO_LARGE).headers
    after = send(product, keys.reserved, NOT_JSON).headers
    assert int(after["x-ratelimit-remaining"]) == int(before["x-ratelimit-remaining"]) - 1


def test_headers_of_an_agent_come_before_the_declared_size_and_after_the_ban(
    callers: tuple[Product, Callers],
) -> None:
    product, keys = callers
    assert "sold keys" in assert_error(send(product, keys.banned, TOO_LARGE, **AGENT), 403)
    assert "not verified" in assert_error(send(product, keys.unverified, TOO_LARGE, **AGENT), 403)
    for key in (keys.at_the_rate, keys.spent):
        assert "Claude Code" in assert_error(send(product, key, TOO_LARGE, **AGENT), 403)


def test_tools_of_an_agent_come_after_the_shape_and_before_the_model(
    callers: tuple[Product, Callers],
) -> None:
    product, keys = callers
    odd = chat_body(messages="hi", tools=TOOLS, **UNKNOWN)
    answer = product.post("/chat/completions", keys.reserved, json=odd)
    assert "`messages`" in assert_error(answer, 400, param="messages")
    unknown = chat_body(tools=TOOLS, **UNKNOWN)
    answer = product.post("/chat/completions", keys.reserved, json=unknown)
    assert "Claude Code" in assert_error(answer, 403)
