"""API keys: a keyed hash and a preview, never the key."""

from datetime import datetime

from sqlmodel import Field, SQLModel

from hcai_app import clock


class KeyRow(SQLModel, table=True):
    """One key of one user; revoked when `revoked_at` is set."""

    __tablename__ = "keys"  # pyright: ignore[reportAssignmentType]

    id: str = Field(primary_key=True)
    user_id: str = Field(foreign_key="users.id", index=True)
    name: str
    hash: str = Field(unique=True)  # keyed BLAKE2b, in hex: hashing.py
    preview: str
    created_at: datetime = Field(default_factory=clock.now)
    revoked_at: datetime | None = None
