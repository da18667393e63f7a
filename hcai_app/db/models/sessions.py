"""Sign-in sessions: only a hash of the browser's cookie is stored."""

from datetime import datetime

from sqlmodel import Field, SQLModel

from hcai_app import clock


class SessionRow(SQLModel, table=True):
    """One signed-in browser; deleted at sign-out."""

    __tablename__ = "sessions"  # pyright: ignore[reportAssignmentType]

    # Derived from the cookie as the hash is, with another purpose: by this name pages know the
    # session, and nobody can sign in with it (services/sessions.py).
    id: str = Field(primary_key=True)
    user_id: str = Field(foreign_key="users.id", index=True)
    hash: str = Field(unique=True)
    created_at: datetime = Field(default_factory=clock.now)
    expires_at: datetime = Field(index=True)
