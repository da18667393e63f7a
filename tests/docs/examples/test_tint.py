import pytest

from hcai_app.docs.examples import tint
from hcai_app.docs.examples.library import EXAMPLES

TEXTS = [program.text for example in EXAMPLES.values() for program in example.programs]


@pytest.mark.parametrize("text", TEXTS)
def test_the_parts_are_the_text(text: str) -> None:
    assert "".join(part for _, part in tint.parts_of(text)) == text


def test_names_texts_and_flags_have_their_colours() -> None:
    parts = tint.parts_of('curl -N x -d \'{"model": "a/b"}\'')
    assert [part for part in parts if part[0]] == [
        ("flag", "-N"),
        ("flag", "-d"),
        ("key", '"model"'),
        ("str", '"a/b"'),
    ]


def test_the_address_is_a_part_of_its_own_also_within_quotes() -> None:
    parts = tint.parts_of(f'base_url="{tint.ORIGIN}/proxy/v1"')
    assert ("origin", tint.ORIGIN) in parts
    assert parts[-1] == ("str", '/proxy/v1"')
