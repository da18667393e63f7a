"""The openrouter client, which gives up after five silent seconds and then pays again."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from openrouter import OpenRouter

from tests.harness.product import Product
from tests.harness.provider import Provider

# Each kind of silence: what the provider does, and whether a stream was asked for.
SILENCES = {
    "whole-before-headers": ("before=8", False),
    "whole-amid-body": ("between=8", False),
    "stream-before-headers": ("before=8", True),
    "stream-before-first-chunk": ("first=8", True),
    "stream-between-chunks": ("between=8 after=3", True),
}
Told = dict[str, str | Exception]


@pytest.fixture(scope="module")
def told(module_product: Product, provider_process: Provider, key: str) -> Told:
    """What the client told of each, all asked at once to save time."""
    provider_process.reset()

    def ask(kind: str) -> str | Exception:
        directive, is_stream = SILENCES[kind]
        body = {
            "model": "qwen/qwen3-32b",
            "messages": [{"role": "user", "content": f"Hi\n/simulate {directive} say={kind}"}],
        }
        with OpenRouter(api_key=key, server_url=module_product.base_url) as client:
            try:
                if not is_stream:
                    return str(client.chat.send(**body).choices[0].message.content)
                with client.chat.send(**body, stream=True) as stream:
                    chunks = list(stream)
            except Exception as error:
                return error
        assert chunks[-1].usage is not None
        return "".join(chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices)

    with ThreadPoolExecutor(len(SILENCES)) as pool:
        return dict(zip(SILENCES, pool.map(ask, SILENCES), strict=True))


@pytest.mark.parametrize("kind", SILENCES)
def test_eight_silent_seconds_are_survived_with_one_call(
    told: Told, provider_process: Provider, kind: str
) -> None:
    assert kind in str(told[kind])
    assert str(told[kind]).startswith("This is a simulated answer")
    asked = [call for call in provider_process.calls() if f"say={kind}" in call["body"]]
    assert len(asked) == 1


def test_each_has_one_row(told: Told, module_product: Product) -> None:
    rows = module_product.rows()
    assert len(told) == len(rows)
    assert {(row["outcome"], row["settled"]) for row in rows} == {("completed", True)}
    assert all(row["duration_ms"] >= 8000 for row in rows)
