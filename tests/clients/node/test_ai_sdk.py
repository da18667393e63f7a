"""Vercel's AI SDK with each of its providers: turns, tools, streams, errors, pictures."""

import json
import shutil
import subprocess
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.clients.node.clients import FOLDER, PATH, are_installed
from tests.clients.test_chat import PNG_URL, assert_whole_png
from tests.harness.databases import missing
from tests.harness.processes import clean_environment
from tests.harness.product import Product

ANSWER = "This is a simulated answer"
PACKAGES = ("ai", "@ai-sdk/openai", "@ai-sdk/openai-compatible", "@ai-sdk/anthropic")
OPENROUTER = "@openrouter/ai-sdk-provider"
SPEAKERS = pytest.mark.parametrize(
    "speaker", ["responses", "chat", "compatible", "anthropic", "openrouter"]
)
Run = Callable[..., dict[str, Any]]


@pytest.fixture(scope="module")
def process() -> Iterator[subprocess.Popen[str]]:
    if not are_installed(*PACKAGES, OPENROUTER):
        missing("tests/clients/node/node_modules, which `make setup` gets from the npm registry,")
    process = subprocess.Popen(
        [shutil.which("node", path=PATH) or "node", "ai.mjs"],
        cwd=FOLDER,
        env=clean_environment(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,  # warnings about models that it does not know
        text=True,
    )
    yield process
    process.kill()
    process.communicate()


@pytest.fixture
def run(process: subprocess.Popen[str], product: Product, key: str) -> Run:
    def run(speaker: str, action: str, simulate: str = "", **more: Any) -> dict[str, Any]:
        prompt = f"Hi\n/simulate {simulate}" if simulate else "Hi"
        given = {"baseURL": product.base_url, "apiKey": key, "model": "qwen/qwen3-32b"}
        job = {"provider": speaker, "action": action, "prompt": prompt, **given, **more}
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(json.dumps(job) + "\n")
        process.stdin.flush()
        return json.loads(process.stdout.readline())

    return run


@SPEAKERS
def test_a_question_is_answered(run: Run, speaker: str) -> None:
    assert run(speaker, "ask")["result"].startswith(ANSWER)


@pytest.mark.parametrize("speaker", ["chat", "compatible", "anthropic", "openrouter"])
def test_a_second_turn_is_answered(run: Run, speaker: str) -> None:
    assert run(speaker, "talk")["result"].startswith(ANSWER)


def test_references_to_stored_answers_are_told_what_to_write(run: Run) -> None:
    error = run("responses", "talk")["error"]
    assert error["status"] == 400
    assert "in the AI SDK use openai.chat(...) or store: false" in error["message"]
    unstored = {"providerOptions": {"openai": {"store": False}}}
    assert run("responses", "talk", options=unstored)["result"].startswith(ANSWER)


@SPEAKERS
def test_a_tool_is_called_and_its_result_is_read(run: Run, speaker: str) -> None:
    done = run(speaker, "call")["result"]
    assert done["results"] == ["It rains in simulated."]
    assert (done["steps"], done["text"][: len(ANSWER)]) == (2, ANSWER)


@pytest.mark.parametrize(
    "speaker", ["responses", "chat", "compatible", "anthropic", "openrouter", "completion"]
)
class TestStreams:
    def test_a_stream_comes_whole(self, run: Run, speaker: str) -> None:
        done = run(speaker, "stream")["result"]
        assert done["text"].startswith(ANSWER)
        assert (done["finish"], done["errors"]) == ("stop", [])

    @pytest.mark.parametrize("how", ["error=503", "cut=chunks", "cut=line"])
    def test_an_error_in_mid_stream_is_shown(self, run: Run, speaker: str, how: str) -> None:
        done = run(speaker, "stream", f"{how} after=2 chunks=9")["result"]
        assert ANSWER.startswith(done["text"].strip()[: len(ANSWER)])
        assert done["finish"] == "error"
        assert len(done["errors"]) == 1
        assert "provider" in done["errors"][0]

    def test_an_error_before_all_is_shown(self, run: Run, speaker: str) -> None:
        done = run(speaker, "stream", "status=503")["result"]
        assert (done["text"], len(done["errors"])) == ("", 1)


@pytest.mark.parametrize(
    ("speaker", "endpoint"),
    [("openaiImage", "/images/generations"), ("openrouterImage", "/images")],
)
def test_pictures_are_drawn(run: Run, product: Product, speaker: str, endpoint: str) -> None:
    model = "google/gemini-2.5-flash-image"
    images = run(speaker, "draw", "image_bytes=30000", model=model)["result"]
    assert len(images) in (1, 2)  # the SDK may ask for each on its own
    for image in images:
        assert_whole_png(PNG_URL + image, 30_000)
    assert product.rows()[-1]["endpoint"] == endpoint
