"""The vocabulary of scenarios."""

import pytest

from hcai_app.simulator.scenarios import Scenario, UnknownDirective, directives


def test_words_of_a_line_become_fields():
    text = "Hi!\n  /simulate before=8 crlf say='two words'\nand then\n/simulate status=429"
    scenario = Scenario().directed_by(text)
    assert (scenario.before, scenario.crlf, scenario.say) == (8.0, True, "two words")
    assert scenario.status == 429


def test_only_a_line_of_its_own_counts():
    assert directives("please /simulate status=500") == {}
    assert directives("/simulated status=500") == {}


def test_text_without_directive_changes_nothing():
    scenario = Scenario()
    assert scenario.directed_by("hello") is scenario


def test_bare_cut_and_hang_come_before_the_headers():
    scenario = Scenario().directed_by("/simulate cut hang")
    assert scenario.cut == scenario.hang == "before_headers"


@pytest.mark.parametrize(
    "line",
    [
        "nonsense",
        "chunks=many",
        "cut=leg",
        "usage=odd",
        "say='open",
        "status=200",
        "cost=abc",
        "chunks=-1",
    ],
)
def test_wrong_words_are_refused(line):
    with pytest.raises(UnknownDirective):
        Scenario().directed_by(f"/simulate {line}")
