"""Headers of a call that are missing, wrong, doubled or lie about the body."""

import gzip
import json

import pytest

from tests.api.bad_input.raw import ask, head
from tests.api.traces import leaving, rows
from tests.api.wire import assert_error, chat_body
from tests.harness.product import Product
from tests.harness.provider import Provider

UNKNOWN_KEY = "sk-hc-v1-" + "0" * 64
BODY = json.dumps(chat_body()).encode()
LENGTH = b"Content-Length: %d" % len(BODY)
JSON = b"Content-Type: application/json"
# Only so many unknown keys may come from one address.
ELSEWHERE = {"X-Forwarded-For": "203.0.113.7"}
AUTHORIZATIONS = {
    "none": None,
    "empty": "",
    "no-key": "Bearer",
    "unknown": f"Bearer {UNKNOWN_KEY}",
    "a-digit-more": f"Bearer {UNKNOWN_KEY}0",
    "upper-case": f"Bearer {UNKNOWN_KEY.upper()}",
    "somebody-elses": "Bearer sk-or-v1-somebody",
    "placeholder": "Bearer $HCAI_KEY",
    "not-ascii": "Bearer ключ".encode(),
    "sql": "Bearer '; DROP TABLE users",
    "wrong-scheme": f"Basic {UNKNOWN_KEY}",
    "token-scheme": f"Token {UNKNOWN_KEY}",
    "no-scheme": UNKNOWN_KEY,
    "scheme-twice": f"Bearer Bearer {UNKNOWN_KEY}",
    "quoted": f'Bearer "{UNKNOWN_KEY}"',
    "of-60-kb": "Bearer " + "0" * 60_000,
}


@pytest.mark.parametrize("authorization", AUTHORIZATIONS.values(), ids=AUTHORIZATIONS)
def test_without_a_valid_key_everything_is_401(
    product: Product, provider: Provider, authorization: str | bytes | None
) -> None:
    headers = ELSEWHERE if authorization is None else {**ELSEWHERE, "Authorization": authorization}
    with leaving(product, provider, traces=0):
        answer = product.post("/chat/completions", None, json=chat_body(), headers=headers)
        shown = product.get("/stats", headers=headers)
    assert "key" in assert_error(answer, 401)
    assert answer.headers["www-authenticate"] == "Bearer"
    assert_error(shown, 401)


MANGLED = {
    "gone": lambda key: b"Bearer" + b" " * len(key),
    "space-within": lambda key: b"Bearer " + key[:20] + b" " + key[20:],
    "cut": lambda key: b"Bearer " + key[:-1],
    "a-second-after-a-comma": lambda key: b"Bearer " + key + b", Bearer " + key,
    "byte-beyond-ascii": lambda key: b"Bearer " + key + b"\xff",
    "upper-case": lambda key: b"Bearer " + key.upper(),
    "wrong-scheme": lambda key: b"Basic " + key,
}


@pytest.mark.parametrize("mangle", MANGLED.values(), ids=MANGLED)
def test_a_key_that_was_mangled_on_its_way_is_401(
    product: Product, provider: Provider, key: str, mangle
) -> None:
    authorization = b"Authorization: " + mangle(key.encode())
    with leaving(product, provider, traces=0):
        answer = ask(product, head(authorization, JSON, LENGTH) + BODY)
    assert_error(answer, 401)
    assert key not in answer.text


@pytest.mark.parametrize(
    "form", [b"bearer %b", b"BEARER %b", b"Bearer    %b", b"Bearer %b  ", b"  Bearer %b"]
)
def test_spaces_around_a_key_and_the_case_of_its_scheme_do_no_harm(
    product: Product, provider: Provider, key: str, form: bytes
) -> None:
    authorization = b"authorization:" + form % key.encode()
    with leaving(product, provider, traces=1):
        answer = ask(product, head(authorization, JSON, LENGTH) + BODY)
    assert answer.status_code == 200, answer.text


@pytest.mark.parametrize("place", [0, 1])
def test_two_authorization_headers_are_401_whichever_is_valid(
    product: Product, provider: Provider, key: str, place: int
) -> None:
    two = [b"Authorization: Bearer " + UNKNOWN_KEY.encode()]
    two.insert(place, b"Authorization: Bearer " + key.encode())
    with leaving(product, provider, traces=0):
        answer = ask(product, head(*two, JSON, LENGTH) + BODY)
    assert "Authorization" in assert_error(answer, 401)


@pytest.mark.parametrize(
    "content_type",
    [
        None,
        "",
        "text/plain",
        "application/x-www-form-urlencoded",  # what `curl -d` says of any body
        "application/octet-stream",
        "application/json; charset=latin-1",
        "nonsense",
    ],
)
def test_a_json_body_is_read_whatever_its_content_type_says(
    product: Product, provider: Provider, key: str, content_type: str | None
) -> None:
    headers = {} if content_type is None else {"Content-Type": content_type}
    with leaving(product, provider, traces=1):
        answer = product.post("/chat/completions", key, content=BODY, headers=headers)
    assert answer.status_code == 200
    assert provider.calls()[0]["headers"]["Content-Type"] == "application/json"


def test_form_data_is_400(product: Product, provider: Provider, key: str) -> None:
    fields = {"model": "qwen/qwen3-32b", "messages": "hi"}
    with leaving(product, provider, traces=0):
        encoded = product.post("/chat/completions", key, data=fields)
        multipart = product.post("/chat/completions", key, data=fields, files={"file": b"%PDF"})
    assert "form fields" in assert_error(encoded, 400)
    assert "uploaded form" in assert_error(multipart, 400)


@pytest.mark.parametrize(
    "encoding", ["gzip", "GZIP", "x-gzip", "deflate", "br", "zstd", "nonsense"]
)
@pytest.mark.parametrize("body", [gzip.compress(BODY), BODY], ids=["packed", "plain"])
def test_a_compressed_body_is_400_that_says_so(
    product: Product, provider: Provider, key: str, encoding: str, body: bytes
) -> None:
    headers = {"Content-Encoding": encoding, "Content-Type": "application/json"}
    with leaving(product, provider, traces=0):
        answer = product.post("/chat/completions", key, content=body, headers=headers)
    assert "Content-Encoding" in assert_error(answer, 400)


def test_identity_is_no_compression(product: Product, provider: Provider, key: str) -> None:
    with leaving(product, provider, traces=1):
        answer = product.post(
            "/chat/completions", key, json=chat_body(), headers={"Content-Encoding": "identity"}
        )
    assert answer.status_code == 200


@pytest.mark.parametrize("accept", ["text/html", "application/xml", "*/*;q=0", "nonsense"])
def test_the_answer_is_json_whatever_is_accepted(product: Product, key: str, accept: str) -> None:
    headers = {"Accept": accept, "Accept-Encoding": "gzip, br", "Accept-Language": "xx"}
    answer = product.post("/chat/completions", key, json=chat_body(), headers=headers)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/json"
    assert "content-encoding" not in answer.headers
    refused = product.post("/chat/completions", None, json=chat_body(), headers=headers)
    assert_error(refused, 401)


def test_thousands_of_headers_neither_harm_nor_go_on(
    product: Product, provider: Provider, key: str
) -> None:
    headers = {f"X-{number}": "1" for number in range(3000)}
    with leaving(product, provider, traces=1):
        answer = product.post("/chat/completions", key, json=chat_body(), headers=headers)
    assert answer.status_code == 200
    assert len(provider.calls()[0]["headers"]) < 20
    assert rows(product)[-1]["outcome"] == "completed"
