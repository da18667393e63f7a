"""How often the check of prompts found something: numbers by day, never what it was."""

from sqlalchemy import BigInteger, Index
from sqlmodel import Field, SQLModel

# Stands for no user: calls that went on unchecked, and what a deleted account leaves.
NO_USER = ""


class SafetyDayRow(SQLModel, table=True):
    """One UTC day, user and category; kept as long as the ledger."""

    __tablename__ = "safety_days"  # pyright: ignore[reportAssignmentType]
    __table_args__ = (Index("ix_safety_days_user_id", "user_id"), {"sqlite_with_rowid": False})

    start_ms: int = Field(primary_key=True, sa_type=BigInteger)
    category: str = Field(primary_key=True)
    user_id: str = Field(primary_key=True)
    count: int = Field(default=0, sa_type=BigInteger)
