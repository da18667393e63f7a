"""The change log that workers poll, written in each change's transaction."""

from datetime import datetime

from sqlalchemy import BigInteger, Column, Integer
from sqlmodel import Field, SQLModel

from hcai_app import clock


class ChangeRow(SQLModel, table=True):
    """A change of a user or key: invalidate caches, cancel running calls."""

    __tablename__ = "changes"  # pyright: ignore[reportAssignmentType]

    id: int | None = Field(
        default=None,
        sa_column=Column(BigInteger().with_variant(Integer, "sqlite"), primary_key=True),
    )
    user_id: str
    key_id: str | None = None  # None: the whole user
    created_at: datetime = Field(default_factory=clock.now, index=True)
