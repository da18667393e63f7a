"""Exemptions from fair use: for a user, a key or a rule, until a time, with a reason."""

from datetime import datetime

from sqlmodel import Field, SQLModel

from hcai_app import clock


class ExemptionRow(SQLModel, table=True):
    """What holds for all three where they are given; at least one of them is."""

    __tablename__ = "fair_use_exemptions"  # pyright: ignore[reportAssignmentType]

    id: str = Field(primary_key=True)
    user_id: str | None = Field(default=None, index=True)
    key_id: str | None = None
    rule: str | None = None
    until: datetime = Field(index=True)
    reason: str
    created_at: datetime = Field(default_factory=clock.now)
