"""Streams that fail on the way: an error in the form of each endpoint's own, and a row."""

import json
from typing import Any

import pytest

from tests.api.test_endpoints import CONTENT, STREAMS, ask
from tests.api.traces import rows
from tests.api.wire import events
from tests.harness.product import Product

Body = dict[str, Any]


def error_in(endpoint: str, event: Body) -> tuple[int, str]:
    """The code and the message of an error event, which has the form of its stream."""
    if endpoint == "/completions":
        assert event["object"] == "text_completion"
        assert event["choices"][0]["finish_reason"] == "error"
        return event["error"]["code"], event["error"]["message"]
    if event["type"] == "response.failed":
        return 502, event["response"]["error"]["message"]
    assert event["type"] == "error"
    if endpoint == "/responses":
        assert isinstance(event["sequence_number"], int)
        return int(event["code"]), event["message"]
    error = event["error"]
    if endpoint == "/messages":
        assert error["type"].endswith("_error")
    assert "metadata" not in error or error["metadata"]
    assert isinstance(error["code"], str if endpoint == "/images" else int)
    return int(error["code"]), error["message"]


@pytest.mark.parametrize("endpoint", STREAMS)
@pytest.mark.parametrize("place", ["chunks", "line"])
def test_a_stream_that_breaks_off_ends_with_an_error_in_its_form(
    product: Product, key: str, endpoint: str, place: str
) -> None:
    answer = ask(product, key, endpoint, f"cut={place} after=1 chunks=9", stream=True)
    assert answer.status_code == 200
    assert answer.text.count(CONTENT[endpoint]) == 1
    code, message = error_in(endpoint, events(answer.text)[-1])
    assert (code, message[:12]) == (502, "The provider")
    names = [line for line in answer.text.splitlines() if line.startswith("event:")]
    assert names[-1:] == ([] if endpoint == "/completions" else ["event: error"])
    assert answer.text.endswith("data: [DONE]\n\n") == (endpoint != "/messages")
    row = rows(product)[-1]
    assert (row["id"], row["status"]) == (answer.headers["x-request-id"], 200)
    assert row["outcome"] == "upstream_error"


@pytest.mark.parametrize("endpoint", STREAMS)
def test_an_error_of_the_providers_in_mid_stream_is_told_and_booked(
    product: Product, key: str, endpoint: str
) -> None:
    directive = "error=503 after=1 chunks=9 message='it was so'"
    answer = ask(product, key, endpoint, directive, stream=True)
    assert answer.status_code == 200
    assert answer.text.count(CONTENT[endpoint]) == 1
    assert "it was so" in json.dumps(events(answer.text)[-1])
    assert rows(product)[-1]["outcome"] == "upstream_error"


@pytest.mark.parametrize("endpoint", STREAMS)
@pytest.mark.parametrize("code", [401, 402])
def test_what_the_provider_says_of_our_account_in_mid_stream_stays_here(
    product: Product, key: str, endpoint: str, code: int
) -> None:
    directive = f"error={code} after=1 chunks=9 message=secret"
    answer = ask(product, key, endpoint, directive, stream=True)
    told = error_in(endpoint, events(answer.text)[-1])
    assert told[0] == 502
    assert "own account" in told[1]
    # What the client itself said is not the provider's secret.
    assert "secret" not in json.dumps(events(answer.text)[-1])
    assert product.process is not None
    assert f"the provider answers {code}" in product.process.log


@pytest.mark.parametrize("code", [401, 402])
def test_an_event_with_an_error_of_our_account_keeps_its_type(
    product: Product, key: str, code: int
) -> None:
    directive = f"error={code} after=1 chunks=9"
    answer = ask(product, key, "/responses", directive, stream=True)
    names = [line.removeprefix("event: ") for line in answer.text.splitlines() if "event: " in line]
    assert [event["type"] for event in events(answer.text)] == names


@pytest.mark.parametrize("endpoint", ["/chat/completions", "/completions"])
@pytest.mark.parametrize("code", [401, 402])
def test_what_the_provider_says_of_our_account_in_a_choice_stays_here(
    product: Product, key: str, endpoint: str, code: int
) -> None:
    body = {"model": "qwen/qwen3-32b", "prompt": f"/simulate error={code}"}
    answer = product.post(endpoint, key, json=body)
    assert answer.status_code == 200
    told = answer.json()
    (choice,) = told["choices"]
    assert choice["error"]["code"] == 502
    assert "own account" in choice["error"]["message"]
    assert (choice["finish_reason"], "usage" in told) == ("error", True)
    assert product.process is not None
    assert f"the provider answers {code}" in product.process.log
    assert rows(product)[-1]["outcome"] == "upstream_error"
