"""The playground's code view: any request as a program that runs as written, whatever was typed."""

import base64
import inspect
import json
import os
import subprocess
import sys
import types
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import openai
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hcai_app.docs.examples import request_code
from hcai_app.docs.examples.library import Language
from hcai_app.docs.examples.request_code import LocalFile
from hcai_app.docs.examples.requests import PYTHON_ARGUMENTS, TEMPLATES, Kind
from tests.clients.node.clients import FOLDER, PATH, are_installed
from tests.harness.databases import missing
from tests.harness.product import Product
from tests.harness.provider import Provider

HOSTILE = (
    'it\'s $HOME `id` $(touch evil) \\ \\n "quoted" </script><!-- {base} {body} ${x} %s\n'
    "JSON\nEOF\n'; touch evil #\r\n\t\u2028\u2029\u202e\ufeff\u0085 猫😀 !! \x00\x1b[31m"
)
PDF = b"%PDF-1.4 a file of the tests"
PNG = b"\x89PNG\r\n\x1a\n of the tests"
FILES = {"my poster.pdf": PDF, "photo.png": PNG}
LANGUAGES: tuple[Language, ...] = ("curl", "python", "javascript")
CHAT, DRAWS = "qwen/qwen3-32b", "google/gemini-2.5-flash-image"


def program(kind: Kind, language: Language, base: str, body: dict[str, Any]) -> str:
    return request_code.program(kind, language, base=base, body=body)


def paste(
    language: Language,
    text: str,
    folder: Path,
    key: str,
    files: Mapping[str, bytes] = FILES,
) -> str:
    """Run a program as a reader would, in a folder with the files; return what it prints."""
    done = attempt(language, text, folder, key, files)
    assert done.returncode == 0, f"{done.stderr}\n{text}"
    assert not (folder / "evil").exists()
    return done.stdout


def attempt(
    language: Language, text: str, folder: Path, key: str, files: Mapping[str, bytes]
) -> subprocess.CompletedProcess[str]:
    """Run a program that may fail."""
    for name, data in files.items():
        (folder / name).write_bytes(data)
    command = ["bash", "-c", text]
    if language == "python":
        (folder / "program.py").write_text(text)
        command = [sys.executable, "program.py"]
    if language == "javascript":
        if not are_installed():
            missing("tests/clients/node/node_modules, from the npm registry (make setup)")
        (folder / "node_modules").symlink_to(FOLDER / "node_modules")
        (folder / "program.mjs").write_text(text)
        command = ["node", "program.mjs"]
    return subprocess.run(
        command,
        cwd=folder,
        env={**os.environ, "PATH": PATH, "AI_KEY": key},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.fixture(scope="module")
def key(module_product: Product) -> str:
    return module_product.make_key("UCODE")


@pytest.fixture
def run(product: Product, key: str, tmp_path: Path) -> Any:
    def run(kind: Kind, language: Language, body: dict[str, Any]) -> str:
        return paste(language, program(kind, language, product.base_url, body), tmp_path, key)

    return run


def asked(provider: Provider) -> dict[str, Any]:
    """What the provider got."""
    (call,) = provider.calls()
    return json.loads(call["body"])


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", ["chat", "stream"])
def test_a_chat_says_what_was_typed(
    run: Any, provider: Provider, kind: Kind, language: Language
) -> None:
    body: dict[str, Any] = {
        "model": CHAT,
        "messages": [
            {"role": "system", "content": HOSTILE},
            {"role": "user", "content": f"{HOSTILE} again"},
        ],
        "temperature": 0.7,
        "top_k": 40,
        **({"stream": True} if kind == "stream" else {}),
    }
    assert "simulated" in run(kind, language, body)
    sent = asked(provider)
    assert sent["messages"] == body["messages"]
    assert (sent["temperature"], sent["top_k"]) == (0.7, 40)
    assert bool(sent.get("stream")) == (kind == "stream")


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_picture_and_a_pdf_go_along(run: Any, provider: Provider, language: Language) -> None:
    parts: list[dict[str, Any]] = [
        {"type": "text", "text": HOSTILE},
        {"type": "image_url", "image_url": {"url": LocalFile("photo.png", "image/png")}},
        {
            "type": "file",
            "file": {
                "filename": "my poster.pdf",
                "file_data": LocalFile("my poster.pdf", "application/pdf"),
            },
        },
    ]
    body = {
        "model": "openai/gpt-5-mini",
        "messages": [{"role": "user", "content": parts}],
        "stream": True,
        "plugins": [{"id": "file-parser", "pdf": {"engine": "cloudflare-ai"}}],
    }
    assert "simulated" in run("stream", language, body)
    sent = asked(provider)
    text, picture, document = sent["messages"][0]["content"]
    assert text["text"] == HOSTILE
    assert picture["image_url"]["url"] == f"data:image/png;base64,{base64.b64encode(PNG).decode()}"
    assert document["file"] == {
        "filename": "my poster.pdf",
        "file_data": f"data:application/pdf;base64,{base64.b64encode(PDF).decode()}",
    }
    assert sent["plugins"] == body["plugins"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_picture_lands_in_a_file(
    run: Any, provider: Provider, tmp_path: Path, language: Language
) -> None:
    body = {
        "model": DRAWS,
        "messages": [{"role": "user", "content": HOSTILE}],
        "modalities": ["image", "text"],
        "image_config": {"aspect_ratio": "16:9"},
    }
    run("picture", language, body)
    assert (tmp_path / "picture.png").read_bytes().startswith(b"\x89PNG")
    sent = asked(provider)
    assert sent["messages"][0]["content"] == HOSTILE
    assert sent["image_config"] == {"aspect_ratio": "16:9"}


@pytest.mark.parametrize("language", LANGUAGES)
def test_texts_become_numbers(run: Any, provider: Provider, language: Language) -> None:
    texts = [HOSTILE, "raccoon", "trash panda"]
    printed = run("embedding", language, {"model": "qwen/qwen3-embedding-8b", "input": texts})
    assert printed.replace(" ", "").count('"index":') == 3 or len(printed.splitlines()) >= 3
    assert asked(provider)["input"] == texts


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_text_is_moderated(run: Any, language: Language) -> None:
    text = f"I will kill the lights. {HOSTILE}"
    printed = run("moderation", language, {"model": "omni-moderation-latest", "input": text})
    assert "true" in printed.lower()
    assert "harassment/threatening" in printed


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.text(max_size=40),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4)
    ),
    max_leaves=12,
)
BODIES = st.lists(VALUES, min_size=20, max_size=20)
STUB = """
export default class OpenAI {
  chat = { completions: { create: (body) => {
    globalThis.bodies.push(body);
    return { choices: [{ message: {} }] };
  } } };
}
"""


@pytest.fixture(scope="module")
def stubs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder where `curl` and the package openai only keep what they are given."""
    folder = tmp_path_factory.mktemp("stubs")
    package = folder / "node_modules" / "openai"
    package.mkdir(parents=True)
    (package / "package.json").write_text('{"type": "module", "main": "index.js"}')
    (package / "index.js").write_text(STUB)
    curl = folder / "curl"
    curl.write_text(
        '#!/bin/bash\nwhile [ $# -gt 0 ]; do case "$1" in\n'
        '-d) printf %s "$2"; shift ;;\n--data-binary) cat ;;\nesac; shift; done\n'
    )
    curl.chmod(0o755)
    return folder


@settings(max_examples=3)
@given(bodies=BODIES)
def test_every_value_survives_every_language(stubs: Path, bodies: list[Any]) -> None:
    wanted = [{"model": "a/b", "messages": [], "extra": value} for value in bodies]
    for language in LANGUAGES:
        texts = [program("chat", language, "http://x", body) for body in wanted]
        assert kept(language, texts, stubs) == json.loads(json.dumps(wanted))


def test_a_long_body_is_no_argument(stubs: Path) -> None:
    body = {"model": "a/b", "messages": [{"role": "user", "content": "'$x\\ " * 60_000}]}
    assert kept("curl", [program("chat", "curl", "http://x", body)], stubs) == [body]


def kept(language: Language, texts: list[str], stubs: Path) -> list[Any]:
    """Run the programs among the stubs; return the bodies that they would have sent."""
    if language == "curl":
        env = {**os.environ, "PATH": f"{stubs}{os.pathsep}{PATH}", "AI_KEY": "x"}
        command = ["bash", "-s"]
        return [
            json.loads(
                subprocess.run(
                    command, env=env, input=text.encode(), capture_output=True, check=True
                ).stdout
            )
            for text in texts
        ]
    if language == "python":
        return [kept_by_python(text) for text in texts]
    names = [f"program-{number}.mjs" for number in range(len(texts))]
    for name, text in zip(names, texts, strict=True):
        (stubs / name).write_text(text)
    script = "globalThis.bodies = []; console.log = () => {};"
    script += "".join(f'await import("./{name}?{os.urandom(8).hex()}");' for name in names)
    script += "process.stdout.write(JSON.stringify(globalThis.bodies));"
    (stubs / "all.mjs").write_text(script)
    command = ["node", "all.mjs"]
    env = {**os.environ, "PATH": PATH, "AI_KEY": "x"}
    done = subprocess.run(command, cwd=stubs, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def kept_by_python(text: str) -> dict[str, Any]:
    bodies: list[dict[str, Any]] = []

    def create(extra_body: dict[str, Any] | None = None, **named: Any) -> Any:
        bodies.append({**named, **(extra_body or {})})
        message = types.SimpleNamespace(content="")
        return types.SimpleNamespace(choices=[types.SimpleNamespace(message=message)])

    completions = types.SimpleNamespace(create=create)
    client = types.SimpleNamespace(chat=types.SimpleNamespace(completions=completions))
    stub = types.ModuleType("openai")
    stub.OpenAI = lambda **_: client  # pyright: ignore[reportAttributeAccessIssue]
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(sys.modules, "openai", stub)
        patch.setenv("AI_KEY", "x")
        patch.setattr("builtins.print", lambda *_: None)
        exec(compile(text, "program.py", "exec"), {})  # noqa: S102 - it is what is tested
    return bodies[0]


def test_python_knows_the_arguments_by_name() -> None:
    client = openai.OpenAI(api_key="x")
    known = {
        name
        for method in (
            client.chat.completions.create,
            client.embeddings.create,
            client.moderations.create,
        )
        for name in inspect.signature(method).parameters
    }
    assert set(PYTHON_ARGUMENTS) <= known


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", TEMPLATES)
def test_no_place_stays_unfilled(kind: Kind, language: Language) -> None:
    text = program(kind, language, "http://x/proxy/v1", {"model": "a/b", "input": "hi"})
    for place in ("base", "data", "body", "arguments", "imports", "helper"):
        assert f"{{{place}}}" not in text
