import pytest

from hcai_app.docs.examples import highlight
from hcai_app.docs.examples.library import EXAMPLES, Program

PROGRAMS = [program for example in EXAMPLES.values() for program in example.programs]


@pytest.mark.parametrize("program", PROGRAMS)
def test_the_parts_are_the_text(program: Program) -> None:
    parts = highlight.parts_of(program.text, program.language)
    assert "".join(part for _, part in parts) == program.text


def test_names_texts_and_flags_have_their_colours() -> None:
    parts = highlight.parts_of('curl -N x -d \'{"model": "a/b"}\'', "curl")
    assert [part for part in parts if part[0]] == [
        ("flag", "-N"),
        ("flag", "-d"),
        ("key", '"model"'),
        ("str", '"a/b"'),
    ]


@pytest.mark.parametrize("language", ["curl", "python", "javascript", "powershell"])
def test_an_address_in_quotes_has_one_colour(language: str) -> None:
    html = highlight.html_of(f'base("{highlight.ORIGIN}/proxy/v1")', language, "https://ai.org")
    assert '<span class="str">&quot;https://ai.org/proxy/v1&quot;</span>' in html
