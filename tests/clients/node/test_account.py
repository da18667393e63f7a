"""The key and the generations of a user through the official @openrouter/sdk."""

import pytest

from tests.clients.node.clients import NodeClient
from tests.clients.node.typed import assert_openrouter, thrown
from tests.harness.product import Product

KEY = "apiKeys.getCurrentKeyMetadata"
GENERATION = "generations.getGeneration"
SEND = "chat.send"


def test_the_key_tells_what_is_spent_and_what_is_left(
    openrouter: NodeClient, product: Product, ask
) -> None:
    own = openrouter.having(apiKey=product.make_key("USPENDER", "--budget-usd", "3"))
    cost = own.call(SEND, {"chatRequest": ask("cost=0.5")})["usage"]["cost"]
    data = own.call(KEY)["data"]
    assert (data["limit"], data["limitReset"]) == (3, "daily")
    assert data["usageDaily"] == data["usage"] == cost
    assert data["limitRemaining"] == 2.5


def test_a_wrong_key_has_no_metadata(clients) -> None:
    assert_openrouter(thrown(clients[1].having(apiKey="sk-hc-v1-wrong"), KEY), 401)


@pytest.mark.parametrize("stream", [False, True])
def test_a_generation_is_shown_to_its_owner_only(
    clients, product: Product, ask, stream: bool
) -> None:
    openrouter = clients[1]
    answer = openrouter.call(SEND, {"chatRequest": ask(stream=stream)})
    last = answer[-1] if stream else answer
    data = openrouter.call(GENERATION, {"id": last["id"]})["data"]
    assert (data["id"], data["model"]) == (last["id"], "qwen/qwen3-32b")
    assert data["totalCost"] == last["usage"]["cost"]
    assert data["nativeTokensCompletion"] == last["usage"]["completionTokens"]

    stranger = openrouter.having(apiKey=product.make_key(f"USTRANGER{stream}"))
    assert_openrouter(thrown(stranger, GENERATION, {"id": last["id"]}), 404)


def test_a_generation_that_never_was_is_404(clients) -> None:
    assert_openrouter(thrown(clients[1], GENERATION, {"id": "gen-0"}), 404)
