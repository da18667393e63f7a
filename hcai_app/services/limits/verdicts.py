"""How a budget refuses a call: in the words of whose budget it is."""

from hcai_app import clock, formatting
from hcai_app.errors import BudgetExhausted, HcaiError, RateLimited, Unavailable
from hcai_app.services.limits import period
from hcai_app.services.limits.accounts import EVERYBODY, AccountId, Claim
from hcai_app.services.limits.period import budget_period

# Clients' own retries would all fail until the period's end.
NO_RETRY = {"x-should-retry": "false"}
SHARE_RETRY_S = 5


def exhausted(claim: Claim) -> HcaiError:
    """Return the refusal of a call when the period's budget is spent: user's, key's, or all's."""
    name = claim.account
    metadata = {
        "resets_at": clock.from_ms(name.period.end_ms).isoformat(),
        "rule": rule_of(name),
    }
    if name.user_id == EVERYBODY:
        return _all_spent(metadata)
    message = spent_text(claim.limit)
    if name.key_id is not None:
        message = (
            f"This API key's own {_spent(claim.limit, f'for {period.THIS} ')}. Its owner can raise "
            "it on the keys page, or use another key."
        )
    return BudgetExhausted(message, headers=NO_RETRY, metadata=metadata)


def spent_text(limit_nanousd: int) -> str:
    """Return what somebody is told whose budget is spent."""
    return f"{period.POSSESSIVE} {_spent(limit_nanousd)}."


def _spent(limit_nanousd: int, when: str = "") -> str:
    limit = formatting.usd_exact(limit_nanousd)
    return f"budget of {limit} {when}is spent; it resets at {period.BOUNDARY}"


def _all_spent(metadata: dict[str, str]) -> RateLimited:
    now_ms = clock.now_ms()
    left_ms = budget_period(now_ms).end_ms - now_ms
    return RateLimited(
        f"All users together have spent what there is for {period.THIS}. It is nobody's own "
        f"fault, and your own budget is as it was; calls work again at {period.BOUNDARY}.",
        -(-left_ms // 1000),
        headers=NO_RETRY,
        metadata=metadata,
    )


def waiting(claim: Claim) -> RateLimited:
    """Return the refusal of a call when only running ones stand in the way."""
    name, metadata = claim.account, {"rule": rule_of(claim.account)}
    if name.user_id == EVERYBODY:
        message = (
            "The calls that all users have running may use up what is left for "
            f"{period.THIS}; it is nobody's own fault. Try again in a moment."
        )
        return RateLimited(message, 1, metadata=metadata)
    whose = "of this API key's own budget" if name.key_id else "of the budget"
    return RateLimited(
        f"The calls that you have running may use up the rest {whose} for {period.THIS}; "
        "wait for them to end.",
        1,
        metadata=metadata,
    )


def share_used(name: AccountId) -> Unavailable:
    """Return the refusal of a call by a worker that is alone, and has spent its share."""
    whose = "all users have" if name.user_id == EVERYBODY else "you have"
    left = "for all of you" if name.user_id == EVERYBODY else "of your budget"
    return Unavailable(
        f"Our servers cannot add up what {whose} spent just now, and this one's share of what "
        f"is left {left} is used up; try again in a few seconds.",
        SHARE_RETRY_S,
    )


def changing() -> Unavailable:
    """Return the refusal of a call whose account changes faster than it can be read."""
    return Unavailable("Your budget is being added up; try again in a moment.", 1)


def rule_of(name: AccountId) -> str:
    """Return the word for a budget, in errors."""
    if name.user_id == EVERYBODY:
        return "everybody"
    return "budget" if name.key_id is None else "key_budget"
