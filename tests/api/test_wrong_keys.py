"""A 401 says what was wrong with the key, and never repeats it."""

import httpx
import pytest

from tests.api.wire import assert_error, chat_body
from tests.harness.processes import TLS
from tests.harness.product import Product

WRONG: dict[str, tuple[dict[str, str], str]] = {
    "nothing": ({}, "You sent no API key"),
    "x-api-key": ({"x-api-key": "~"}, "came as `x-api-key`"),
    "api-key": ({"api-key": "~"}, "came as `api-key`"),
    "no-bearer": ({"Authorization": "~"}, "The word `Bearer` is missing"),
    "token": ({"Authorization": "Token ~"}, "The word `Bearer` is missing"),
    "basic": ({"Authorization": "Basic a2V5Og=="}, "Basic authentication"),
    "empty": ({"Authorization": "Bearer"}, "no key after the word"),
    "quotes": ({"Authorization": 'Bearer "~"'}, "quotes around your key"),
    "single-quotes": ({"Authorization": "Bearer '~'"}, "quotes around your key"),
    "half-a-quote": ({"Authorization": 'Bearer ~"'}, "quotes around your key"),
    "twice": ({"Authorization": "Bearer Bearer ~"}, "`Bearer` is there twice"),
    **{
        name: ({"Authorization": f"Bearer {name}"}, "A variable's name, or a placeholder")
        for name in (
            *("$OPENROUTER_API_KEY", "${AI_KEY}", "%AI_KEY%", "{{api_key}}", "<your key>"),
            *("YOUR_API_KEY", "OPENAI_API_KEY", "undefined", "None", "null", "your-key-here"),
            *("process.env.AI_KEY", "sk-hc-v1-...", "sk-hc-v1-xxxx", "api_key", "[object Object]"),
        )
    },
    "cut": ({"Authorization": "Bearer sk-hc-v1-0123"}, "A key has 73 characters, this one 13."),
    "openrouter": ({"Authorization": "Bearer sk-or-v1-" + "a" * 64}, "a key of OpenRouter's"),
    "openai": ({"Authorization": "Bearer sk-proj-abc"}, "a key of OpenAI's"),
    "anthropic": ({"Authorization": "Bearer sk-ant-abc"}, "a key of Anthropic's"),
    "mistyped": ({"Authorization": "Bearer sk-hc-v1-" + "0" * 64}, "mistyped or revoked"),
}


@pytest.mark.parametrize(("headers", "words"), WRONG.values(), ids=WRONG)
def test_a_wrong_key_is_told_what_is_wrong(
    product: Product, key: str, headers: dict[str, str], words: str
) -> None:
    sent = {name: value.replace("~", key) for name, value in headers.items()}
    answer = httpx.post(
        f"{product.base_url}/chat/completions", json=chat_body(), headers=sent, verify=TLS
    )
    message = assert_error(answer, 401)
    assert words in message
    assert "Authorization: Bearer sk-hc-v1-" in message
    assert key not in answer.text
    assert answer.json()["error"]["metadata"]["help_url"].endswith("#authentication-send-your-key")


def test_messages_says_it_of_anthropics_header_too(product: Product, key: str) -> None:
    headers = {"x-api-key": f'"{key}"'}
    answer = httpx.post(f"{product.base_url}/messages", json={}, headers=headers, verify=TLS)
    assert "quotes around your key" in answer.json()["error"]["message"]
    assert answer.json()["error"]["metadata"]["help_url"]


def test_a_key_in_the_address_is_told_to_be_revoked(product: Product, key: str) -> None:
    answer = product.get(f"/key?api_key={key}")
    assert "revoke it" in assert_error(answer, 401)
    assert key not in answer.text
