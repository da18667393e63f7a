"""The library finds its programs, and they are whole."""

import json
import re
from pathlib import Path

import pytest

from hcai_app.docs import places
from hcai_app.docs.examples import library
from hcai_app.docs.examples.library import EXAMPLES, FILES, FOLDER, Example, Program
from hcai_app.settings import read_settings

README = Path("README.md")
PLACES = places(read_settings({"HCAI_SECRET_KEY": "a secret of the tests, long enough for it"}))
PROGRAMS = [
    pytest.param(program, id=f"{example.name}: {program.title}")
    for example in EXAMPLES.values()
    for program in example.programs
]
WITH_BODY = [example for example in EXAMPLES.values() if example.body is not None]


def test_no_file_is_left_out() -> None:
    folders = {path.name for path in FOLDER.iterdir()}
    assert folders <= EXAMPLES.keys()
    files = {path.name for path in FOLDER.rglob("*") if path.is_file()}
    assert files <= {*FILES, library.REQUEST, library.CURL}


@pytest.mark.parametrize("example", EXAMPLES.values(), ids=lambda example: example.name)
def test_every_example_has_programs_with_titles_of_their_own(example: Example) -> None:
    titles = [program.title for program in example.programs]
    assert titles
    assert len(set(titles)) == len(titles)


@pytest.mark.parametrize("program", PROGRAMS)
def test_a_program_is_whole(program: Program) -> None:
    text = library.filled(program, PLACES)
    assert "{{" not in re.sub(r"\$\{\{?|f\".*\"", "", text)
    assert "/proxy" in text
    assert "YOUR" not in text
    assert "sk-hc" not in text
    assert max(map(len, text.splitlines())) <= 100


@pytest.mark.parametrize("example", WITH_BODY, ids=lambda example: example.name)
def test_curl_sends_the_body_that_the_page_sends(example: Example) -> None:
    assert example.body is not None
    sent = json.loads(library.fill(example.body, PLACES))
    text = library.filled(example.program("curl"), PLACES)
    match = re.search(r"-d '(.*?)'", text, re.DOTALL)
    assert match is not None
    assert json.loads(match[1]) == sent
    assert ("-N" in text.split("http")[0]) == (sent.get("stream") is True)


def test_every_client_has_the_same_text_moderated() -> None:
    """Of the others the provider is asked, where a test sees that they send the same."""
    moderation = EXAMPLES["moderation"]
    text = json.loads(moderation.body or "")["input"]
    assert [it.title for it in moderation.programs if f'"{text}"' not in it.text] == []


def test_a_missing_program_is_told() -> None:
    with pytest.raises(KeyError, match="no program in python with nothing"):
        EXAMPLES["chat"].program("python", "nothing")


def test_openrouters_javascript_names_its_server_as_it_must() -> None:
    """With `baseURL` the key would go to another host."""
    texts = [
        program.text
        for example in EXAMPLES.values()
        for program in example.programs
        if (program.language, program.client) == ("javascript", "openrouter")
    ]
    assert texts
    assert all("serverURL" in text and "baseURL" not in text for text in texts)


def test_the_readme_shows_programs_of_the_library() -> None:
    shown = re.findall(r"^```(?:python|js|sh)\n(.*?)\n```$", README.read_text(), re.M | re.S)
    programs = {library.filled(it, PLACES) for e in EXAMPLES.values() for it in e.programs}
    clients = [text for text in shown if text.startswith(("curl http", "import"))]
    assert len(clients) >= 5
    assert [text for text in clients if text not in programs and "/stats" not in text] == []
