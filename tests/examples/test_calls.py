"""Every example is run as a reader would run it: pasted, with the key in `AI_KEY`."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from hcai_app.examples import calls
from hcai_app.examples.library import Language
from tests.clients.node.clients import FOLDER, PATH, are_installed
from tests.harness.databases import missing
from tests.harness.product import Product

MODELS: dict[calls.Kind, str] = {
    "chat": "qwen/qwen3-32b",
    "image": "google/gemini-2.5-flash-image",
    "embedding": "qwen/qwen3-embedding-8b",
}
PNG = b"\x89PNG"
Paste = Callable[[Language, str], str]


@pytest.fixture
def paste(product: Product, tmp_path: Path, request: pytest.FixtureRequest) -> Paste:
    """Run a pasted program in an empty folder and return what it prints."""
    key = product.make_key(f"U{request.node.name}"[:40])

    def run(language: Language, text: str) -> str:
        done = subprocess.run(
            command_for(language, text, tmp_path),
            cwd=tmp_path,
            env={**os.environ, "PATH": PATH, "AI_KEY": key},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    return run


def command_for(language: Language, text: str, folder: Path) -> list[str]:
    if language == "curl":
        return ["bash", "-c", text]
    if language == "python":
        return [sys.executable, "-c", text]
    if not are_installed():
        missing("tests/clients/node/node_modules, which `make setup` gets from the npm registry,")
    (folder / "node_modules").symlink_to(FOLDER / "node_modules")
    (folder / "example.mjs").write_text(text)
    return ["node", "example.mjs"]


@pytest.mark.parametrize("language", calls.LANGUAGES)
def test_a_chat_answers(product: Product, paste: Paste, language: Language) -> None:
    text = calls.call("chat", language, model=MODELS["chat"], base=product.base_url)
    assert MODELS["chat"] in paste(language, text)


@pytest.mark.parametrize("language", calls.LANGUAGES)
def test_a_picture_lands_in_a_file(
    product: Product, paste: Paste, language: Language, tmp_path: Path
) -> None:
    paste(language, calls.call("image", language, model=MODELS["image"], base=product.base_url))
    assert (tmp_path / "raccoon.png").read_bytes().startswith(PNG)


@pytest.mark.parametrize("language", calls.LANGUAGES)
def test_two_texts_become_numbers(product: Product, paste: Paste, language: Language) -> None:
    model = MODELS["embedding"]
    printed = paste(language, calls.call("embedding", language, model=model, base=product.base_url))
    assert ('"index":1' in printed.replace(" ", "")) or len(printed.splitlines()) >= 2


def test_a_stream_arrives_in_pieces(product: Product, paste: Paste) -> None:
    printed = paste("curl", calls.streamed_call(model=MODELS["chat"], base=product.base_url))
    assert printed.count("data: ") > 2
    assert printed.rstrip().endswith("data: [DONE]")


@pytest.mark.parametrize(("kind", "language"), calls.PROGRAMS)
def test_no_place_stays_unfilled(kind: calls.Kind, language: Language) -> None:
    text = calls.call(kind, language, model="a/b", base="http://x/proxy/v1")
    assert "a/b" in text
    assert "{{" not in text
