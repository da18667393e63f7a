"""Notices to the operators: what somebody should know, and whether their webhook has it."""

from datetime import datetime

from sqlalchemy import Index
from sqlmodel import Field, SQLModel

from hcai_app import clock


class NoticeRow(SQLModel, table=True):
    """One notice. `due_at` is when its next delivery is due; nothing is when it is None."""

    __tablename__ = "notices"  # pyright: ignore[reportAssignmentType]
    __table_args__ = (Index("ix_notices_due_at_id", "due_at", "id"),)

    id: str = Field(primary_key=True)  # in the order of time
    kind: str
    text: str
    data: str  # numbers and ids, as JSON
    once: str = Field(unique=True)  # what is said once, whoever notices it
    created_at: datetime = Field(default_factory=clock.now)
    attempts: int = 0
    due_at: datetime | None = None
    delivered_at: datetime | None = None
    fault: str | None = None  # why the last delivery failed
