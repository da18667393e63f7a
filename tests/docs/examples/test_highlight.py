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


def test_the_address_is_a_part_of_its_own_also_within_quotes() -> None:
    parts = highlight.parts_of(f'base_url="{highlight.ORIGIN}/proxy/v1"', "python")
    assert ("origin", highlight.ORIGIN) in parts
    assert parts[-1] == ("str", '/proxy/v1"')
