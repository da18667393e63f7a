"""A provider that is down, silent or broken in every way: the right row, and nothing piles up."""

from collections.abc import Iterator

import pytest

from tests.chaos import books, procfs
from tests.chaos.clients import Seen, all_at_once, body_of
from tests.conftest import Install
from tests.harness.processes import free_port
from tests.harness.product import Product
from tests.harness.provider import Provider

# What the provider does, to a stream or not; how our row ends; which code the client is told.
FAULTS = [
    ("status=400", None, "refused_by_provider", 400),
    ("status=401", None, "upstream_error", 502),
    ("status=402", None, "upstream_error", 502),
    ("status=403", None, "refused_by_provider", 403),
    ("status=404", None, "refused_by_provider", 404),
    ("status=429 retry_after=7", None, "refused_by_provider", 429),
    ("status=500", None, "upstream_error", 500),
    ("status=502 html", None, "upstream_error", 502),
    ("status=503", None, "upstream_error", 503),
    ("status=529", None, "upstream_error", 529),
    ("only_error=503", None, "upstream_error", 503),
    ("only_error=429", None, "refused_by_provider", 429),
    ("error=502 after=3", True, "upstream_error", 502),
    ("error=502", False, "upstream_error", None),
    ("cut=before_headers", None, "upstream_error", 502),
    ("cut=before_headers reset", None, "upstream_error", 502),
    ("cut=after_headers", None, "upstream_error", 502),
    ("cut=chunks after=3", None, "upstream_error", 502),
    ("cut=line after=3", None, "upstream_error", 502),
    ("cut=line after=3 reset", True, "upstream_error", 502),
    ("cut=body", None, "upstream_error", 502),
    ("hang=before_headers", None, "upstream_error", 504),
    ("hang=after_headers", None, "upstream_error", 504),
    ("hang=chunks after=3", None, "upstream_error", 504),
    ("hang=line after=3", None, "upstream_error", 504),
    ("body=half", None, "upstream_error", 502),
    ("body=empty", None, "upstream_error", 502),
    ("body=invalid", None, "upstream_error", 502),
    ("no_done", True, "completed", None),
    ("usage=none", None, "completed", None),
    ("usage=null", None, "completed", None),
    ("usage=no_cost", None, "completed", None),
    ("usage=nulls", None, "completed", None),
    ("usage=strings", None, "completed", None),
    ("no_generation_id", None, "completed", None),
]
CASES = [
    pytest.param(words, stream, outcome, code, id=f"{words}-{'stream' if stream else 'plain'}")
    for words, only, outcome, code in FAULTS
    for stream in ([True, False] if only is None else [only])
]

IMPATIENT = {
    "HCAI_UPSTREAM_TIMEOUT_SECONDS": "1.5",
    "HCAI_HEARTBEAT_SECONDS": "1",
    "HCAI_CHAT_RATE_LIMIT": "100000/minute",
    "HCAI_DAILY_BUDGET_USD": "1000",
}


@pytest.fixture(scope="module")
def impatient(
    provider_process: Provider, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Product]:
    made = Product(
        tmp_path_factory.mktemp("impatient"),
        OPENROUTER_API_KEY="sk-or-v1-test",
        OPENROUTER_BASE_URL=provider_process.base_url,
        **IMPATIENT,
    )
    made.start()
    yield made
    made.stop()


@pytest.fixture(scope="module")
def key(impatient: Product) -> str:
    return books.make_key(impatient, "UFAULTS")


@pytest.mark.parametrize(("words", "stream", "outcome", "code"), CASES)
def test_each_fault_of_the_provider_ends_in_the_right_row(
    impatient: Product,
    provider: Provider,
    key: str,
    words: str,
    stream: bool,
    outcome: str,
    code: int | None,
) -> None:
    body = body_of(f"/simulate delay=0 {words}", stream=stream)
    (seen,) = all_at_once(impatient, key, [body], limit=10)
    assert seen.whole, "the client's answer breaks off"
    if code is not None:
        assert _code_told(seen) == code
    row = next(row for row in books.ledger(impatient) if row["id"] == seen.request_id)
    assert row["outcome"] == outcome
    assert row["status"] == seen.status
    if "before_headers" in words:  # the provider has said nothing, neither of the cost
        assert (row["cost_nanousd"], row["cost_source"]) == (0, "estimate")
    if "status=" in words:
        assert (row["cost_nanousd"], row["cost_source"]) == (0, "provider")
    books.wait_until(lambda: provider.totals()["running"] == 0, 5, "nothing is left running")


def _code_told(seen: Seen) -> int:
    if seen.status == 200 and seen.headers["content-type"].startswith("text/event-stream"):
        return seen.last_event["error"]["code"]
    code = seen.error["code"]
    assert seen.status in (200, code)
    return code


def test_all_rows_of_faults_are_settled_and_nothing_piles_up(
    install: Install, provider: Provider
) -> None:
    product = install(**IMPATIENT).start()
    key = books.make_key(product)
    bodies = [
        body_of(f"/simulate delay=0 {case.values[0]}", stream=bool(case.values[1]))
        for case in CASES
    ]
    assert product.process is not None
    all_at_once(product, key, bodies[:60], limit=20)
    pid = product.process.pid
    books.wait_until_settled(product, 60)
    before = procfs.open_sockets(pid)
    for _ in range(3):
        seen = all_at_once(product, key, bodies[:60], limit=20)
        assert all(call.whole for call in seen)
    books.wait_until(lambda: provider.totals()["running"] == 0, 5, "nothing is left running")
    books.wait_until(lambda: procfs.open_sockets(pid) <= before + 5, 25, "sockets are closed")
    rows = books.wait_until_settled(product, 60)
    _check_costs(rows, provider)
    books.check_roll_ups(product)
    product.stop()
    assert not list(product.folder.glob(".hcai-journal/*/*.jsonl")), "a call was not released"


def _check_costs(rows: list[books.Row], provider: Provider) -> None:
    """Wherever the provider names a generation, the row has its cost."""
    seen = {call["id"]: call for call in provider.summary()}
    for row in rows:
        call = seen.get(row["generation_id"] or "")
        if call is None or row["cost_source"] == "estimate":
            continue
        if row["cost_source"] == "lookup":
            books.check_figures(row, call)
        elif row["outcome"] == "completed":
            assert row["cost_nanousd"] == round(call["cost"] * 10**9), (row, call)


def test_a_provider_that_is_down_is_told_and_costs_nothing(install: Install) -> None:
    nowhere = f"http://127.0.0.1:{free_port()}/api/v1"
    product = install(OPENROUTER_BASE_URL=nowhere, **IMPATIENT).start()
    key = books.make_key(product)
    bodies = [body_of("hi", stream=stream) for stream in (True, False)] * 10
    seen = all_at_once(product, key, bodies, limit=15)
    assert {call.status for call in seen} == {502}
    rows = books.wait_until_settled(product)
    assert [row["outcome"] for row in rows] == ["upstream_error"] * 20
    assert sum(row["cost_nanousd"] for row in rows) == 0
    assert {row["cost_source"] for row in rows} == {"estimate"}
    books.check_roll_ups(product)
