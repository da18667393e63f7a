"""The rules: each finds its example and not its near miss, and none is without both."""

import pytest

from hcai_app.services.fairuse import matching, rules
from hcai_app.services.fairuse.matching import Content, Match, Matcher
from hcai_app.services.fairuse.rules import Rule

OWN = rules.load_own()
WHOLE = """
[[rule]]
id = "mine"
app = "Mine"
category = "coding agent"
signal = "title"
pattern = ["Mine"]
weight = "weak"
source = "a test"
match = "mine"
miss = "mineral"
"""
HEADERS = {"host": b"http-referer", "title": b"x-title", "user-agent": b"user-agent"}


def found_in(rule: Rule, example: str) -> list[Match]:
    """What a rule alone finds in an example, where its signal is looked for."""
    matcher = Matcher([rule])
    match rule.signal:
        case "tools" | "roles":
            return matcher.of_content(Content([], [], frozenset(example.split())))
        case "shapes" | "parameters":  # tools, with their parameters between commas
            tools = [(f"t{at}", tuple(it.split(","))) for at, it in enumerate(example.split())]
            names = frozenset(name for name, _ in tools)
            return matcher.of_content(Content([], [], names, tuple(tools)))
        case "purposes":  # what tools are said to do, between bars
            about = tuple(example.split(" | "))
            names = frozenset(f"t{at}" for at, _ in enumerate(about))
            return matcher.of_content(Content([], [], names, described=about))
        case "opening" | "syntax" | "traits" | "habits" | "acts":
            return matcher.of_content(Content([example], [], frozenset()))
        case "turn" | "turn-habits":
            return matcher.of_content(Content([], [example], frozenset()))
        case "header":
            name, _, value = example.partition(": ")
            return matcher.of_headers({name.encode(): value.encode()})
        case "category":
            return matcher.of_headers({b"x-openrouter-categories": example.encode()})
        case signal:
            return matcher.of_headers({HEADERS[signal]: example.encode()})


@pytest.mark.parametrize("rule", OWN, ids=lambda rule: rule.id)
def test_a_rule_finds_its_example_and_not_its_near_miss(rule: Rule) -> None:
    assert {match.rule.id for match in found_in(rule, rule.match)} == {rule.id}
    assert found_in(rule, rule.miss) == []


@pytest.mark.parametrize("rule", OWN, ids=lambda rule: rule.id)
def test_every_pattern_of_a_rule_can_be_found(rule: Rule) -> None:
    """A pattern that its own words do not match was written for another kind of signal."""
    if rule.signal == "tools":
        everything = " ".join([*rule.pattern, *rule.beside])
        assert rule.least <= len(rule.pattern)
        assert rule.beside_least <= len(rule.beside)
        assert found_in(rule, everything)
    elif rule.signal in HEADERS or rule.signal == "category":
        assert all(found_in(rule, pattern) for pattern in rule.pattern)


@pytest.mark.parametrize("name", ["pattern", "match", "miss", "source"])
def test_a_rule_without_example_near_miss_or_source_is_refused(name: str) -> None:
    assert len(rules.load(WHOLE)) == 1
    lines = WHOLE.splitlines()
    without = "\n".join(line for line in lines if not line.startswith(f"{name} ="))
    with pytest.raises(ValueError, match=f"mine: .*{name}"):
        rules.load(without)
    for empty in ("[]", '[" "]') if name == "pattern" else ('""', '" "'):
        emptied = [f"{name} = {empty}" if line.startswith(f"{name} =") else line for line in lines]
        with pytest.raises(ValueError, match=r"mine: .* empty"):
            rules.load("\n".join(emptied))


def test_what_no_rule_has_is_refused_and_so_are_two_of_one_name() -> None:
    with pytest.raises(ValueError, match="wieght"):
        rules.load(WHOLE.replace("weight", "wieght"))
    with pytest.raises(ValueError, match="signal"):
        rules.load(WHOLE.replace('"title"', '"substring"'))
    with pytest.raises(ValueError, match="mine"):
        rules.load(WHOLE * 2)


def test_instructions_that_are_known_are_judged_as_when_they_were_new(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(matching, "MAX_KNOWN", 3)
    matcher = Matcher(OWN)
    said = [rule.match for rule in OWN if rule.signal in ("opening", "syntax")]
    new = [Matcher(OWN).of_content(Content([text], [], frozenset())) for text in said]
    for _ in range(2):
        known = [
            [matcher.of_content(Content([text], [], frozenset())) for _ in range(2)]
            for text in said
        ]
        assert known == [[matches, matches] for matches in new]
    assert all(new)


def test_headers_that_are_known_are_judged_as_when_they_were_new(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    names = {**HEADERS, "category": b"x-openrouter-categories"}
    rules_of_headers = [rule for rule in OWN if rule.signal in names]
    sent = [{names[rule.signal]: rule.match.encode()} for rule in rules_of_headers]
    sent += [{names[rule.signal]: rule.miss.encode()} for rule in rules_of_headers]
    more = {b"host": b"ai.example", b"user-agent": b"a program of my own/1.0"}
    calls = [*sent, *({**more, **headers} for headers in sent), {b"host": b"ai.example"}]
    matcher = Matcher(OWN)
    monkeypatch.setattr(matching, "MAX_KNOWN", 0)  # so that nothing is known
    new = [matcher.of_headers(headers) for headers in calls]
    monkeypatch.setattr(matching, "MAX_KNOWN", len(calls) // 3)
    for _ in range(2):
        assert [matcher.of_headers(headers) for headers in calls] == new
        assert [matcher.of_headers(headers) for headers in reversed(calls)] == new[::-1]
    assert any(new)
    assert not all(new)
