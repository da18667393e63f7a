"""Reports of answers by those who got them: which call, who, and why; nothing of what it said."""

from datetime import datetime

from sqlmodel import Field, SQLModel

from hcai_app import clock


class ReportRow(SQLModel, table=True):
    """One report; a call has at most one."""

    __tablename__ = "answer_reports"  # pyright: ignore[reportAssignmentType]

    call_id: str = Field(primary_key=True)
    user_id: str = Field(index=True)  # empty once the account is deleted
    reason: str
    created_at: datetime = Field(default_factory=clock.now, index=True)
    closed_at: datetime | None = None
    answer: str | None = None  # an admin's words, for the one who reports
