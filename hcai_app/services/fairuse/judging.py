"""Weighs what a call matches: a strong sign or two weak ones refuse it, a weak one alone never."""

from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from itertools import combinations

from msgspec.structs import replace

from hcai_app.errors import FairUseRefused
from hcai_app.services.call import Caller
from hcai_app.services.fairuse.exemptions import Exemptions
from hcai_app.services.fairuse.learned import Learned, Likeness, Shapes
from hcai_app.services.fairuse.matching import Content, Match, Matcher
from hcai_app.services.fairuse.rules import ANY_APP, Mode, Rule
from hcai_app.services.fairuse.sharing import Sharing

# What a rule that is on does, and one that only counts.
REFUSED, COUNTED = "on", "counting"
# What tells an app by name well enough to be believed beside a few everyday tools.
TELLING = ("opening", "turn", "user-agent")
# How all that was learned is counted.
ANY_LEARNED = "learned"


@lru_cache(1)
def compiled(rules: tuple[Rule, ...]) -> Matcher:
    """Return what finds these rules; of the latest ones it is made once, as that takes 0.1 s."""
    return Matcher(rules)


class FairUse:
    """Refuses calls by the rules; `count(rule id, mode)` hears of each rule that decided."""

    def __init__(
        self,
        rules: Iterable[Rule],
        count: Callable[[str, str], None],
        exemptions: Exemptions,
        learned: Learned,
    ) -> None:
        self._rules = tuple(rules)
        self._matcher = compiled(self._rules)
        self._count = count
        self.exemptions = exemptions
        self.learned = learned
        self.sharing = Sharing()

    def switch(self, modes: Mapping[str, Mode]) -> None:
        """Give rules other modes than they come with."""
        switched = (
            replace(rule, mode=modes[rule.id]) if rule.id in modes else rule for rule in self._rules
        )
        self._matcher = Matcher(switched)

    def check_headers(self, caller: Caller, headers: Mapping[bytes, bytes]) -> list[Match]:
        """Refuse a call by its headers; return what they match but does not refuse it.

        Raises:
            FairUseRefused: When they are those of a program that is not allowed here.
        """
        found = self._matcher.of_headers(headers)
        if found:
            self._judge(caller, found)
        return found

    def check_content(
        self, caller: Caller, content: Content, of_headers: list[Match], shapes: Shapes = tuple
    ) -> None:
        """Refuse a call by its instructions and tools, and what its headers match.

        `shapes` reads those of the tools' parameters, where somebody was refused before.

        Raises:
            FairUseRefused: When they are those of a program that is not allowed here.
        """
        found = self._matcher.of_content(content)
        if found:
            try:
                self._judge(caller, [*found, *of_headers])
            except FairUseRefused:
                self.learned.learn(found[0].rule, content, shapes)
                raise
        likeness = self.learned.recognise(content, shapes)
        if likeness is not None:
            self._judge_likeness(caller, likeness)

    def _judge_likeness(self, caller: Caller, likeness: Likeness) -> None:
        """Refuse what looks like a program that was refused, where a volunteer says so."""
        if self.exemptions.cover(caller, likeness.id):
            return
        self._count(ANY_LEARNED, likeness.mode)
        if likeness.mode == REFUSED:
            raise _refusal(likeness.id, likeness.app, likeness.app, "fingerprint")

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
    """Return the rules that refuse: a strong one, or two weak ones that agree.

    One that knows the app by name goes before those that know its kind.
    """
    if strong := [match.rule for match in found if match.is_strong]:
        return [min(strong, key=_knows_only_its_kind)]
    for one, other in combinations(found, 2):
        if _agree(one.rule, other.rule):
            return sorted((one.rule, other.rule), key=_knows_only_its_kind)
    return []


def _knows_only_its_kind(rule: Rule) -> bool:
    return rule.app == ANY_APP


def _agree(one: Rule, other: Rule) -> bool:
    if one.signal == other.signal:
        return False
    if one.few or other.few:
        known = other if one.few else one
        return known.app != ANY_APP and known.signal in TELLING
    is_any = ANY_APP in (one.app, other.app)
    return one.app == other.app or (is_any and one.category == other.category)


def refusal(rule: Rule) -> FairUseRefused:
    """Return the error that says what a call looks like, and what its maker can do."""
    return _refusal(rule.id, rule.app, rule.looks_like, rule.signal, rule.hint)


def _refusal(rule: str, app: str, looks_like: str, signal: str, hint: str = "") -> FairUseRefused:
    more = f" {hint}" if hint else ""
    return FairUseRefused(
        f"This call looks like {looks_like}, by its {SIGNS[signal]}. Those are not "
        f"allowed here, for they use up what all students share.{more} Is it a program of your "
        f"own? Then say so at `metadata.appeal_url`, and a person looks at the rule, {rule}.",
        metadata={"rule": rule, "app": app, "signal": signal},
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
    "roles": "set of tools, by what they are for",
    "shapes": "tools, by their parameters",
    "parameters": "tools, by names of their parameters",
    "purposes": "tools, by their descriptions",
    "traits": "instructions, by what they speak of",
    "habits": "instructions, by what they go into",
    "acts": "instructions, by what they tell a program to do",
    "turn-habits": "messages, by what they go into",
    "fingerprint": "tools and instructions, which a refused program had",
}
