"""An identity from the sign-in provider, and the refusals of a sign-in."""

import re
from dataclasses import dataclass
from enum import StrEnum

from hcai_app import hashing
from hcai_app.errors import NotAllowed

VERIFIED = "verified"
STUDENT = re.compile(r"[\w-]{1,40}", re.ASCII)


class Reason(StrEnum):
    """Why nobody was signed in; each has a page of its own, /sign-in/<value>."""

    CANCELLED = "cancelled"
    EXPIRED = "expired"
    FAILED = "failed"
    UNAVAILABLE = "unavailable"
    TOO_MANY = "too-many"
    NOT_SET_UP = "not-set-up"
    BANNED = "banned"
    DELETED_TODAY = "deleted-today"
    HALF_OUT = "half-out"  # signed out while the database is away
    DELETED = "deleted"  # the account, just now
    # The rows of the provider's table of eligibility.
    OVER_AGE = "over-age"
    PENDING = "pending"
    VERIFY = "verify"
    INELIGIBLE = "ineligible"
    UNKNOWN_STATUS = "unknown-status"


class SignInRefused(NotAllowed):
    """Nobody is signed in, for a reason that has its own page."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(f"You were not signed in: {reason.value}.")
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Identity:
    """What the sign-in provider says of somebody; None is what it did not say."""

    subject: str
    name: str | None = None
    email: str | None = None
    slack_id: str | None = None
    verification_status: str | None = None
    ysws_eligible: bool | None = None

    @property
    def is_eligible(self) -> bool:
        """Whether this is a verified, eligible teen: both, since a ban leaves the second true."""
        return self.verification_status == VERIFIED and self.ysws_eligible is True


def deleted_subject_hash(subject: str | None, secret_key: str) -> str | None:
    """Return what is kept of a deleted account's subject until its budget's period ends."""
    return hashing.keyed_hash(subject, secret_key, b"deleted subject") if subject else None


def deleted_slack_id_hash(slack_id: str | None, secret_key: str) -> str | None:
    """Return what is kept of a deleted account's Slack id until its budget's period ends."""
    return hashing.keyed_hash(slack_id, secret_key, b"deleted slack id") if slack_id else None


def development_student(name: str | None) -> Identity:
    """Return an eligible student who exists on a development machine only.

    `name` may be the Slack id of a user made on the command line.
    """
    called = name if name and STUDENT.fullmatch(name) else None
    return Identity(
        subject=f"development:{called or 'orpheus'}",
        name=called or "Orpheus",
        slack_id=called or "UDEVELOP",
        verification_status=VERIFIED,
        ysws_eligible=True,
    )
