"""Roll-ups: aggregates that change in the transaction of each ledger row.

All totals and charts read these, never the ledger.
"""

from sqlalchemy import BigInteger, Index
from sqlmodel import Field, SQLModel

# The key id of rows made without a key: a primary key column cannot be null.
NO_KEY = ""


class Sums(SQLModel):
    """The columns that every roll-up adds up."""

    requests: int = Field(default=0, sa_type=BigInteger)
    failures: int = Field(default=0, sa_type=BigInteger)
    prompt_tokens: int = Field(default=0, sa_type=BigInteger)
    completion_tokens: int = Field(default=0, sa_type=BigInteger)
    total_tokens: int = Field(default=0, sa_type=BigInteger)
    cost_nanousd: int = Field(default=0, sa_type=BigInteger)


class UsageHourRow(Sums, table=True):
    """One user, hour, key and model."""

    __tablename__ = "usage_hours"  # pyright: ignore[reportAssignmentType]
    # By time for the operators' overview; no column of it changes with a call.
    __table_args__ = (Index("ix_usage_hours_start_ms", "start_ms"), {"sqlite_with_rowid": False})

    user_id: str = Field(primary_key=True)
    start_ms: int = Field(primary_key=True, sa_type=BigInteger)
    key_id: str = Field(primary_key=True)
    model: str = Field(primary_key=True)


class UsageMinuteRow(Sums, table=True):
    """One user, minute, key and model; kept for 25 hours."""

    __tablename__ = "usage_minutes"  # pyright: ignore[reportAssignmentType]
    __table_args__ = (Index("ix_usage_minutes_start_ms", "start_ms"), {"sqlite_with_rowid": False})

    user_id: str = Field(primary_key=True)
    start_ms: int = Field(primary_key=True, sa_type=BigInteger)
    key_id: str = Field(primary_key=True)
    model: str = Field(primary_key=True)


class KeyTotalRow(Sums, table=True):
    """One user and key, from the beginning; a user's total is the sum over their keys."""

    __tablename__ = "key_totals"  # pyright: ignore[reportAssignmentType]
    __table_args__ = ({"sqlite_with_rowid": False},)

    user_id: str = Field(primary_key=True)
    key_id: str = Field(primary_key=True)
    last_call_ms: int = Field(sa_type=BigInteger)


class SiteDayRow(Sums, table=True):
    """One UTC day, model and worker: a row per worker, summed on read, so that no row is hot."""

    __tablename__ = "site_days"  # pyright: ignore[reportAssignmentType]
    __table_args__ = ({"sqlite_with_rowid": False},)

    start_ms: int = Field(primary_key=True, sa_type=BigInteger)
    model: str = Field(primary_key=True)
    worker: str = Field(primary_key=True)
