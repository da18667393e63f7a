"""`POST /api/program`: a request of the playground as a program, for our own page."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.api.wire import assert_error
from tests.harness.product import Product
from tests.harness.visitor import sign_in

ASKED: dict[str, Any] = {
    "kind": "chat",
    "language": "curl",
    "mark": "mark ",
    "body": {"model": "a/b", "messages": [{"role": "user", "content": "it's tamarind"}]},
}


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
    part = {"type": "image_url", "image_url": {"url": "mark image/png my photo.png"}}
    body = {"model": "a/b", "messages": [{"role": "user", "content": [part]}]}
    answer = visitor.post("/api/program", json={**ASKED, "language": "python", "body": body})
    assert 'data_url("my photo.png", "image/png")' in answer.text


@pytest.mark.attack
@pytest.mark.parametrize("inner", ["[" * 65 + "]" * 65, "[" + "1," * 20_000 + "1]"])
def test_what_would_fill_the_memory_with_spaces_is_400(visitor: httpx.Client, inner: str) -> None:
    content = f'{{"kind": "chat", "language": "python", "mark": "", "body": {{"a": {inner}}}}}'
    headers = {"Content-Type": "application/json"}
    assert_error(visitor.post("/api/program", content=content, headers=headers), 400)
    within_bounds = content.replace(inner, "[[1]]")
    assert visitor.post("/api/program", content=within_bounds, headers=headers).status_code == 200


@pytest.mark.attack
def test_no_command_hides_in_what_a_file_says_that_it_is(visitor: httpx.Client) -> None:
    kind = "image/$(id)`id`\\"
    part = {"type": "image_url", "image_url": {"url": f"mark {kind} photo.png"}}
    body = {"model": "a/b", "messages": [{"role": "user", "content": [part]}]}
    answer = visitor.post("/api/program", json={**ASKED, "body": body})
    assert "data:image/\\$(id)\\`id\\`" in answer.text


@pytest.mark.parametrize(
    "content",
    [
        b"{",
        b"\xff",
        b"[]",
        b'{"kind": "poem", "language": "curl", "mark": "", "body": {}}',
        b'{"kind": "chat", "language": "curl", "mark": "", "body": ' + b"[" * 100_000,
    ],
)
def test_what_is_no_request_of_ours_is_400(visitor: httpx.Client, content: bytes) -> None:
    headers = {"Content-Type": "application/json"}
    assert_error(visitor.post("/api/program", content=content, headers=headers), 400)


def test_half_a_character_is_none(visitor: httpx.Client) -> None:
    content = (
        b'{"kind": "moderation", "language": "python", "mark": "", "body": {"input": "\\ud83d"}}'
    )
    headers = {"Content-Type": "application/json"}
    answer = visitor.post("/api/program", content=content, headers=headers)
    assert 'input="\ufffd"' in answer.text


def test_only_our_own_page_asks_for_somebody_signed_in(
    product: Product, visitor: httpx.Client
) -> None:
    foreign = {"Origin": "https://evil.example"}
    assert_error(visitor.post("/api/program", json=ASKED, headers=foreign), 403)
    nobody = {"Origin": product.origin}
    assert_error(httpx.post(f"{product.origin}/api/program", json=ASKED, headers=nobody), 401)
    assert_error(visitor.post("/api/program", json={**ASKED, "mark": "x" * 3 * 1024**2}), 413)
