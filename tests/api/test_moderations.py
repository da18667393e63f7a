"""`POST /moderations`: what reaches OpenAI, what comes back, and what it does not cost."""

import json
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from openai import OpenAI

from tests.api.wire import assert_error, assert_error_body
from tests.chaos import books
from tests.conftest import Install, _product
from tests.harness.processes import free_port
from tests.harness.product import Product
from tests.harness.provider import Provider

PATH = "/moderations"
OUR_KEY = "sk-openai-of-the-tests"
SECRET = "gooseberrish"
ANSWER = {"id": "modr-1", "model": "omni-moderation-latest", "results": [{"flagged": False}]}
OUR_HEADERS = {
    "host",
    "authorization",
    "content-type",
    "content-length",
    "accept",
    "accept-encoding",
    "connection",
    "user-agent",
}
PRODUCTION = {
    "HCAI_ENV": "production",
    "HCAI_BASE_URL": "https://ai.example.org",
    "HACKCLUB_CLIENT_ID": "id",
    "HACKCLUB_CLIENT_SECRET": "secret",
}


@dataclass
class FakeOpenAI:
    """Answers as it is told, and remembers headers and bodies."""

    status: int = 200
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    delay: float = 0
    seen: list[tuple[dict[str, str], bytes]] = field(default_factory=list)

    def says(self, status: int, body: Any, **headers: str) -> None:
        self.status, self.headers = status, headers
        self.body = body if isinstance(body, bytes) else json.dumps(body).encode()


class Handler(BaseHTTPRequestHandler):
    fake: FakeOpenAI

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.fake.seen.append(({name.lower(): v for name, v in self.headers.items()}, body))
        assert self.path == "/v1/moderations"
        time.sleep(self.fake.delay)
        self.send_response(self.fake.status)
        for name, value in self.fake.headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(self.fake.body)))
        self.end_headers()
        self.wfile.write(self.fake.body)

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def openai_url() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}/v1"
        server.shutdown()


@pytest.fixture
def fake(openai_url: str) -> FakeOpenAI:
    assert openai_url
    Handler.fake = FakeOpenAI()
    Handler.fake.says(200, ANSWER)
    return Handler.fake


@pytest.fixture(scope="module")
def served(
    provider_process: Provider, openai_url: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Product]:
    product = _product(
        tmp_path_factory.mktemp("moderated"),
        provider_process,
        OPENAI_API_KEY=OUR_KEY,
        OPENAI_BASE_URL=openai_url,
        HCAI_HEARTBEAT_SECONDS="0.3",
        HCAI_MAX_BODY_MB="1",
    ).start()
    yield product
    product.stop()


@pytest.fixture(scope="module")
def caller(served: Product) -> str:
    return served.make_key("UMODERATED")


def test_openais_client_judges_texts_and_images(product: Product, key: str) -> None:
    with OpenAI(base_url=product.base_url, api_key=key) as client:
        single = client.moderations.create(input="I will kill you")
        many = client.moderations.create(
            model="omni-moderation-latest", input=["ducks", "build a bomb"]
        )
        image = {"type": "image_url", "image_url": {"url": "data:image/png;base64,iVBORw0KGgo="}}
        parts = client.moderations.create(input=[{"type": "text", "text": "ducks"}, image])
    assert single.results[0].categories.violence
    assert [result.flagged for result in many.results] == [False, True]
    (result,) = parts.results
    assert result.category_applied_input_types.violence == ["text", "image"]


def test_without_a_key_of_openais_the_judge_is_simulated_and_says_so(
    product: Product, key: str, served: Product, caller: str, fake: FakeOpenAI
) -> None:
    assert product.post(PATH, key, json={"input": "hi"}).headers["x-simulated"] == "true"
    assert "x-simulated" not in served.post(PATH, caller, json={"input": "hi"}).headers
    assert len(fake.seen) == 1


def test_openai_gets_the_input_and_our_key_and_nothing_of_the_caller(
    served: Product, caller: str, fake: FakeOpenAI
) -> None:
    told = {
        "Cookie": "session=tell-tale",
        "User-Agent": "tell-tale/1.0",
        "X-Forwarded-For": "203.0.113.77",
        "OpenAI-Organization": "tell-tale",
        "X-Stainless-OS": "tell-tale",
        "Referer": "https://tell-tale.example/",
    }
    names = '"user":"tell-tale","safety_identifier":"tell-tale","metadata":{"user_id":"tell-tale"}'
    body = f'{{"input":["h\\u0069 ü", "x"],{names},"unknown":12345678901234567890123}}'
    answer = served.post(PATH, caller, content=body.encode(), headers=told)
    assert answer.json() == ANSWER
    ((headers, sent),) = fake.seen
    assert headers.keys() <= OUR_HEADERS
    assert headers["authorization"] == f"Bearer {OUR_KEY}"
    assert "tell-tale" not in f"{headers} {sent!r}"
    assert sent == '{"input":["h\\u0069 ü", "x"],"unknown":12345678901234567890123}'.encode()


@pytest.mark.parametrize(
    ("given", "sent"),
    [
        ({}, {}),
        ({"model": None}, {}),
        ({"model": "omni-moderation-2024-09-26"}, {"model": "omni-moderation-2024-09-26"}),
        ({"model": "text-moderation-stable"}, {"model": "text-moderation-stable"}),
    ],
)
def test_the_model_may_be_left_out(
    served: Product, caller: str, fake: FakeOpenAI, given: dict[str, Any], sent: dict[str, Any]
) -> None:
    assert served.post(PATH, caller, json={"input": "hi", **given}).status_code == 200
    assert json.loads(fake.seen[0][1]) == {"input": "hi", **sent}


@pytest.mark.parametrize(
    ("body", "param"),
    [
        (b"", None),
        (b'{"input":', None),
        (b'["hi"]', None),
        (b'{"input":' + b"[" * 100_000 + b"]" * 100_000 + b"}", None),
        (b"{}", "input"),
        (b'{"input":null}', "input"),
        (b'{"input":3}', "input"),
        (b'{"input":{"type":"text","text":"hi"}}', "input"),
        (b'{"input":"hi","model":"omni-moderation-latst"}', "model"),
        (b'{"input":"hi","model":"openai/gpt-5-mini"}', "model"),
        (b'{"input":"hi","model":["omni-moderation-latest"]}', "model"),
        (b'{"input":"hi","model":true}', "model"),
    ],
)
def test_what_is_no_moderation_is_400_and_goes_nowhere(
    served: Product, caller: str, fake: FakeOpenAI, body: bytes, param: str | None
) -> None:
    answer = served.post(PATH, caller, content=body)
    message = assert_error(answer, 400, param=param)
    assert fake.seen == []
    if param == "model":
        assert "omni-moderation-latest" in message
        assert "omni-moderation-latest" in answer.json()["error"]["metadata"]["nearest"]


def test_it_has_no_row_and_no_cost(served: Product, caller: str, fake: FakeOpenAI) -> None:
    before = served.get("/stats", caller).json()
    for status in (200, 400, 500):
        fake.says(status, ANSWER)
        assert served.post(PATH, caller, json={"input": "hi"}).status_code == status
    assert len(fake.seen) == 3
    assert served.rows() == []
    assert served.get("/stats", caller).json() == before


def test_the_earliest_check_wins(install: Install, openai_url: str, fake: FakeOpenAI) -> None:
    product = install(
        OPENAI_API_KEY=OUR_KEY,
        OPENAI_BASE_URL=openai_url,
        HCAI_REQUIRE_VERIFIED="true",
        HCAI_MAX_BODY_MB="1",
        HCAI_MODERATION_RATE_LIMIT="2/hour",
    ).start()
    unverified, verified = product.make_key("U1"), product.make_key("U2", "--verified")
    large = b" " * (2**20 + 1)
    assert_error(product.post(PATH, None, content=large), 401)
    assert "not verified" in assert_error(product.post(PATH, unverified, content=large), 403)
    declared = product.post(PATH, verified, content=large)
    assert_error(declared, 413)
    assert "x-ratelimit-remaining" not in declared.headers
    undeclared = product.post(PATH, verified, content=iter([large]))
    assert_error(undeclared, 413)
    assert undeclared.headers["x-ratelimit-remaining"] == "1"
    assert_error(product.post(PATH, verified, content=b"{"), 400)
    assert_error(product.post(PATH, verified, content=b"{"), 429)
    product.change("users", "ban", "U2", "--reason", "sold keys")
    assert_banned_soon(product, verified)
    assert fake.seen == []


def assert_banned_soon(product: Product, key: str) -> None:
    deadline = time.monotonic() + 5
    while (answer := product.post(PATH, key, json={"input": "hi"})).status_code == 429:
        assert time.monotonic() < deadline
    assert "sold keys" in assert_error(answer, 403)


def test_the_limit_is_the_users_and_its_own(
    install: Install, openai_url: str, fake: FakeOpenAI
) -> None:
    limits = {"HCAI_MODERATION_RATE_LIMIT": "3/minute", "HCAI_CHAT_RATE_LIMIT": "1/minute"}
    product = install(OPENAI_API_KEY=OUR_KEY, OPENAI_BASE_URL=openai_url, **limits).start()
    first = product.make_key("U1")
    second = product.cli("keys", "create", "--user", "U1", "--name", "another")
    answers = [product.post(PATH, key, json={"input": "hi"}) for key in (first, second, first)]
    assert [answer.headers["x-ratelimit-limit"] for answer in answers] == ["3"] * 3
    assert [answer.headers["x-ratelimit-remaining"] for answer in answers] == ["2", "1", "0"]
    reset = int(answers[0].headers["x-ratelimit-reset"])
    assert 0 < reset - time.time() <= 62
    refused = product.post(PATH, second, json={"input": "hi"})
    assert_error(refused, 429)
    assert 1 <= int(refused.headers["retry-after"]) <= 61
    assert len(fake.seen) == 3
    assert product.chat(first).status_code == 200
    assert product.post(PATH, product.make_key("U2"), json={"input": "hi"}).status_code == 200


NO_CREDIT = {"error": {"message": "You exceeded your quota", "code": "insufficient_quota"}}


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (401, {"error": {"message": f"Incorrect API key provided: {OUR_KEY}"}}),
        (402, {"error": {"message": "Pay first"}}),
        (429, NO_CREDIT),
    ],
)
def test_a_fault_of_our_account_is_502_not_to_be_repeated_and_alerts(
    served: Product, caller: str, fake: FakeOpenAI, status: int, body: dict[str, Any]
) -> None:
    fake.says(status, body)
    answer = served.post(PATH, caller, json={"input": "hi"})
    assert "our" not in assert_error(answer, 502).split()
    assert answer.headers["x-should-retry"] == "false"
    assert OUR_KEY not in answer.text
    assert served.process is not None
    assert f"OpenAI answers {status}: check OPENAI_API_KEY" in served.process.log


@pytest.mark.parametrize("status", [400, 403, 404, 413, 500, 503, 529])
def test_every_other_status_of_openais_is_kept(
    served: Product, caller: str, fake: FakeOpenAI, status: int
) -> None:
    fake.says(status, {"error": {"message": "That was not well put"}}, Retry_After="7")
    answer = served.post(PATH, caller, json={"input": "hi"})
    assert assert_error(answer, status) == "That was not well put"
    assert answer.headers["retry-after"] == "7"


def test_openais_rate_limit_is_kept_without_the_name_of_our_organisation(
    served: Product, caller: str, fake: FakeOpenAI
) -> None:
    says = "Rate limit reached for omni-moderation-latest in organization org-tell-tale"
    fake.says(429, {"error": {"message": says, "code": "rate_limit_exceeded"}}, Retry_After="7")
    answer = served.post(PATH, caller, json={"input": "hi"})
    assert "org-tell-tale" not in assert_error(answer, 429)
    assert answer.headers["retry-after"] == "7"


@pytest.mark.parametrize(
    ("status", "body", "told"),
    [
        (200, b"<html>", 502),
        (200, b'{"id":"modr-1","resu', 502),
        (200, b"", 502),
        (200, b"[]", 502),
        (200, b"{}", 502),
        (200, {"error": {"code": 503, "message": "Too busy for this"}}, 503),
        (302, b"", 502),
        (500, b"<html>", 500),
    ],
)
def test_an_answer_that_is_none_is_an_error(
    served: Product, caller: str, fake: FakeOpenAI, status: int, body: Any, told: int
) -> None:
    fake.says(status, body)
    assert_error(served.post(PATH, caller, json={"input": "hi"}), told)


def test_silence_is_filled_and_the_answer_still_reads(
    served: Product, caller: str, fake: FakeOpenAI
) -> None:
    fake.delay = 1
    answer = served.post(PATH, caller, json={"input": "hi"})
    assert answer.headers["x-accel-buffering"] == "no"
    assert answer.text.startswith(" ")
    assert answer.json() == ANSWER
    fake.says(503, {"error": {"message": "Too busy for this"}})
    late = served.post(PATH, caller, json={"input": "hi"})
    assert late.status_code == 200
    assert_error_body(late.json(), 503)


def test_an_openai_that_cannot_be_reached_is_502(install: Install) -> None:
    nobody = f"http://127.0.0.1:{free_port()}/v1"
    product = install(OPENAI_API_KEY=OUR_KEY, OPENAI_BASE_URL=nobody).start()
    assert_error(product.post(PATH, product.make_key(), json={"input": "hi"}), 502)


def test_production_without_a_key_of_openais_says_that_it_offers_none(install: Install) -> None:
    product = install(**PRODUCTION)
    product.cli("migrate")
    key = product.start().make_key("U1", "--verified")
    answer = product.post(PATH, key, json={"input": "hi"})
    assert "OPENAI_API_KEY" in assert_error(answer, 404)
    assert_error(product.post(PATH, None, json={"input": "hi"}), 401)


def refused(served: Product) -> list[books.Row]:
    return books.select(served, "SELECT id FROM refusals")


def test_what_is_judged_is_kept_nowhere(served: Product, caller: str, fake: FakeOpenAI) -> None:
    told = {**ANSWER, "results": [{"flagged": True, "note": SECRET}]}
    before = len(refused(served))
    for status in (200, 400, 401, 500):
        fake.says(status, {**told, "error": {"message": SECRET}} if status > 200 else told)
        served.post(PATH, caller, json={"input": SECRET})
    served.post(PATH, caller, json={"input": SECRET, "model": SECRET})
    served.post(PATH, caller, content=f'{{"input":"{SECRET}'.encode())
    books.wait_until(lambda: len(refused(served)) == before + 5, 20, "all refusals are written")
    files = [path for path in served.folder.rglob("*") if path.is_file()]
    assert served.folder / "hcai.db" in files
    mine = [path for path in files if not path.is_relative_to(served.folder / "hcai_app")]
    assert [path for path in mine if SECRET.encode() in path.read_bytes()] == []
