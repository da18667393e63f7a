"""`GET /stats`: the totals of a key's owner, over all their keys, at once after each call."""

from tests.api.wire import events
from tests.harness.product import Product

NAMES = ("totalRequests", "totalTokens", "totalPromptTokens", "totalCompletionTokens")


def totals(product: Product, key: str) -> list[int]:
    answer = product.get("/stats", key)
    assert answer.status_code == 200
    assert answer.json().keys() == set(NAMES)
    return [answer.json()[name] for name in NAMES]


def test_totals_follow_each_call_of_any_of_the_owners_keys(product: Product) -> None:
    first = product.make_key("USTATS")
    second = product.cli("keys", "create", "--user", "USTATS", "--name", "phone")
    stranger = product.make_key("USTRANGER")
    assert totals(product, first) == [0, 0, 0, 0]

    whole = product.chat(first).json()["usage"]
    streamed = events(product.chat(second, stream=True).text)[-1]["usage"]
    prompt = whole["prompt_tokens"] + streamed["prompt_tokens"]
    completion = whole["completion_tokens"] + streamed["completion_tokens"]
    expected = [2, prompt + completion, prompt, completion]
    assert totals(product, first) == totals(product, second) == expected

    assert product.chat(first, "Hi\n/simulate status=429").status_code == 429
    assert product.chat(first, model="nobody/nothing").status_code == 400
    assert totals(product, first) == [3, *expected[1:]]  # ours counts nothing
    product.change("keys", "revoke", first)
    assert totals(product, second) == [3, *expected[1:]]
    assert totals(product, stranger) == [0, 0, 0, 0]
