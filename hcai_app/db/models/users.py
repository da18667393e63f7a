"""Users: who they are at Hack Club, and what an admin decided about them."""

from datetime import datetime

from sqlalchemy import BigInteger
from sqlmodel import Field, SQLModel

from hcai_app import clock


class UserRow(SQLModel, table=True):
    """One student or volunteer."""

    __tablename__ = "users"  # pyright: ignore[reportAssignmentType]

    id: str = Field(primary_key=True)
    slack_id: str | None = Field(default=None, unique=True)
    subject: str | None = Field(default=None, unique=True)  # of the sign-in provider
    name: str
    is_verified: bool = False
    banned_at: datetime | None = None
    ban_reason: str | None = None
    budget_nanousd: int | None = Field(
        default=None, sa_type=BigInteger
    )  # None: the default of the settings
    created_at: datetime = Field(default_factory=clock.now)
