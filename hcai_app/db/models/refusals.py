"""Refused calls, which have no row in the ledger: what their owner may know, and no content."""

from sqlalchemy import BigInteger, Index
from sqlmodel import Field, SQLModel


class RefusalRow(SQLModel, table=True):
    """One refused call; `id` is its request id, and opens with its time as a call's does."""

    __tablename__ = "refusals"  # pyright: ignore[reportAssignmentType]
    __table_args__ = (Index("ix_refusals_user_id_id", "user_id", "id"),)

    id: str = Field(primary_key=True)
    user_id: str
    key_id: str | None = None  # None: the playground
    endpoint: str
    model: str | None = None  # None: refused before it was read
    code: int
    type: str
    message: str  # what happened and what to do, without what the client wrote
    rule: str | None = None  # of fair use, or whose budget
    until_ms: int | None = Field(default=None, sa_type=BigInteger)  # None: until something changes
