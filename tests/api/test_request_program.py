"""`POST /api/program`: a request of the playground as a program, for our own page."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.api.wire import assert_error
from tests.harness.product import Product
from tests.harness.visitor import sign_in

SEES = {"inputs": ["text"], "outputs": ["text"], "takes": ["image/png"], "parameters": ["tools"]}
MODEL: dict[str, Any] = {"id": "a/b", "name": "B", **SEES}


def asked(text: str = "it's tamarind", *files: dict[str, str], **settings: Any) -> dict[str, Any]:
    question = {"role": "user", "text": text, "files": files}
    told = {"model": MODEL, "settings": {"stream": False, **settings}, "messages": [question]}
    return {
        "mode": "chat",
        "language": "curl",
        "chat": {**told, "draft": {"text": "", "files": []}},
    }


ASKED = asked()


@pytest.fixture
def visitor(product: Product) -> Iterator[httpx.Client]:
    with sign_in(product) as client:
        yield client


def test_the_program_asks_where_the_page_was_opened(
    product: Product, visitor: httpx.Client
) -> None:
    answer = visitor.post("/api/program", json=ASKED)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"
    assert answer.headers["cache-control"] == "no-store"
    assert answer.text.startswith(f"curl {product.origin}/proxy/v1/chat/completions")
    assert "it'\\''s tamarind" in answer.text


def test_a_file_is_read_from_beside_the_program(visitor: httpx.Client) -> None:
    photo = {"id": "f", "name": "my photo.png", "type": "image/png"}
    answer = visitor.post("/api/program", json={**asked("", photo), "language": "python"})
    assert 'data_url("my photo.png", "image/png")' in answer.text


@pytest.mark.attack
@pytest.mark.parametrize("inner", ["[" * 65 + "1" + "]" * 65, "[" + "1," * 20_000 + "1]"])
def test_what_would_fill_the_memory_with_spaces_is_400(visitor: httpx.Client, inner: str) -> None:
    assert_error(visitor.post("/api/program", json=asked("hi", tools=inner)), 400)
    assert visitor.post("/api/program", json=asked("hi", tools="[[1]]")).status_code == 200


@pytest.mark.attack
def test_no_command_hides_in_what_a_file_says_that_it_is(visitor: httpx.Client) -> None:
    kind = "image/$(id)`id`\\"
    told = asked("", {"id": "f", "name": "photo.png", "type": kind})
    told["chat"]["model"] = {**MODEL, "takes": [kind]}
    answer = visitor.post("/api/program", json=told)
    assert "data:image/\\$(id)\\`id\\`" in answer.text


@pytest.mark.parametrize(
    "content",
    [
        b"{",
        b"\xff",
        b"[]",
        b'{"mode": "poem", "language": "curl"}',
        b'{"mode": "chat", "language": "curl"}',
        b'{"mode": "chat", "language": "curl", "chat": ' + b"[" * 100_000,
    ],
)
def test_what_is_no_request_of_ours_is_400(visitor: httpx.Client, content: bytes) -> None:
    headers = {"Content-Type": "application/json"}
    assert_error(visitor.post("/api/program", content=content, headers=headers), 400)


def test_only_our_own_page_asks_for_somebody_signed_in(
    product: Product, visitor: httpx.Client
) -> None:
    foreign = {"Origin": "https://evil.example"}
    assert_error(visitor.post("/api/program", json=ASKED, headers=foreign), 403)
    nobody = {"Origin": product.origin}
    assert_error(httpx.post(f"{product.origin}/api/program", json=ASKED, headers=nobody), 401)
    assert_error(visitor.post("/api/program", json=asked("x" * 3 * 1024**2)), 413)
