"""The playground's code view, fed what its page tells: what runs is what would be sent."""

import base64
from pathlib import Path
from typing import Any

import pytest

from hcai_app.docs.examples.library import Language
from hcai_app.simulator.pictures import png
from tests.docs.examples.playground_requests import LANGUAGES, every_setting, shown
from tests.docs.examples.test_requests import CHAT, DRAWS, HOSTILE, PDF, asked, attempt, paste
from tests.harness.product import Product
from tests.harness.provider import Provider

POSTER = {"id": "f1", "name": "my poster.pdf", "type": "application/pdf", "size": len(PDF)}
PHOTO = {"id": "f2", "name": "photo.png", "type": "image/png", "size": 20}
DRAWN = {"id": "f3", "name": "picture.png", "type": "image/png", "size": 20}
BYTES = {"my poster.pdf": PDF, "photo.png": png(), "picture.png": b"\x89PNG\r\n\x1a\n drawn before"}
WORDS = ["text"]
SEES, PAINTS = [*WORDS, "image"], [*WORDS, "image"]
NOTHING: dict[str, Any] = {"text": "", "files": []}
ANNOTATIONS = [{"type": "file", "file": {"hash": "1", "name": "it's.pdf", "content": [HOSTILE]}}]


def data_url(file: dict[str, Any]) -> str:
    return f"data:{file['type']};base64,{base64.b64encode(BYTES[file['name']]).decode()}"


def talk(model: dict[str, Any], *messages: dict[str, Any], **settings: Any) -> dict[str, Any]:
    told = {"model": model, "settings": settings, "messages": list(messages)}
    return {"chat": {**told, "draft": NOTHING}}


def model(name: str, inputs: list[str], outputs: list[str] = WORDS, *takes: str) -> dict[str, Any]:
    return {
        "id": name,
        "name": name,
        "inputs": inputs,
        "outputs": outputs,
        "takes": files_taken(inputs, outputs),
        "parameters": list(takes),
    }


def files_taken(inputs: list[str], outputs: list[str]) -> list[str]:
    pictures = [PHOTO["type"]] if "image" in inputs else []
    return [*pictures, POSTER["type"]] if "file" in inputs or outputs == WORDS else pictures


def half_written(told: dict[str, Any]) -> dict[str, Any]:
    draft = {"text": HOSTILE, "files": [POSTER]}
    return {"chat": {**told["chat"], "draft": draft}}


def asks(text: str, *files: dict[str, Any]) -> dict[str, Any]:
    return {"id": text[:3], "role": "user", "text": text, "files": list(files)}


def answers(text: str, **more: Any) -> dict[str, Any]:
    return {"id": text[:3], "role": "assistant", "text": text, "state": "done", **more}


def with_every_setting() -> dict[str, Any]:
    told = every_setting()
    return talk(model(CHAT, WORDS, WORDS, *told["parameters"]), asks(HOSTILE), **told["settings"])


STATES = {
    "hostile words with a system prompt": (
        talk(model(CHAT, WORDS), asks(HOSTILE), system=HOSTILE),
        "stream",
    ),
    "whole": (talk(model(CHAT, WORDS), asks("hi"), stream=False), "chat"),
    "every setting": (with_every_setting, "stream"),
    "files alone, and no words": (
        talk(model("openai/gpt-5-mini", [*SEES, "file"]), asks("", PHOTO, POSTER)),
        "stream",
    ),
    "a PDF that is read for the model, and its annotations": (
        talk(
            model(CHAT, WORDS),
            asks("What is on it?", POSTER),
            answers(HOSTILE, annotations=ANNOTATIONS),
            asks("And then?"),
        ),
        "stream",
    ),
    "a picture of a photo": (
        talk(model(DRAWS, SEES, PAINTS), asks(HOSTILE, PHOTO), aspect_ratio="16:9"),
        "picture",
    ),
    "a picture that was drawn goes back": (
        talk(
            model(DRAWS, SEES, PAINTS),
            asks("Draw a cat."),
            answers("Here.", images=[DRAWN]),
            asks("Now a hat."),
        ),
        "picture",
    ),
    "pictures and no words": (
        talk(model(DRAWS, SEES, ["image"]), asks("Draw a cat.")),
        "picture",
    ),
    "nothing typed yet": (talk(model(CHAT, WORDS)), "stream"),
    "what stands in the field": (
        half_written(talk(model(CHAT, WORDS), asks("hi"), answers("hello"))),
        "stream",
    ),
    "texts": (
        {"mode": "embeddings", "texts": [HOSTILE, "", "  ", "raccoon"], **talk(model(CHAT, WORDS))},
        "embedding",
    ),
    "no texts yet": (
        {"mode": "embeddings", "texts": ["", " "], **talk(model(CHAT, WORDS))},
        "embedding",
    ),
}


@pytest.fixture(scope="module")
def key(module_product: Product) -> str:
    return module_product.make_key("USHOWN", "--budget-usd", "100")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", STATES)
def test_the_program_sends_what_the_page_would_send(
    product: Product, provider: Provider, key: str, tmp_path: Path, name: str, language: Language
) -> None:
    state, kind = STATES[name]
    told = made(product, state() if callable(state) else state)
    assert told["kind"] == kind
    paste(language, told["programs"][language], tmp_path, key, BYTES)
    sent = asked(provider)
    assert {name: sent.get(name) for name in told["sent"]} == told["sent"]
    if kind == "picture":
        assert (tmp_path / "picture.png").read_bytes() != BYTES["picture.png"]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("text", ["", HOSTILE])
def test_a_moderation_is_of_what_was_typed_or_of_an_example(
    product: Product, key: str, tmp_path: Path, text: str, language: Language
) -> None:
    told = made(product, {"mode": "moderation", "checked": text, **talk(model(CHAT, WORDS))})
    assert told["kind"] == "moderation"
    assert told["sent"]["input"].strip()
    assert paste(language, told["programs"][language], tmp_path, key)


def test_a_picture_that_does_not_come_is_told(
    product: Product, provider: Provider, key: str, tmp_path: Path
) -> None:
    provider.script(status=400, message="No cats today.")
    state, _ = STATES["pictures and no words"]
    told = made(product, state)  # pyright: ignore[reportArgumentType]
    for language in LANGUAGES:
        folder = tmp_path / language
        folder.mkdir()
        done = attempt(language, told["programs"][language], folder, key, {})
        assert "No cats today." in done.stdout + done.stderr
        assert not (folder / "picture.png").exists()


def made(product: Product, state: dict[str, Any]) -> dict[str, Any]:
    files = {file["name"]: data_url(file) for file in (POSTER, PHOTO, DRAWN)}
    return shown(product.base_url, files, **state)
