"""`GET /metrics`: who may see the numbers, and that they are those of what happened."""

import os
import signal
import time
from collections.abc import Callable

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from tests.api.wire import assert_error, chat_body
from tests.chaos import procfs
from tests.conftest import Install
from tests.harness.databases import OWN_REDIS
from tests.harness.processes import TLS
from tests.harness.product import Product
from tests.harness.provider import Provider

MODEL = "qwen/qwen3-32b"
CHAT = "/chat/completions"
Numbers = dict[tuple[str, tuple[str, ...]], float]
DRIFT = ("hcai_budget_drift_usd", ())


def ask(product: Product, **headers: str) -> httpx.Response:
    return httpx.get(f"{product.origin}/metrics", headers=headers, timeout=10, verify=TLS)


def numbers(product: Product) -> Numbers:
    """Every sample by its name and the values of its labels, in the order of their names."""
    answer = ask(product)
    assert answer.status_code == 200, answer.text
    return {
        (sample.name, tuple(sample.labels[name] for name in sorted(sample.labels))): sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
    }


def wait_for(product: Product, are_right: Callable[[Numbers], bool]) -> Numbers:
    deadline = time.monotonic() + 20
    while not are_right(found := numbers(product)):
        assert time.monotonic() < deadline, found
        time.sleep(0.1)
    return found


def test_this_machine_may_see_them_but_nobody_through_a_proxy(product: Product) -> None:
    answer = ask(product)
    assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
    assert answer.headers["cache-control"] == "no-store"


FORWARDING = (
    *("X-Forwarded-For", "X-Forwarded-Port", "X-Forwarded", "Forwarded", "Forwarded-For", "Via"),
    *("X-Forwarded-Host", "X-Forwarded-Proto", "X-Forwarded-Server", "X-Original-Forwarded-For"),
    *(
        "X-Real-IP",
        "X-Client-IP",
        "Client-IP",
        "X-Cluster-Client-IP",
        "True-Client-IP",
        "X-ProxyUser-Ip",
    ),
    *("CF-Connecting-IP", "CF-Ray", "CDN-Loop", "Fly-Client-IP", "Fly-Region", "Fastly-Client-IP"),
    *("X-Envoy-External-Address", "X-Azure-ClientIP", "X-Azure-SocketIP", "X-AppEngine-User-IP"),
    *("X-AppEngine-Country", "X-Original-Host", "X-Amzn-Trace-Id", "X-Remote-Addr", "Remote-Addr"),
    *("CloudFront-Viewer-Address", "WL-Proxy-Client-IP", "X-Arr-Ssl", "Akamai-Origin-Hop"),
    *("X-Vercel-IP-Country", "X-Scheme", "Front-End-Https"),
)


@pytest.mark.attack
@pytest.mark.parametrize("name", FORWARDING)
def test_nobody_may_see_them_through_a_proxy(product: Product, name: str) -> None:
    assert "HCAI_METRICS_TOKEN" in assert_error(ask(product, **{name: "127.0.0.1"}), 403)


@pytest.mark.attack
@pytest.mark.parametrize(
    "host",
    ["evil.example", "localhost.evil.example", "127.0.0.1.evil.example:80", "10.0.0.1", "[", ""],
)
def test_a_name_that_leads_here_shows_them_to_nobody(product: Product, host: str) -> None:
    assert_error(ask(product, Host=host), 403)


@pytest.mark.parametrize("host", ["localhost", "localhost:3000", "127.0.0.1:1", "[::1]:3000"])
def test_names_of_this_machine_show_them(product: Product, host: str) -> None:
    scraper = {"Accept": "text/plain", "X-Prometheus-Scrape-Timeout-Seconds": "10"}
    assert ask(product, Host=host, **scraper).status_code == 200


def test_with_a_token_only_who_has_it_may(install: Install) -> None:
    product = install(HCAI_METRICS_TOKEN="a-token-of-the-tests").start()
    token = b"a-token-of-the-tests"
    for wrong in (b"", b"Bearer", b"Bearer a-token", b"Basic " + token, b"Bearer \xff\xfe"):
        headers = {"Authorization": wrong} if wrong else {}
        answer = httpx.get(f"{product.origin}/metrics", headers=headers, verify=TLS)
        assert_error(answer, 403)
        assert "hcai_" not in answer.text
    headers = {"Authorization": b"Bearer " + token, "X-Forwarded-For": "203.0.113.77"}
    right = httpx.get(f"{product.origin}/metrics", headers=headers, verify=TLS)
    assert "hcai_running_calls 0.0" in right.text


def test_they_count_what_happened(install: Install, provider: Provider) -> None:
    product = install().start()
    key = product.make_key("UCOUNTED")
    for stream in (False, True, True):
        assert product.chat(key, stream=stream).status_code == 200
    provider.script(status=503, times=1)
    assert product.chat(key).status_code == 503
    provider.script(status=400, times=1)
    assert product.chat(key).status_code == 400
    assert product.post(CHAT, key, content=b"{").status_code == 400
    assert product.post(CHAT, None, json=chat_body()).status_code == 401
    assert product.get("/nothing/at/all").status_code == 404
    assert product.post("/moderations", key, json={"input": "hi"}).status_code == 200
    found, rows = numbers(product), product.rows()
    calls = {
        labels[2]: count for (name, labels), count in found.items() if name == "hcai_calls_total"
    }
    assert calls == {"completed": 3, "upstream_error": 1, "refused_by_provider": 1}
    assert found["hcai_provider_errors_total", ("upstream_error", "503")] == 1
    assert found["hcai_provider_errors_total", ("refused_by_provider", "400")] == 1
    assert found["hcai_refusals_total", (CHAT, "400")] == 1
    assert found["hcai_refusals_total", (CHAT, "401")] == 1
    assert found["hcai_refusals_total", ("other", "404")] == 1
    assert found["hcai_moderations_total", ("completed",)] == 1
    assert found["hcai_call_first_byte_seconds_count", (CHAT, "true")] == 2
    assert found["hcai_call_duration_seconds_count", (CHAT, "false")] == 3
    cost = sum(float(row["cost_usd"]) for row in rows)
    assert found["hcai_cost_usd_total", (MODEL,)] == pytest.approx(cost)
    for kind in ("prompt", "completion", "reasoning", "cached"):
        used = sum(row[f"{kind}_tokens"] for row in rows)
        assert found["hcai_tokens_total", (kind, MODEL)] == used
    assert "UCOUNTED" not in ask(product).text
    assert rows[0]["user_id"] not in ask(product).text


def test_they_tell_what_runs_and_what_waits_to_be_settled(
    install: Install, provider: Provider
) -> None:
    product = install().start()
    key = product.make_key()
    provider.script(hang="chunks", after=1, generation_delay=3)
    headers = {"Authorization": f"Bearer {key}"}
    body = chat_body(stream=True)
    url = product.base_url + CHAT
    with httpx.stream("POST", url, json=body, headers=headers, timeout=30, verify=TLS) as answer:
        next(answer.iter_raw())
        wait_for(product, lambda found: found["hcai_running_calls", ()] == 1)
    wait_for(product, lambda found: found["hcai_running_calls", ()] == 0)
    wait_for(product, lambda found: found["hcai_unsettled_rows", ()] == 1)
    found = wait_for(product, lambda found: found["hcai_unsettled_rows", ()] == 0)
    assert found["hcai_settled_calls_total", ("lookup",)] == 1
    assert found["hcai_cost_usd_total", (MODEL,)] > 0


def test_they_tell_how_the_worker_is(product: Product, provider: Provider) -> None:
    found = wait_for(
        product,
        lambda found: (
            found["hcai_up", ("provider",)] == 1
            and found["hcai_event_loop_lag_seconds_count", ()] > 0
        ),
    )
    assert found["hcai_up", ("database",)] == 1
    assert found["hcai_ledger_backlog_rows", ()] == 0
    assert found["hcai_journal_files", ()] == 1
    assert found["hcai_journal_rejected_bytes", ()] == 0
    assert found["hcai_journal_disk_free_bytes", ()] > 0
    assert found.get(DRIFT, 0) == 0  # it may have been sampled by now
    assert 0 <= found["hcai_catalogue_age_seconds", ()] < 400
    assert found["process_resident_memory_bytes", ()] > 2**20
    provider.script(path="/key", status=503)
    wait_for(product, lambda found: found["hcai_up", ("provider",)] == 0)


def test_several_workers_show_their_numbers_together(install: Install, provider: Provider) -> None:
    product = install(REDIS_URL=OWN_REDIS).start(3)
    assert DRIFT not in numbers(product)  # nothing was sampled yet
    key = product.make_key("UTOGETHER")
    for _ in range(12):
        assert product.chat(key).status_code == 200

    def calls_of(found: Numbers) -> float:
        return sum(count for (name, _), count in found.items() if name == "hcai_calls_total")

    wait_for(product, lambda found: calls_of(found) == 12)
    assert [calls_of(numbers(product)) for _ in range(8)] == [12] * 8
    found = numbers(product)
    assert found["hcai_workers", ()] == 3
    assert found["hcai_worker_restarts_total", ()] == 0
    workers = [labels for name, labels in found if name == "process_resident_memory_bytes"]
    assert workers == [("1",), ("2",), ("3",)]

    assert product.process
    os.kill(procfs.workers(product.process.pid)[0], signal.SIGKILL)
    seen: list[float] = []
    wait_for(
        product,
        lambda found: seen.append(calls_of(found)) or found["hcai_worker_restarts_total", ()] == 1,
    )
    wait_for(product, lambda found: found["hcai_workers", ()] == 3)
    assert {*seen, calls_of(numbers(product))} == {12}
    assert "ended with signal SIGKILL" in product.process.log
