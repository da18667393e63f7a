"""The audit log: what admins did. The database itself refuses to change or delete a row."""

from datetime import datetime

from sqlalchemy import BigInteger, Column, Index, Integer
from sqlmodel import Field, SQLModel


class AuditRow(SQLModel, table=True):
    """One act of an admin, at the desk or on the command line.

    No name and no address: a deleted account's rows must stand for nobody.
    """

    __tablename__ = "audit"  # pyright: ignore[reportAssignmentType]
    __table_args__ = (Index("ix_audit_user_id_id", "user_id", "id"),)

    id: int | None = Field(
        default=None,
        sa_column=Column(BigInteger().with_variant(Integer, "sqlite"), primary_key=True),
    )
    at: datetime = Field(index=True)
    actor: str  # an admin's user id, or `cli:` and the name at the operator's machine
    act: str
    user_id: str | None = None  # whom it was done to
    target: str | None = None  # a key, an exemption, a model: what it was done to
    before: str | None = None  # JSON
    after: str | None = None  # JSON
    reason: str | None = None
