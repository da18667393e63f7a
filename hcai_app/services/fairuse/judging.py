"""Weighs what a call matches: a strong sign or two weak ones refuse it, a weak one alone never."""

from collections.abc import Callable, Iterable, Mapping
from itertools import combinations

from hcai_app.errors import FairUseRefused
from hcai_app.services.call import Caller
from hcai_app.services.fairuse.exemptions import Exemptions
from hcai_app.services.fairuse.matching import Content, Match, Matcher
from hcai_app.services.fairuse.rules import ANY_APP, Rule

# What a rule that is on does, and one that only counts.
REFUSED, COUNTED = "on", "counting"


class FairUse:
    """Refuses calls by the rules; `count(rule id, mode)` hears of each rule that decided."""

    def __init__(
        self,
        rules: Iterable[Rule],
        count: Callable[[str, str], None],
        exemptions: Exemptions,
    ) -> None:
        self._matcher = Matcher(rules)
        self._count = count
        self.exemptions = exemptions

    def check_headers(self, caller: Caller, headers: Mapping[bytes, bytes]) -> list[Match]:
        """Refuse a call by its headers; return what they match but does not refuse it.

        Raises:
            FairUseRefused: When they are those of a program that is not allowed here.
        """
        found = self._matcher.of_headers(headers)
        if found:
            self._judge(caller, found)
        return found

    def check_content(self, caller: Caller, content: Content, of_headers: list[Match]) -> None:
        """Refuse a call by its instructions and tools, and what its headers match.

        Raises:
            FairUseRefused: When they are those of a program that is not allowed here.
        """
        found = self._matcher.of_content(content)
        if found:
            self._judge(caller, [*found, *of_headers])

    def _judge(self, caller: Caller, found: list[Match]) -> None:
        found = [match for match in found if not self.exemptions.cover(caller, match.rule.id)]
        is_on = [match for match in found if match.rule.mode == "on"]
        if decisive := _decisive(is_on):
            for rule in decisive:
                self._count(rule.id, REFUSED)
            raise refusal(decisive[0])
        for rule in _decisive(found):
            if rule.mode == "counting":
                self._count(rule.id, COUNTED)


def _decisive(found: list[Match]) -> list[Rule]:
    """Return the rules that refuse: the first strong one, or two weak ones that agree."""
    for match in found:
        if match.is_strong:
            return [match.rule]
    for one, other in combinations(found, 2):
        if _agree(one.rule, other.rule):
            return [one.rule, other.rule]
    return []


def _agree(one: Rule, other: Rule) -> bool:
    if one.signal == other.signal:
        return False
    is_any = ANY_APP in (one.app, other.app)
    return one.app == other.app or (is_any and one.category == other.category)


def refusal(rule: Rule) -> FairUseRefused:
    """Return the error that says what a call looks like, and what its maker can do."""
    hint = f" {rule.hint}" if rule.hint else ""
    return FairUseRefused(
        f"This call looks like {rule.looks_like}, by its {SIGNS[rule.signal]}. Those are not "
        f"allowed here, for they use up what all students share.{hint} Is it a program of your "
        f"own? Then tell us the request id and the rule, {rule.id}, as `metadata.appeal_url` says.",
        metadata={"rule": rule.id, "app": rule.app, "signal": rule.signal},
    )


SIGNS = {
    "host": "address (HTTP-Referer, Referer or Origin)",
    "title": "title (X-Title)",
    "user-agent": "user agent",
    "header": "headers",
    "category": "categories",
    "opening": "instructions",
    "turn": "messages",
    "tools": "set of tools",
    "syntax": "tool syntax",
}
