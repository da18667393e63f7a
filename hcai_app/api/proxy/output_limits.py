"""How much a request lets a model write: the largest of all the limits that it names.

Providers read different ones, so a small limit beside a large one means nothing.
"""

import math
from collections.abc import Iterable
from typing import Any, NamedTuple

import msgspec

from hcai_app.api.proxy import members
from hcai_app.api.proxy.guard_reading import members_within
from hcai_app.api.proxy.members import Fields
from hcai_app.errors import InvalidRequest

# Of the whole output.
OF_OUTPUT = frozenset(
    {
        *("max_tokens", "max_completion_tokens", "max_output_tokens", "max_new_tokens"),
        *("maxTokens", "maxOutputTokens", "maxCompletionTokens"),
    }
)
# Of what is thought beforehand, which comes on top for some providers.
OF_THOUGHTS = frozenset({"budget_tokens", "budgetTokens", "thinkingBudget", "thinking_budget"})
OF_ANSWERS = frozenset(
    {"n", "best_of", "candidate_count", "candidateCount", "num_generations", "num_completions"}
)
# Objects that hold such limits. What is in `provider`, plugins and tools is read by the guard.
HOLDERS = frozenset(
    {"reasoning", "thinking", "generationConfig", "generation_config", "extra_body"}
)
MAX_ANSWERS = 128
# What is assumed where no limit is named.
ASSUMED_OUTPUT = 8_192
# More than any model writes.
HUGE = 10**9
NAMED = OF_OUTPUT | OF_THOUGHTS | OF_ANSWERS | HOLDERS


class Limits(NamedTuple):
    """What a request lets a model write; 0: not said."""

    output: int = 0
    thoughts: int = 0
    answers: int = 1

    @property
    def max_tokens(self) -> int | None:
        """The tokens of one answer; None: not said, or no more than is assumed."""
        if self.output or self.thoughts > ASSUMED_OUTPUT:
            return max(self.output, self.thoughts)
        return None


UNSAID = Limits()


def of(fields: Fields) -> Limits:
    """Return the largest limits in a request's own members.

    Raises:
        InvalidRequest: When one of them is too long to be one.
    """
    named = NAMED.intersection(fields)
    return largest([(name, _value(fields, name)) for name in named]) if named else UNSAID


def _value(fields: Fields, name: str) -> Any:
    if name not in HOLDERS:
        return members.scalar(fields, name)
    raw = memoryview(fields[name])
    if len(raw) > members.MAX_SCALAR:
        raise InvalidRequest(f"`{name}` is too long: send less of it.", param=name)
    try:
        return msgspec.json.decode(raw)
    except (msgspec.DecodeError, RecursionError):
        return None  # the provider validates it


def largest(named: Iterable[tuple[str, Any]]) -> Limits:
    """Return the largest limits among members and whatever is within them."""
    output = thoughts = 0
    answers = 1
    for holder, value in named:
        # In `reasoning` alone this is a limit of thoughts.
        of_thoughts = OF_THOUGHTS | OF_OUTPUT if holder == "reasoning" else OF_THOUGHTS
        for name, inner in ((holder, value), *members_within(value)):
            if name in of_thoughts:
                thoughts = max(thoughts, whole(inner))
            elif name in OF_OUTPUT:
                output = max(output, whole(inner))
            elif name in OF_ANSWERS:
                answers = max(answers, whole(inner))
    return Limits(output, thoughts, min(answers, MAX_ANSWERS))


def whole(value: Any) -> int:
    """Return a number however it is written (100, 100.0, "100"), rounded up; 0 for other values."""
    if type(value) is int:
        return min(max(value, 0), HUGE)
    if not isinstance(value, float | str):
        return 0
    try:
        number = float(value)
    except ValueError:
        return 0
    return math.ceil(min(number, HUGE)) if number > 0 else 0
