"""What the official Node clients repeat, each with its own defaults, and what they must not."""

from typing import Any

import httpx
import pytest

from tests.clients.node.clients import NodeClient, NodeError
from tests.harness.provider import Provider

CREATE = "chat.completions.create"
SEND = "chat.send"


def script_first(provider: Provider, **scenario: Any) -> None:
    """Let only the next calls go like this (a fresh provider answers all calls alike)."""
    httpx.post(f"{provider.origin}/_simulator/reset").raise_for_status()
    provider.script(**scenario)
    provider.script(delay=0)


@pytest.mark.parametrize("status", [429, 503])
def test_openai_comes_back_when_retry_after_says(
    openai: NodeClient, provider: Provider, ask, status: int
) -> None:
    script_first(provider, times=1, status=status, retry_after="1")
    assert openai.call(CREATE, ask())["choices"]
    first, second = provider.calls()
    assert second["started_at"] - first["started_at"] >= 1


def test_openrouter_comes_back_after_a_503(openrouter: NodeClient, provider: Provider, ask) -> None:
    script_first(provider, times=2, status=503)
    assert openrouter.call(SEND, {"chatRequest": ask()})["choices"]
    assert provider.count() == 3


@pytest.mark.parametrize("directive", ["status=401", "status=402", "only_error=402"])
def test_openai_does_not_repeat_what_our_account_cannot_pay(
    openai: NodeClient, provider: Provider, ask, directive: str
) -> None:
    with pytest.raises(NodeError) as caught:
        openai.call(CREATE, ask(directive))
    assert caught.value.status == 502
    assert provider.count() == 1
