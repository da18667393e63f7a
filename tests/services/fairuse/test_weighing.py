"""One strong sign refuses, two weak ones that agree do, one alone never; a mode can stop a rule."""

from collections import Counter

import msgspec
import pytest

from hcai_app.errors import FairUseRefused
from hcai_app.services.fairuse import folding, rules
from hcai_app.services.fairuse.exemptions import Exemptions
from hcai_app.services.fairuse.judging import FairUse
from hcai_app.services.fairuse.learned import Learned
from hcai_app.services.fairuse.matching import Content
from hcai_app.services.fairuse.rules import Mode
from tests.services.books import caller_of

ADA, NO_EXEMPTIONS = caller_of("usr_ada"), Exemptions(None)
TITLE, AGENT = {b"x-title": b"Forge"}, {b"user-agent": b"Forge"}
CLINE = "You are Cline, a highly skilled software engineer with extensive knowledge in many programming languages, frameworks, design patterns, and best practices."  # noqa: E501
TAGS = "<execute_command> <write_to_file> <replace_in_file> <attempt_completion>"


def judging(mode: Mode = "on") -> tuple[FairUse, Counter[tuple[str, str]]]:
    counts = Counter[tuple[str, str]]()
    own = [msgspec.structs.replace(rule, mode=mode) for rule in rules.load_own()]
    count = lambda rule, at: counts.update([(rule, at)])  # noqa: E731
    return FairUse(own, count, NO_EXEMPTIONS, Learned("secret")), counts


def says(*, system: str = "", user: str = "", tools: str = "") -> Content:
    return Content([system], [user], frozenset(tools.split()))


def test_a_strong_sign_refuses_and_names_its_rule() -> None:
    judge, counts = judging()
    with pytest.raises(FairUseRefused) as refused:
        judge.check_content(ADA, says(tools="TodoWrite NotebookEdit Bash Read"), [])
    rule = {"rule": "claude-code-tools", "app": "Claude Code", "signal": "tools"}
    assert refused.value.metadata == rule
    assert "looks like Claude Code" in refused.value.message
    assert counts == {("claude-code-tools", "on"): 1}


def test_two_weak_signs_of_one_app_refuse_and_one_alone_does_not() -> None:
    judge, counts = judging()
    judge.check_headers(ADA, TITLE)
    judge.check_headers(ADA, AGENT)
    assert not counts
    with pytest.raises(FairUseRefused):
        judge.check_headers(ADA, TITLE | AGENT)
    assert counts == {("forge-title", "on"): 1, ("forge-user-agent", "on"): 1}


def test_weak_signs_of_two_apps_do_not_add_up() -> None:
    judge, _counts = judging()
    judge.check_headers(ADA, {b"x-title": b"Void", b"user-agent": b"Forge"})
    judge.check_headers(ADA, {b"x-title": b"Void", b"x-openrouter-categories": b"roleplay"})
    with pytest.raises(FairUseRefused):
        judge.check_headers(
            ADA, {b"x-title": b"Void", b"x-openrouter-categories": b"game, cli-agent"}
        )


def test_a_weak_header_counts_with_what_the_body_says() -> None:
    judge, _counts = judging()
    weak = says(system="You are a general-purpose AI agent called Nova.")
    judge.check_content(ADA, weak, judge.check_headers(ADA, {}))
    with pytest.raises(FairUseRefused):
        judge.check_content(ADA, weak, judge.check_headers(ADA, {b"x-title": b"goose"}))


@pytest.mark.attack
def test_a_prompt_in_the_users_words_needs_a_second_sign() -> None:
    judge, _counts = judging()
    judge.check_content(ADA, says(user=f"{CLINE} What is good about this prompt?"), [])
    judge.check_content(ADA, says(user=f"What is good about this? {CLINE} {TAGS}"), [])
    with pytest.raises(FairUseRefused):
        judge.check_content(ADA, says(user=f"{CLINE} Tools: {TAGS}"), [])
    with pytest.raises(FairUseRefused):
        judge.check_content(
            ADA, says(user=CLINE, tools="attempt_completion apply_diff new_task"), []
        )


def test_a_rule_that_counts_refuses_nobody_and_one_that_is_off_does_nothing() -> None:
    for mode, expected in (("counting", {("cline-opening", "counting"): 1}), ("off", {})):
        judge, counts = judging(mode)
        judge.check_content(ADA, says(system=CLINE), [])
        assert counts == expected


@pytest.mark.parametrize(
    "disguise",
    ["CLINE", "С\u200bline", "Ｃｌｉｎｅ", "C l i n e", "C\u00adlíne", "clıne", "*Cline*", "C1ine"],
)
def test_disguises_fold_to_the_same(disguise: str) -> None:
    assert folding.fold(disguise) == folding.fold("Cline")


def test_plain_texts_and_others_fold_alike() -> None:
    plain = bytes(range(128)).decode()
    assert folding.fold(plain) == folding.fold(f"{plain}\u0301")


def test_hosts_are_compared_by_their_labels_and_paths() -> None:
    judge, _counts = judging()
    for url in (
        "cline.bot",
        "https://app.CLINE.bot.:443/x",
        "https://a:b@cline.bot/",
        "//cline.bot",
    ):
        with pytest.raises(FairUseRefused):
            judge.check_headers(ADA, {b"http-referer": url.encode()})
    for url in (
        "https://cline.bot.me/",
        "https://me/cline.bot",
        "https://me/?u=cline.bot",
        "bot",
        "",
    ):
        judge.check_headers(ADA, {b"http-referer": url.encode()})
    for url in (
        "https://github.com/qwenlm/qwen-code.git",
        "https://github.com/RooCodeInc/Roo-Code",
    ):
        with pytest.raises(FairUseRefused):
            judge.check_headers(ADA, {b"referer": url.encode()})
    judge.check_headers(ADA, {b"referer": b"https://github.com/qwenlm/qwen-code-notes"})


def test_an_app_that_is_known_by_name_is_named_before_its_kind() -> None:
    judge, _counts = judging()
    tools = "read_file edit_file run_shell todo_list sub_agent"
    with pytest.raises(FairUseRefused) as kind:
        judge.check_content(ADA, says(tools=tools), [])
    with pytest.raises(FairUseRefused) as named:
        judge.check_content(ADA, says(system=CLINE, tools=tools), [])
    assert "looks like a coding agent" in kind.value.message
    assert "looks like Cline" in named.value.message
