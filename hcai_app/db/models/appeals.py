"""Appeals against refusals of fair use: which call, who, why by choice, and what came of it."""

from datetime import datetime

from sqlalchemy import Index, text
from sqlmodel import Field, SQLModel

from hcai_app import clock

_IS_OPEN = text("answered_at IS NULL")


class AppealRow(SQLModel, table=True):
    """One appeal; no word of the one who appeals, and of a user and a rule one open at most."""

    __tablename__ = "fair_use_appeals"  # pyright: ignore[reportAssignmentType]
    __table_args__ = (
        Index(
            "ux_fair_use_appeals_open",
            "user_id",
            "rule",
            unique=True,
            sqlite_where=_IS_OPEN,
            postgresql_where=_IS_OPEN,
        ),
    )

    request_id: str = Field(primary_key=True)  # of the refused call
    user_id: str = Field(index=True)
    key_id: str | None = None  # None: the playground
    rule: str
    reason: str
    created_at: datetime = Field(default_factory=clock.now, index=True)
    answered_at: datetime | None = None
    is_accepted: bool | None = None
    answer: str | None = None  # an admin's words, for the one who appeals
