"""Every program of the library runs as its reader would run it, and does what its page says."""

import json
import re
import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from hcai_app.examples.library import EXAMPLES, Example, Program
from tests.examples.conftest import (
    SECONDS,
    Done,
    Paste,
    command_for,
    desk,
    environment,
    text_of,
)
from tests.examples.expected import EXPECTED, Expected
from tests.harness.processes import TLS
from tests.harness.product import Product
from tests.harness.provider import Provider

AT_ONCE = 3
PNG = b"\x89PNG"
SERVERS = ("web-page",)
UNKNOWN_KEY = "sk-hc-v1-" + "0" * 64


def test_it_is_known_of_every_example_what_it_does() -> None:
    assert EXPECTED.keys() == EXAMPLES.keys()


@pytest.mark.parametrize("name", [name for name in EXAMPLES if name not in SERVERS])
def test_its_programs_run(name: str, product: Product, provider: Provider, paste: Paste) -> None:
    example, expected = EXAMPLES[name], EXPECTED[name]
    if name == "cancel":
        provider.script(delay=0.1, chunks=60)
    slack_id = f"U{name}"
    key = product.make_key(slack_id)
    with ThreadPoolExecutor(AT_ONCE) as pool:
        done = list(pool.map(lambda program: paste(program, key), example.programs))
    for program, end in zip(example.programs, done, strict=True):
        assert_did(program, end, expected)
    assert_booked(product, slack_id, example, expected)


@pytest.mark.parametrize("program", EXAMPLES["errors"].programs, ids=lambda it: it.title)
@pytest.mark.usefixtures("provider")
def test_an_error_is_told_with_what_to_do(program: Program, paste: Paste) -> None:
    done = paste(program, UNKNOWN_KEY)
    assert done.code == 1
    assert re.match(r"401 .*not valid.*Bearer sk-hc-v1-.* [0-9a-f]{32}\n", done.printed)


@pytest.mark.parametrize("program", EXAMPLES["web-page"].programs, ids=lambda it: it.title)
@pytest.mark.usefixtures("provider")
def test_a_page_with_a_server_of_its_own_keeps_the_key_there(
    program: Program, product: Product, tmp_path: Path
) -> None:
    key = product.make_key(f"UPAGE{program.language}")
    with serving(program, product, key, tmp_path) as address:
        page = httpx.get(address, verify=TLS).text
        name = httpx.post(f"{address}/name", timeout=SECONDS, verify=TLS)
    assert 'fetch("/name"' in page
    assert key not in page
    assert re.search(EXPECTED["web-page"].says, name.text)
    assert booked(product, f"UPAGE{program.language}") == [("/chat/completions", "completed")]


@contextmanager
def serving(program: Program, product: Product, key: str, tmp_path: Path) -> Iterator[str]:
    folder = desk(tmp_path, program)
    command = command_for(program, text_of(program, product), folder)
    server = subprocess.Popen(
        command, cwd=folder, env=environment(key), stdout=subprocess.PIPE, text=True
    )
    try:
        assert server.stdout is not None
        yield server.stdout.readline().removeprefix("Open ").strip()
    finally:
        server.kill()
        server.communicate()


def assert_did(program: Program, done: Done, expected: Expected) -> None:
    assert done.code == 0, f"{program.title}:\n{done.complained}"
    pattern = expected.curl if program.language == "curl" else expected.says
    assert re.search(pattern, done.printed), f"{program.title} printed:\n{done.printed}"
    if program.language == "curl" and done.printed.startswith("{"):
        assert not json.loads(done.printed).get("error")
    if expected.file and program.language != "curl":
        assert (done.folder / expected.file).read_bytes().startswith(PNG)
    if "raccoon.png" in program.text:
        assert (done.folder / "raccoon.png").read_bytes().startswith(PNG)


def assert_booked(product: Product, slack_id: str, example: Example, expected: Expected) -> None:
    """The ledger has a row for each call: of this endpoint, with this end."""
    count = sum(
        expected.curl_calls if program.language == "curl" else expected.calls
        for program in example.programs
    )
    row = (expected.endpoint or example.endpoint, expected.outcome)
    product.wait_for_rows(lambda _rows: len(booked(product, slack_id)) >= count)
    assert booked(product, slack_id) == [row] * count


def booked(product: Product, slack_id: str) -> list[tuple[str, str]]:
    return [(row["endpoint"], row["outcome"]) for row in product.rows("--user", slack_id)]
