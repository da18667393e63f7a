"""A simulator for each test, without pauses, and the official clients in front of it."""

from collections.abc import AsyncIterator, Callable
from typing import Any

import httpx
import pytest
from anthropic import AsyncAnthropic
from openai import AsyncOpenAI
from openrouter import OpenRouter

from hcai_app.simulator.scenarios import Scenario
from hcai_app.simulator.server import Simulator

Body = dict[str, Any]


@pytest.fixture
async def simulator() -> AsyncIterator[Simulator]:
    server = Simulator(default_scenario=Scenario(delay=0))
    await server.start()
    yield server
    await server.stop()


@pytest.fixture
async def http(simulator: Simulator) -> AsyncIterator[httpx.AsyncClient]:
    headers = {"Authorization": "Bearer sk-or-v1-test"}
    async with httpx.AsyncClient(base_url=simulator.base_url, headers=headers) as client:
        yield client


@pytest.fixture
async def control(simulator: Simulator) -> AsyncIterator[httpx.AsyncClient]:
    base_url = simulator.base_url.removesuffix("/api/v1") + "/_simulator"
    async with httpx.AsyncClient(base_url=base_url) as client:
        yield client


@pytest.fixture
async def openai(simulator: Simulator) -> AsyncIterator[AsyncOpenAI]:
    client = AsyncOpenAI(base_url=simulator.base_url, api_key="sk-or-v1-test", max_retries=0)
    async with client:
        yield client


@pytest.fixture
async def openrouter(simulator: Simulator) -> AsyncIterator[OpenRouter]:
    async with OpenRouter(api_key="sk-or-v1-test", server_url=simulator.base_url) as client:
        yield client


@pytest.fixture
async def anthropic(simulator: Simulator) -> AsyncIterator[AsyncAnthropic]:
    base_url = simulator.base_url.removesuffix("/v1")
    client = AsyncAnthropic(base_url=base_url, auth_token="sk-or-v1-test", max_retries=0)
    async with client:
        yield client


@pytest.fixture
def ask() -> Callable[..., Body]:
    """Build a chat request whose prompt carries a directive."""

    def build(directive: str = "", **more: Any) -> Body:
        text = f"Hello!\n/simulate {directive}" if directive else "Hello!"
        messages = [{"role": "user", "content": text}]
        return {"model": "qwen/qwen3-32b", "messages": messages, **more}

    return build
