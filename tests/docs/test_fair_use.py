"""What the docs say of fair use is what the rules do."""

import re
from typing import get_args

from hcai_app.docs import anchor, chapters
from hcai_app.errors import DOCS_APPEAL, DOCS_BY_TYPE
from hcai_app.services.fairuse import rules
from hcai_app.services.fairuse.rules import ANY_APP, Signal

TEXT = next(chapter.text for chapter in chapters() if chapter.slug == "rules")
OWN = rules.load_own()


def test_every_program_that_is_refused_is_named_in_its_kind_and_no_other() -> None:
    for kind in ("coding agent", "role-play front end", "gateway"):
        row = re.search(rf"^\| {kind}s \| (.*) \|$", TEXT, re.MULTILINE)
        apps = {rule.app for rule in OWN if rule.category == kind and rule.mode == "on"}
        assert row
        assert set(row[1].split(", ")) == apps - {ANY_APP}


def test_every_signal_is_explained() -> None:
    assert [signal for signal in get_args(Signal) if f"`{signal}`" not in TEXT] == []


def test_the_error_that_is_shown_names_a_rule_that_there_is() -> None:
    shown = dict(re.findall(r'"(rule|app|signal)": "(.*?)"', TEXT))
    rule = next(rule for rule in OWN if rule.id == shown["rule"])
    assert (rule.app, rule.signal) == (shown["app"], shown["signal"])


def test_refusals_lead_to_headings_of_the_chapter() -> None:
    headings = re.findall(r"^## (.*)$", TEXT, re.MULTILINE)
    assert {DOCS_BY_TYPE["fair_use_error"], DOCS_APPEAL} <= {
        anchor("rules", title) for title in headings
    }


def test_what_litellm_is_told_to_set_is_told_in_the_docs_too() -> None:
    hints = {rule.hint for rule in OWN if rule.hint}
    assert len(hints) == 1
    for name in re.findall(r"OR_\w+", hints.pop()):
        assert f"`{name}`" in TEXT
