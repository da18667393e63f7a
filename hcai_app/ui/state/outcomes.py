"""Outcomes of calls in words and icons, for every page."""

from dataclasses import dataclass

from hcai_app.services.call import Outcome
from hcai_app.services.usage import filters


@dataclass(frozen=True, slots=True)
class OutcomeWords:
    """One outcome, as the one who called reads it."""

    name: str
    problem: str  # in a word; empty: there is none
    icon: str
    story: str


# What was refused before it became a call; its value among the filters.
REFUSED = filters.REFUSED
REFUSED_WORDS = OutcomeWords("Refused here", "refused", "octagon-x", "")
OUTCOMES = {
    Outcome.COMPLETED: OutcomeWords("Completed", "", "check", "The whole answer reached you."),
    Outcome.UPSTREAM_ERROR: OutcomeWords(
        "Provider failed",
        "failed",
        "cloud-off",
        "The provider broke while it answered. That is not your fault: send the call again.",
    ),
    Outcome.CLIENT_CLOSED: OutcomeWords(
        "You hung up",
        "closed",
        "unplug",
        "Your program left before the answer ended. What was made until then is counted.",
    ),
    Outcome.INTERRUPTED: OutcomeWords(
        "Cut off by us",
        "interrupted",
        "scissors",
        "We had to end this one: a restart of the server, or the key was revoked while it ran.",
    ),
    Outcome.REFUSED_BY_PROVIDER: OutcomeWords(
        "Refused",
        "refused",
        "ban",
        "The provider did not take this call. Look at what it asked for: the model, its "
        "parameters, the size.",
    ),
}
