"""The other generating endpoints on the wire: forms of errors, rows, what the provider sees.

What holds for `/chat/completions` holds for them, each in its own form: Responses tell a failure as
an `error` event, Messages have Anthropic's envelope, images OpenAI's.
"""

import json
import re
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from typing import Any

import httpx
import pytest

from tests.api.test_upstream_view import OUR_HEADERS, RAW_MEMBERS, TOLD
from tests.api.traces import leaving, rows
from tests.api.wire import assert_error
from tests.chaos import books
from tests.harness.processes import TLS
from tests.harness.product import Product
from tests.harness.provider import Provider

CHAT_MODEL = "qwen/qwen3-32b"
IMAGE_MODEL = "google/gemini-2.5-flash-image"
EMBEDDING_MODEL = "qwen/qwen3-embedding-8b"
UNKNOWN_KEY = "sk-hc-v1-" + "0" * 64
Body = dict[str, Any]

BODIES: dict[str, Callable[[str], Body]] = {
    "/embeddings": lambda text: {"model": EMBEDDING_MODEL, "input": text},
    "/responses": lambda text: {"model": CHAT_MODEL, "input": text},
    "/messages": lambda text: {
        "model": CHAT_MODEL,
        "max_tokens": 500,
        "messages": [{"role": "user", "content": text}],
    },
    "/images/generations": lambda text: {"model": IMAGE_MODEL, "prompt": text},
    "/images": lambda text: {"model": IMAGE_MODEL, "prompt": text},
    "/completions": lambda text: {"model": CHAT_MODEL, "prompt": text, "max_tokens": 500},
}
ENDPOINTS = list(BODIES)
STREAMS = ENDPOINTS[1:]
WAYS = [(endpoint, False) for endpoint in ENDPOINTS] + [(endpoint, True) for endpoint in STREAMS]
# What the last event has that only a whole answer has.
ENDS = {
    "/responses": "response.completed",
    "/messages": "message_stop",
    "/images/generations": "[DONE]",
    "/images": "[DONE]",
    "/completions": "[DONE]",
}
# The events that bring a piece of the answer.
CONTENT = {
    "/responses": '"response.output_text.delta"',
    "/messages": '"content_block_delta"',
    "/images/generations": '"image_generation.partial_image"',
    "/images": '"image_generation.partial_image"',
    "/completions": '"finish_reason":null',
}


def body_of(endpoint: str, directive: str = "", **fields: Any) -> Body:
    return {**BODIES[endpoint](f"Hi\n/simulate {directive}"), **fields}


def ask(product: Product, key: str | None, endpoint: str, directive: str = "", **fields: Any):
    return product.post(endpoint, key, json=body_of(endpoint, directive, **fields))


def assert_refused(answer: httpx.Response, status: int, *, param: str | None = None) -> str:
    """The answer is this error in the form of its endpoint; returns its message."""
    if not answer.request.url.path.startswith("/proxy/v1/messages"):
        return assert_error(answer, status, param=param)
    told = answer.json()
    assert answer.status_code == status
    assert told.keys() == {"type", "error", "request_id"}
    assert (told["type"], told["request_id"]) == ("error", answer.headers["x-request-id"])
    assert (told["error"]["code"], told["error"]["param"]) == (status, param)
    assert ("www-authenticate" in answer.headers) == (status == 401)
    return told["error"]["message"]


@pytest.mark.parametrize(("endpoint", "stream"), WAYS)
def test_the_row_has_the_providers_figures(
    product: Product, provider: Provider, key: str, endpoint: str, stream: bool
) -> None:
    answer = ask(product, key, endpoint, stream=stream)
    assert answer.status_code == 200, answer.text
    (call,) = provider.summary()
    row = next(row for row in rows(product) if row["id"] == answer.headers["x-request-id"])
    assert (row["endpoint"], row["streamed"], row["outcome"]) == (endpoint, stream, "completed")
    assert (row["prompt_tokens"], row["completion_tokens"]) == (
        call["prompt_tokens"],
        call["completion_tokens"],
    )
    assert row["model"] == row["requested_model"] == BODIES[endpoint]("")["model"]
    assert row["generation_id"] == call["id"] == answer.headers["x-generation-id"]
    if (endpoint, stream) != ("/messages", True):  # whose cost no event tells
        books.check_figures(row, call)
        assert row["cost_source"] == "provider"


def test_the_cost_that_no_stream_tells_is_looked_up(
    product: Product, provider: Provider, key: str
) -> None:
    ids = {
        ask(product, key, endpoint, directive, stream=True).headers["x-request-id"]
        for endpoint, directive in (
            ("/messages", "chunks=7"),
            ("/messages", "byok"),
            ("/responses", "usage=no_cost"),
            ("/responses", "usage=none"),
            ("/images/generations", "usage=null"),
        )
    }
    calls = {call["id"]: call for call in provider.calls()}
    for row in settled(product, ids):
        call = calls[row["generation_id"]]
        assert (row["cost_source"], row["outcome"]) == ("lookup", "completed")
        call["cost"] += call["upstream_inference_cost"] or 0
        books.check_figures(row, call)


def settled(product: Product, ids: set[str]) -> list[dict[str, Any]]:
    """These rows, as soon as all of them have their cost."""

    def found() -> list[dict[str, Any]] | None:
        own = [row for row in rows(product) if row["id"] in ids]
        return own if len(own) == len(ids) and all(row["settled"] for row in own) else None

    return books.wait_until(found, 20, "the rows are settled")


@pytest.mark.parametrize("endpoint", STREAMS)
def test_the_event_that_ends_a_stream_waits_for_the_row(
    product: Product, provider: Provider, key: str, endpoint: str
) -> None:
    ask(product, key, endpoint)  # the key is known from now on
    heard: list[bytes] = []
    with locked(product), heard_in_thread(product, key, endpoint, heard) as listener:
        books.wait_until(lambda: provider.totals()["running"] == 0, 5, "the provider has ended")
        books.wait_until(lambda: CONTENT[endpoint].encode() in b"".join(heard), 5, "content")
        time.sleep(0.3)  # a moment in which the end would have come
        assert f'"{ENDS[endpoint]}"'.encode() not in data_lines(heard)
        assert b"[DONE]" not in data_lines(heard)
        held = len(rows(product))
    listener.join(20)
    assert ENDS[endpoint].encode() in data_lines(heard)
    assert len(rows(product)) == held + 1


def data_lines(heard: list[bytes]) -> bytes:
    lines = b"".join(heard).split(b"\n")
    return b"\n".join(line for line in lines if line.startswith(b"data:"))


@contextmanager
def locked(product: Product) -> Iterator[None]:
    """Within, nothing can be written to the ledger."""
    with closing(sqlite3.connect(product.folder / "hcai.db", isolation_level=None)) as holder:
        holder.execute("BEGIN IMMEDIATE")
        yield
        holder.execute("ROLLBACK")


@contextmanager
def heard_in_thread(
    product: Product, key: str, endpoint: str, heard: list[bytes]
) -> Iterator[threading.Thread]:
    def listen() -> None:
        with streamed(product, key, endpoint, "chunks=5") as answer:
            for piece in answer.iter_raw():
                heard.append(piece)

    listener = threading.Thread(target=listen, daemon=True)
    listener.start()
    yield listener


@contextmanager
def streamed(product: Product, key: str, endpoint: str, directive: str) -> Iterator[httpx.Response]:
    request = {
        "json": body_of(endpoint, directive, stream=True),
        "headers": {"Authorization": f"Bearer {key}"},
    }
    with (
        httpx.Client(verify=TLS, timeout=20) as client,
        client.stream("POST", product.base_url + endpoint, **request) as answer,
    ):
        yield answer


def test_a_client_that_leaves_stops_the_provider_and_pays_what_was_said(
    product: Product, provider: Provider, key: str
) -> None:
    left: set[str] = set()
    for endpoint in STREAMS:
        directive = "chunks=400 delay=0.02"
        directive = "between=30 after=1" if endpoint.startswith("/images") else directive
        with streamed(product, key, endpoint, directive) as answer:
            left.add(answer.headers["x-request-id"])
            for piece in answer.iter_raw():
                if CONTENT[endpoint].encode() in piece:
                    break
            time.sleep(0.2)  # past the moment from which a client is watched
    books.wait_until(lambda: provider.totals()["running"] == 0, 5, "the streams are cancelled")
    assert provider.totals()["cancelled"] == len(STREAMS)
    calls = {call["id"]: call for call in provider.summary()}
    for row in settled(product, left):
        assert (row["outcome"], row["cost_source"]) == ("client_closed", "lookup")
        books.check_figures(row, calls[row["generation_id"]])


@pytest.mark.parametrize("endpoint", ENDPOINTS)
def test_no_header_of_the_client_reaches_the_provider(
    product: Product, provider: Provider, key: str, endpoint: str
) -> None:
    told = {**TOLD, "anthropic-beta": "tell-tale", "anthropic-version": "tell-tale"}
    answer = product.post(endpoint, key, json=body_of(endpoint), headers=told)
    assert answer.status_code == 200, answer.text
    (call,) = provider.calls()
    assert {name.lower() for name in call["headers"]} <= OUR_HEADERS
    assert not re.search(rf"tell-tale|203\.0\.113|{key}", json.dumps(call))


@pytest.mark.parametrize("endpoint", ENDPOINTS)
def test_the_end_users_name_is_our_pseudonym(
    product: Product, provider: Provider, key: str, endpoint: str
) -> None:
    names = {
        "user": "ada@example.org",
        "safety_identifier": "ada@example.org",
        "metadata": {"user_id": "ada@example.org", "topic": "maths"},
    }
    assert ask(product, key, endpoint).status_code == 200
    assert ask(product, key, endpoint, **names).status_code == 200
    assert product.chat(key).status_code == 200
    plain, named, chat = (json.loads(call["body"]) for call in provider.calls())
    name = chat["user"]
    assert re.fullmatch(r"hc_[0-9a-f]{24}", name)
    assert plain["user"] == named["user"] == named["safety_identifier"] == name
    assert named["metadata"] == {"user_id": name, "topic": "maths"}
    # Where the dialect has a name of its own, it is told unasked.
    assert plain.get("safety_identifier") == (name if endpoint == "/responses" else None)
    assert plain.get("metadata") == ({"user_id": name} if endpoint == "/messages" else None)


@pytest.mark.parametrize("endpoint", ENDPOINTS)
def test_everything_else_reaches_the_provider_byte_for_byte(
    product: Product, provider: Provider, key: str, endpoint: str
) -> None:
    raw = [member for member in RAW_MEMBERS if not member.startswith('"max_price"')]
    shape = json.dumps(BODIES[endpoint]("h\N{LATIN SMALL LETTER U WITH DIAERESIS}"))
    body = "{" + ",".join(raw) + "," + shape[1:]
    headers = {"Content-Type": "application/json"}
    answer = product.post(endpoint, key, content=body.encode(), headers=headers)
    assert answer.status_code == 200, answer.text
    (call,) = provider.calls()
    for member in raw:
        name, _, value = member.partition(":")
        assert f"{name}:{value.strip()}" in call["body"]


def test_only_messages_takes_the_key_as_x_api_key(product: Product, key: str) -> None:
    for endpoint in ENDPOINTS:
        headers = {"x-api-key": key}
        answer = product.post(endpoint, None, json=body_of(endpoint), headers=headers)
        assert answer.status_code == (200 if endpoint == "/messages" else 401)
    wrong = {"x-api-key": UNKNOWN_KEY}
    assert_refused(product.post("/messages", None, json={}, headers=wrong), 401)
    twice = [("x-api-key", UNKNOWN_KEY), ("x-api-key", key)]
    answer = httpx.post(f"{product.base_url}/messages", json={}, headers=twice, verify=TLS)
    assert "not two" in assert_refused(answer, 401)
    # Two ways at once: the bearer token counts.
    answer = product.post("/messages", UNKNOWN_KEY, json={}, headers={"x-api-key": key})
    assert_refused(answer, 401)


WRONG: list[tuple[str, Body, str]] = [
    *((endpoint, {"model": None}, "model") for endpoint in ENDPOINTS),
    *((endpoint, {"model": "nobody/nothing"}, "model") for endpoint in ENDPOINTS),
    *((endpoint, {"stream": "yes"}, "stream") for endpoint in ENDPOINTS),
    ("/embeddings", {"model": CHAT_MODEL}, "model"),
    ("/responses", {"model": IMAGE_MODEL + "-2"}, "model"),
    ("/messages", {"model": EMBEDDING_MODEL}, "model"),
    ("/images/generations", {"model": CHAT_MODEL}, "model"),
    ("/embeddings", {"input": None}, "input"),
    ("/embeddings", {"input": {"text": "hi"}}, "input"),
    ("/embeddings", {"stream": True}, "stream"),
    ("/responses", {"input": None}, "input"),
    ("/responses", {"input": 7}, "input"),
    ("/messages", {"messages": None}, "messages"),
    ("/messages", {"messages": "hi"}, "messages"),
    ("/images", {"model": CHAT_MODEL}, "model"),
    ("/images", {"prompt": None}, "prompt"),
    ("/images", {"prompt": 7}, "prompt"),
    ("/completions", {"model": EMBEDDING_MODEL}, "model"),
    ("/completions", {"models": [CHAT_MODEL, "nobody/nothing"]}, "models"),
    ("/completions", {"prompt": None}, "prompt"),
    ("/completions", {"prompt": None, "messages": []}, "prompt"),
    ("/completions", {"prompt": []}, "prompt"),
    ("/completions", {"prompt": [None, "hi"]}, "prompt"),
    ("/completions", {"prompt": ["hi"] * 129}, "prompt"),
    ("/completions", {"prompt": {"id": "pmpt_1"}}, "prompt"),
    ("/images/generations", {"prompt": None}, "prompt"),
    ("/images/generations", {"prompt": ["a duck"]}, "prompt"),
    ("/images/generations", {"prompt": ""}, "prompt"),
    ("/images/generations", {"response_format": "url"}, "response_format"),
]


@pytest.mark.parametrize(("endpoint", "fields", "param"), WRONG)
def test_a_wrong_member_is_400_and_named(
    product: Product, provider: Provider, key: str, endpoint: str, fields: Body, param: str
) -> None:
    body = {name: value for name, value in body_of(endpoint, **fields).items() if value is not None}
    with leaving(product, provider, traces=0):
        assert param in assert_refused(product.post(endpoint, key, json=body), 400, param=param)


@pytest.mark.parametrize("endpoint", ENDPOINTS)
def test_every_other_refusal_has_the_form_of_its_endpoint(
    product: Product, provider: Provider, key: str, endpoint: str
) -> None:
    with leaving(product, provider, traces=0):
        assert_refused(ask(product, UNKNOWN_KEY, endpoint), 401)
        assert_refused(ask(product, None, endpoint), 401)
        assert_refused(product.post(endpoint, key, content=b"[1]"), 400)
        assert_refused(product.post(endpoint, key, content=b"{"), 400)
        assert_refused(product.get(endpoint, key), 405)
        assert_refused(product.post(f"{endpoint}/nothing", key, json={}), 404)


@pytest.mark.parametrize(("endpoint", "stream"), WAYS)
def test_a_200_with_only_an_error_gets_the_status_of_the_error(
    product: Product, provider: Provider, key: str, endpoint: str, stream: bool
) -> None:
    for status in (429, 503):
        directive = f"only_error={status} message='it was so'"
        answer = ask(product, key, endpoint, directive, stream=stream)
        expected = status
        if (endpoint, stream) == ("/responses", True) and status == 503:
            expected = 502  # the event has but the word `server_error`
        assert "it was so" in assert_refused(answer, expected)
        assert ("retry-after" in answer.headers) == (status == 429)
        row = rows(product)[-1]
        assert row["outcome"] == ("refused_by_provider" if status == 429 else "upstream_error")
