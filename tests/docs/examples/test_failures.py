"""Programs of the library when something goes wrong: they say what the API says, and go on."""

import re
import socket
import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from hcai_app.docs.examples.library import EXAMPLES, Program
from tests.conftest import Install
from tests.docs.examples.conftest import (
    SECONDS,
    Paste,
    command_for,
    desk,
    environment,
    pasted,
    text_of,
)
from tests.docs.examples.expected import EXPECTED
from tests.docs.examples.test_programs import booked
from tests.harness.processes import TLS, free_port
from tests.harness.product import Product
from tests.harness.provider import Provider

UNKNOWN_KEY = "sk-hc-v1-" + "0" * 64
AT_ONCE = 3
# Those that take long, where an error may come after the answer has begun.
LONG = ("image", "draw", "pdf-file", "pdf-again", "generation", "errors", "discord")
WORDS = "Slow down, says the provider."
PAGES = EXAMPLES["web-page"].programs


@pytest.mark.parametrize("program", EXAMPLES["errors"].programs, ids=lambda it: it.title)
@pytest.mark.usefixtures("provider")
def test_an_error_is_told_with_what_to_do(program: Program, paste: Paste) -> None:
    done = paste(program, UNKNOWN_KEY)
    assert done.code == 1
    assert re.match(r"401 .*not valid.*Bearer sk-hc-v1-.* [0-9a-f]{32}\n", done.printed)


@pytest.mark.parametrize("name", [*LONG, "stats", "key", "chat"])
@pytest.mark.usefixtures("provider")
def test_no_program_hides_the_apis_words(name: str, paste: Paste) -> None:
    for program in EXAMPLES[name].programs:
        done = paste(program, UNKNOWN_KEY)
        assert "API key is not valid" in done.printed + done.complained, program.title
        assert not [*done.folder.glob("raccoon.png"), *done.folder.glob("grass*")], program.title


@pytest.fixture
def restless(install: Install) -> Product:
    """A server that begins its answers soon."""
    return install(HCAI_HEARTBEAT_SECONDS="0.2").start()


def test_an_error_that_comes_late_is_told(
    restless: Product, provider: Provider, tmp_path: Path
) -> None:
    key = restless.make_key("ULATE")
    provider.script(before=1, status=429, message=WORDS)
    programs = [(name, program) for name in LONG for program in EXAMPLES[name].programs]

    def run(named: tuple[str, Program]) -> None:
        name, program = named
        folder = tmp_path / name
        folder.mkdir(exist_ok=True)
        done = pasted(program, key, restless, folder)
        assert WORDS in done.printed + done.complained, f"{name}, {program.title}: {done}"
        assert not [*done.folder.glob("raccoon.png"), *done.folder.glob("grass*")], program.title
        if name == "errors":
            assert (done.code, done.printed[:4]) == (1, "429 ")

    with ThreadPoolExecutor(AT_ONCE) as pool:
        list(pool.map(run, programs))


@pytest.mark.parametrize("program", PAGES, ids=lambda it: it.title)
@pytest.mark.usefixtures("provider")
def test_a_page_with_a_server_of_its_own_keeps_the_key_there(
    program: Program, product: Product, tmp_path: Path
) -> None:
    key = product.make_key(f"UPAGE{program.language}")
    with serving(program, product, key, tmp_path) as address:
        page = httpx.get(address, verify=TLS).text
        name = httpx.post(f"{address}/name", timeout=SECONDS, verify=TLS)
        with pytest.raises(OSError, match="refused"):  # nobody but this computer may ask
            socket.create_connection(("127.0.0.2", int(address.rpartition(":")[2])), 5)
    assert 'fetch("/name"' in page
    assert key not in page
    assert re.search(EXPECTED["web-page"].says, name.text)
    assert booked(product, f"UPAGE{program.language}") == [("/chat/completions", "completed")]


@pytest.mark.parametrize("program", PAGES, ids=lambda it: it.title)
@pytest.mark.usefixtures("provider")
def test_the_page_survives_an_api_that_refuses_or_is_not_there(
    program: Program, product: Product, tmp_path: Path
) -> None:
    nowhere = replace(
        program, text=program.text.replace("{{base}}", f"http://localhost:{free_port()}")
    )
    for number, broken in enumerate((program, nowhere)):
        folder = tmp_path / str(number)
        folder.mkdir()
        with serving(broken, product, UNKNOWN_KEY, folder) as address:
            for _ in range(2):
                name = httpx.post(f"{address}/name", timeout=SECONDS, verify=TLS)
                assert name.text == "No name today, sorry."
            assert 'fetch("/name"' in httpx.get(address, verify=TLS).text
    told = (tmp_path / "0").rglob("complaints")
    assert "API key is not valid" in next(told).read_text()


@contextmanager
def serving(program: Program, product: Product, key: str, tmp_path: Path) -> Iterator[str]:
    folder = desk(tmp_path, program)
    command = command_for(program, text_of(program, product), folder)
    with (folder / "complaints").open("wb") as complaints:
        server = subprocess.Popen(
            command,
            cwd=folder,
            env=environment(key),
            stdout=subprocess.PIPE,
            stderr=complaints,
            text=True,
        )
    try:
        assert server.stdout is not None
        yield server.stdout.readline().removeprefix("Open ").strip()
    finally:
        server.kill()
        server.communicate()
