"""API keys: a keyed hash and a preview, never the key."""

from datetime import datetime

from sqlalchemy import BigInteger, true
from sqlmodel import Field, SQLModel

from hcai_app import clock


class KeyRow(SQLModel, table=True):
    """One key of one user; revoked when `revoked_at` is set, ended when `expires_at` is past."""

    __tablename__ = "keys"  # pyright: ignore[reportAssignmentType]

    id: str = Field(primary_key=True)
    user_id: str = Field(foreign_key="users.id", index=True)
    name: str
    hash: str = Field(unique=True)  # keyed BLAKE2b, in hex: hashing.py
    preview: str
    created_at: datetime = Field(default_factory=clock.now)
    revoked_at: datetime | None = None
    # The rules that its owner has given it; None: none.
    expires_at: datetime | None = None
    budget_nanousd: int | None = Field(default=None, sa_type=BigInteger)  # a period's
    models: str | None = None  # ids, with commas between
    is_on: bool = Field(default=True, sa_column_kwargs={"server_default": true()})
    successor_id: str | None = None  # the key that a rotation made of it
    # Where it was found in public, and when we heard of it; None: nowhere.
    leaked_at: datetime | None = None
    leak_source: str | None = None  # who told us: services/keys/leaks.py
    leak_url: str | None = None
