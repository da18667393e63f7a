"""Agents are told from students: by a corpus that no rule was written for."""

import pytest

from hcai_app.api.proxy import instructions, members
from hcai_app.errors import FairUseRefused
from hcai_app.services.fairuse import rules
from hcai_app.services.fairuse.exemptions import Exemptions
from hcai_app.services.fairuse.judging import FairUse
from hcai_app.services.fairuse.learned import Learned
from tests.services.books import caller_of
from tests.services.fairuse.corpus import Sample, agents, fifth, fourth, ordinary

ADA = caller_of("usr_ada")
HALVES = ("a", "b", "c", "d")
ORDINARY = (*HALVES, "e")
MIN_RECALL = 0.97
# Of the fourth corpus, where each program is reworded as a whole, too, by somebody who hides it.
MIN_RECALL_HIDDEN = 0.8
# Of the fifth one, in whose forms a program keeps neither headers, names of tools nor words.
MIN_RECALL_REWORDED = 0.8
FAIR_USE = FairUse(rules.load_own(), lambda _rule, _mode: None, Exemptions(None), Learned("secret"))


def refusal_of(sample: Sample) -> FairUseRefused | None:
    """How a request is refused; None when it goes on."""
    headers = {name.encode(): value.encode() for name, value in sample.headers.items()}
    try:
        signs = FAIR_USE.check_headers(ADA, headers)
        FAIR_USE.check_content(ADA, instructions.read(members.object_in(sample.raw)), signs)
    except FairUseRefused as refused:
        return refused
    return None


@pytest.mark.attack
@pytest.mark.parametrize("half", HALVES)
def test_agents_are_refused_in_whatever_form_they_come(half: str) -> None:
    samples = list(agents(half))
    missed = [sample.name for sample in samples if refusal_of(sample) is None]
    assert len(missed) <= len(samples) * (1 - MIN_RECALL), missed


@pytest.mark.parametrize("half", ORDINARY)
def test_no_student_is_refused(half: str) -> None:
    assert [sample.name for sample in ordinary(half) if refusal_of(sample)] == []


@pytest.mark.attack
@pytest.mark.parametrize("half", fourth.HALVES)
def test_hidden_agents_are_refused_in_most_forms(half: str) -> None:
    samples = [
        it for it in fourth.programs(half) if not any(rare in it.name for rare in fourth.RARE)
    ]
    missed = [sample.name for sample in samples if refusal_of(sample) is None]
    assert len(missed) <= len(samples) * (1 - MIN_RECALL_HIDDEN), missed


@pytest.mark.parametrize("half", fourth.HALVES)
def test_no_student_is_refused_in_any_dialect(half: str) -> None:
    assert [it.name for it in fourth.students(half) if refusal_of(it)] == []


@pytest.mark.attack
@pytest.mark.parametrize("half", fifth.HALVES)
def test_reworded_agents_are_refused_in_most_forms(half: str) -> None:
    samples = [sample for _, sample in fifth.programs(half)]
    missed = [sample.name for sample in samples if refusal_of(sample) is None]
    assert len(missed) <= len(samples) * (1 - MIN_RECALL_REWORDED), missed


@pytest.mark.parametrize("half", fifth.HALVES)
def test_no_pupil_is_refused(half: str) -> None:
    assert [it.name for it in fifth.pupils(half) if refusal_of(it)] == []


# Each is larger than a small agent, and does some of what a coding agent does.
KINDRED = [
    [
        "Read a file",
        "Write a file",
        "Replace text in a file",
        "Run a command",
        "List files",
        "Search files",
    ],
    [
        "Read a file",
        "Replace text in a file",
        "Run a command",
        "List files",
        "Tell that the task is finished",
    ],
    [
        "Read a note file",
        "Write a note file",
        "Change a note in the file",
        "Search notes",
        "List files",
    ],
    ["Run a slash command", "Edit a message", "Search the web", "List the players", "Play a file"],
    [
        "Move a file",
        "Read file from disk",
        "Write file to disk",
        "List a directory",
        "Run shell commands",
    ],
    [
        "Run the robot's command",
        "Get errors of motors",
        "Update the plan",
        "Look up a pattern",
        "Stop",
    ],
    [
        "Run a console command of the server",
        "List worlds",
        "Save the world",
        "Update a task",
        "Ban",
    ],
]


@pytest.mark.parametrize("about", KINDRED, ids=lambda about: about[0])
def test_no_pupil_is_refused_for_what_some_tools_do(about: list[str]) -> None:
    tools = [(f"helper{at}", "what", said) for at, said in enumerate(about)]
    for turn in range(4):
        sample = Sample("own", *fifth.body(turn, "You help our club.", "Hello", tools))
        assert refusal_of(sample) is None
