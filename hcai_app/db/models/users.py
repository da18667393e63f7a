"""Users: their identity at Hack Club, and what an admin decided about them."""

from datetime import datetime

from sqlalchemy import BigInteger, false
from sqlmodel import Field, SQLModel

from hcai_app import clock


class UserRow(SQLModel, table=True):
    """One student or volunteer."""

    __tablename__ = "users"  # pyright: ignore[reportAssignmentType]

    id: str = Field(primary_key=True)
    slack_id: str | None = Field(default=None, unique=True)
    subject: str | None = Field(default=None, unique=True)  # of the sign-in provider
    name: str
    email: str | None = None  # for the owner of a leaked key; from the sign-in provider
    is_verified: bool = False
    # An admin's word, which the provider's does not undo.
    is_vouched: bool = Field(default=False, sa_column_kwargs={"server_default": false()})
    verification_status: str | None = None  # the provider's value at the last sign-in
    ysws_eligible: bool | None = None
    signed_in_at: datetime | None = None
    checked_at: datetime | None = None  # last refresh from the provider without a sign-in
    banned_at: datetime | None = None
    banned_until: datetime | None = None  # None: until somebody ends the ban
    ban_reason: str | None = None
    budget_nanousd: int | None = Field(
        default=None, sa_type=BigInteger
    )  # None: the default of the settings
    # A larger budget for a time.
    grant_nanousd: int | None = Field(default=None, sa_type=BigInteger)
    granted_until: datetime | None = None
    grant_reason: str | None = None
    created_at: datetime = Field(default_factory=clock.now)
    deleted_at: datetime | None = None
    # Kept until the end of the day of the deletion: a new account is no second budget.
    deleted_subject_hash: str | None = Field(default=None, index=True)
    deleted_slack_id_hash: str | None = Field(default=None, index=True)
