"""Leaked keys: the revoker's hook, GitHub's, and the page for anybody."""

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.harness.github import GitHub
from tests.harness.product import Product
from tests.harness.provider import Provider
from tests.harness.visitor import page_of

SECRET = "the-secret-of-the-revoker"
STRANGER = "sk-hc-v1-" + "0" * 64
HOOK, REVOKER = "/api/secret-scanning/github", "/internal/revoke"


@pytest.fixture(scope="module")
def github() -> Iterator[GitHub]:
    served = GitHub()
    yield served
    served.close()


@pytest.fixture(scope="module")
def shop(
    github: GitHub, provider_process: Provider, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Product]:
    product = Product(
        tmp_path_factory.mktemp("leaks"),
        OPENROUTER_API_KEY="sk-or-v1-test",
        OPENROUTER_BASE_URL=provider_process.base_url,
        HCAI_REVOKER_SECRET=SECRET,
        GITHUB_API_URL=github.url,
        HCAI_TRUSTED_PROXY_HOPS="1",
    ).start()
    yield product
    product.stop()


def post(shop: Product, path: str, address: str = "", **request: Any) -> httpx.Response:
    """Ask from an address of the test's own."""
    headers = {"X-Forwarded-For": address or "192.0.2.1", **request.pop("headers", {})}
    return httpx.post(shop.origin + path, headers=headers, timeout=60, **request)


def revoke(shop: Product, token: Any, secret: str = SECRET, address: str = "") -> httpx.Response:
    headers = {"Authorization": f"Bearer {secret}"}
    return post(shop, REVOKER, address, json={"token": token}, headers=headers)


def scan(
    shop: Product, github: GitHub, tokens: list[dict[str, str]], address: str = ""
) -> httpx.Response:
    body = json.dumps(tokens).encode()
    return post(shop, HOOK, address, content=body, headers=github.headers(body))


def is_ended(shop: Product, key: str) -> bool:
    """Within a second, as every revocation."""
    for _ in range(10):
        if shop.chat(key).status_code == 401:
            return True
        time.sleep(0.1)
    return False


def listed(shop: Product) -> set[str]:
    """Everything that rests in the installation's folder."""
    found = (path for path in Path(shop.folder).rglob("*") if path.is_file())
    return {path.name for path in found if b"5ec2e75ec2e7" in path.read_bytes()}


def test_the_revoker_ends_a_key_and_hears_whose_it_was(shop: Product) -> None:
    key = shop.make_key("UREVOKER")
    assert shop.chat(key).status_code == 200
    for _ in range(2):  # once more is no fault
        answer = revoke(shop, key)
        assert answer.status_code == 200
        told = answer.json()
        assert (told["success"], told["key_name"]) == (True, "laptop")
        assert "owner_email" in told
    assert is_ended(shop, key)


@pytest.mark.parametrize("token", [STRANGER, "", "x" * 900, 7, None])
def test_a_token_that_is_no_key_of_ours_is_a_failure(shop: Product, token: Any) -> None:
    answer = revoke(shop, token)
    assert 400 <= answer.status_code < 500
    assert answer.json()["success"] is False
    assert str(token) not in answer.text or token in ("", 7)


def test_without_the_secret_nothing_ends_and_guesses_are_few(shop: Product) -> None:
    key = shop.make_key("UGUESS")
    answers = [revoke(shop, key, f"guess-{n}", "198.51.100.7") for n in range(32)]
    assert [answer.status_code for answer in answers] == [401] * 30 + [429] * 2
    assert all(answer.json()["success"] is False for answer in answers)
    assert "retry-after" in answers[-1].headers
    assert post(shop, REVOKER, json={"token": key}).status_code == 401
    assert shop.chat(key).status_code == 200


def test_github_hears_which_tokens_are_ours_and_those_end(shop: Product, github: GitHub) -> None:
    key = shop.make_key("UGITHUB")
    url = "https://github.com/ada/bot/blob/main/bot.py"
    tokens = [
        {"token": key, "type": "hackclub_ai_key", "url": url, "source": "content"},
        {"token": STRANGER, "type": "hackclub_ai_key", "url": url, "source": "commit"},
    ]
    for _ in range(2):  # a replay tells nothing new, and ends nothing more
        answer = scan(shop, github, tokens)
        assert answer.status_code == 200
        assert [(one["token_raw"], one["token_type"], one["label"]) for one in answer.json()] == [
            (key, "hackclub_ai_key", "true_positive"),
            (STRANGER, "hackclub_ai_key", "false_positive"),
        ]
    assert is_ended(shop, key)


def test_what_github_has_not_signed_ends_nothing(shop: Product, github: GitHub) -> None:
    key = shop.make_key("UFORGED")
    body = json.dumps([{"token": key, "type": "x", "url": ""}]).encode()
    good = github.headers(body)
    signature = "Github-Public-Key-Signature"
    for headers, sent in (
        ({}, body),
        ({**good, signature: "AAAA"}, body),
        ({**good, "Github-Public-Key-Identifier": "another"}, body),
        (good, body + b" "),
    ):
        answer = post(shop, HOOK, "198.51.100.8", content=sent, headers=headers)
        assert answer.status_code == 401
        assert key not in answer.text
    for sent in (b"{}", b'[{"type": "x"}]', b"no JSON"):
        answer = post(shop, HOOK, content=sent, headers=github.headers(sent))
        assert answer.status_code == 400
    large = b"[" + b" " * 3_000_000 + b"]"
    assert post(shop, HOOK, content=large, headers=github.headers(large)).status_code == 413
    assert shop.chat(key).status_code == 200
    forged = [post(shop, HOOK, "198.51.100.9", content=body).status_code for _ in range(31)]
    assert forged[-1] == 429


def test_a_thousand_tokens_keep_nobody_waiting(shop: Product, github: GitHub) -> None:
    key, waiting = shop.make_key("UTHOUSAND"), shop.make_key("UWAITING")
    tokens = [{"token": f"sk-hc-v1-{n:064x}", "type": "x", "url": "y" * 200} for n in range(999)]
    tokens.append({"token": key, "type": "x", "url": ""})
    answer = scan(shop, github, tokens)
    labels = [one["label"] for one in answer.json()]
    assert labels == ["false_positive"] * 999 + ["true_positive"]
    assert is_ended(shop, key)
    assert shop.chat(waiting).status_code == 200


def test_anybody_ends_a_key_on_the_page_and_nothing_rests(shop: Product) -> None:
    page = httpx.get(f"{shop.origin}/leaked")
    assert page.status_code == 200
    assert "<form" in page.text
    assert "script" not in page.headers["content-security-policy"]
    key, mark = shop.make_key("UFOUND"), "sk-hc-v1-" + "5ec2e7" * 10 + "5ec2"
    pasted = {"key": f'client = OpenAI(api_key="{key}")'}
    answer = post(shop, "/leaked", data=pasted)
    assert "Thank you. The key has ended." in answer.text
    assert (answer.headers["cache-control"], key in answer.text) == ("no-store", False)
    assert is_ended(shop, key)
    assert "It had ended already" in post(shop, "/leaked", data=pasted).text
    assert "No key of ours" in post(shop, "/leaked", data={"key": mark}).text
    wrong = post(shop, "/leaked", data={"key": "sk-or-v1-123"})
    assert (wrong.status_code, "no key of HCAI" in wrong.text) == (400, True)
    assert listed(shop) == set()
    tries = [post(shop, "/leaked", "198.51.100.10", data={"key": mark}) for _ in range(31)]
    assert (tries[-1].status_code, "<form" in tries[-1].text) == (429, True)


def test_an_owner_reads_why_and_gets_one_successor(shop: Product, github: GitHub) -> None:
    shop.make_key("UOWNER")
    with page_of(shop, "UOWNER") as page:
        key = page.post("/api/keys", json={"name": "my bot"}).json()
        url = "https://github.com/ada/bot/blob/main/bot.py"
        scan(shop, github, [{"token": key["key"], "type": "x", "url": url}])
        own = f"/leaked/{key['id']}"
        why = page.get(own)
        assert why.status_code == 200
        assert "Your key “my bot” was found in public" in why.text
        assert f'<a href="{url}"' in why.text
        assert page.post(own, headers={"Origin": "https://elsewhere.example"}).status_code == 403
        made = page.post(own)
        assert (made.status_code, made.headers["cache-control"]) == (201, "no-store")
        successor = made.text.split("<pre>")[1].split("</pre>")[0]
        assert shop.chat(successor).status_code == 200
        assert "It has one" in page.get(own).text
        assert page.post(own).status_code == 400
    assert httpx.get(shop.origin + own).status_code == 401
