"""Agents in other words are known by what they are told to do, and by what their tools take."""

import pytest

from hcai_app.services.fairuse import heuristics
from hcai_app.services.fairuse.acts import Acts
from hcai_app.services.fairuse.heuristics import VerbObject
from tests.services.fairuse.test_general import UNKNOWN, asks, refused

OWN = heuristics.load_own()
ACTS, PURPOSES = Acts(OWN.act), Acts(OWN.purpose)
# How programs write instructions and a user's words into one prompt.
TEMPLATES = [
    "{}",
    "{}\n\nUser: Hello\nAssistant:",
    "System: {}\n\nUser: Hello\nAssistant:",
    "### System:\n{}\n\n### User:\nHello\n",
    "<|im_start|>system\n{}<|im_end|>\n<|im_start|>user\nHello<|im_end|>\n<|im_start|>assistant\n",
    "<s>[INST] <<SYS>>\n{}\n<</SYS>>\n\nHello [/INST]",
    "[SYSTEM]\n{}\n[USER]\nHello\n",
]


@pytest.mark.parametrize("act", OWN.act, ids=lambda act: act.id)
def test_an_act_is_found_in_its_example_and_not_in_its_near_miss(act: VerbObject) -> None:
    assert act.id in ACTS.of(act.match)
    assert act.id not in ACTS.of(act.miss)


@pytest.mark.parametrize("purpose", OWN.purpose, ids=lambda purpose: purpose.id)
def test_a_purpose_is_found_in_its_example_and_not_in_its_near_miss(purpose: VerbObject) -> None:
    assert purpose.id in PURPOSES.of(purpose.match)
    assert purpose.id not in PURPOSES.of(purpose.miss)


# A few sentences without a phrase of any known program.
SHORT = (
    "You take care of the sources in the repository of whoever calls you. Inspect them before you "
    "alter any of those files, keep a list of open steps, use one tool at a time, and do not push. "
    "Carry on until all is resolved and the suite passes."
)


@pytest.mark.attack
def test_a_few_sentences_of_what_to_do_are_known_in_any_wording_and_dialect() -> None:
    forms = [asks(SHORT), asks(SHORT, ["a", "b", "c", "d", "e"])]
    forms += [{"prompt": form.format(SHORT)} for form in TEMPLATES]
    assert [refused(UNKNOWN, form) for form in forms] == ["work-acts"] * len(forms)


def test_a_few_sentences_are_let_through_where_a_student_speaks_or_teaches() -> None:
    assert refused(UNKNOWN, asks(SHORT, ["read_file", "write_file"])) is None
    assert refused(UNKNOWN, asks(f"You are an agent of our class. {SHORT}")) is None
    assert refused(UNKNOWN, asks(f"{SHORT} Explain each step to the learner.")) is None
    assert refused(UNKNOWN, {"messages": [{"role": "user", "content": SHORT}]}) is None
    for form in TEMPLATES[1:]:
        said = form.replace("{}", "You are kind.").replace("Hello", SHORT)
        assert refused(UNKNOWN, {"prompt": said}) is None


@pytest.mark.attack
def test_parameters_tell_an_agent_whose_tools_have_other_names() -> None:
    several = {"a": ["command", "is_background"], "b": ["target_file"], "c": ["q"], "d": ["x"]}
    assert refused(UNKNOWN, asks(shapes=several | {"e": ["todos"]})) == "work-parameters"
    assert refused(UNKNOWN, asks(shapes=several | {"e": ["text"]})) is None
    assert refused(UNKNOWN, asks(shapes=several)) is None
    one = {"a": ["command", "with_escalated_permissions"], "b": ["input"]}
    assert refused(UNKNOWN, asks(shapes=one)) == "work-parameters-own"
