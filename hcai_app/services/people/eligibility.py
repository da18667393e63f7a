"""Eligibility: which verification statuses of the provider may sign in, and why others may not."""

import logging

from hcai_app.services.people.identity import VERIFIED, Identity, Reason

log = logging.getLogger(__name__)

# The provider's verification status -> the reason for the refusal, and so its page.
REASONS = {
    VERIFIED: Reason.OVER_AGE,
    "pending": Reason.PENDING,
    "needs_submission": Reason.VERIFY,
    "ineligible": Reason.INELIGIBLE,
}


def ineligibility_of(identity: Identity) -> Reason | None:
    """Return why somebody is no eligible teen; None when they are one."""
    if identity.is_eligible:
        return None
    reason = REASONS.get(identity.verification_status or "")
    if reason is None:
        log.warning("an unknown verification status: %.40r", identity.verification_status)
    return reason or Reason.UNKNOWN_STATUS
