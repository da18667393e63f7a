"""Fair use beside the rules' file: what was switched or learned, how widely keys are used."""

from datetime import datetime

from sqlalchemy import BigInteger
from sqlmodel import Field, SQLModel

from hcai_app import clock


class RuleModeRow(SQLModel, table=True):
    """A rule whose mode is another than that of the file."""

    __tablename__ = "fair_use_modes"  # pyright: ignore[reportAssignmentType]

    rule: str = Field(primary_key=True)
    mode: str
    reason: str
    changed_at: datetime = Field(default_factory=clock.now)


class FingerprintRow(SQLModel, table=True):
    """What a refused program looks like, as keyed hashes: of its tools' parameters or its words."""

    __tablename__ = "fair_use_fingerprints"  # pyright: ignore[reportAssignmentType]

    id: str = Field(primary_key=True)
    kind: str  # "tools" or "instructions"
    app: str  # as the rule says that refused it
    rule: str
    sketch: str  # hashes, in hex
    mode: str = "counting"
    learned_at: datetime = Field(default_factory=clock.now)
    seen: int = Field(default=0, sa_type=BigInteger)  # in calls that no rule refused
    seen_at: datetime | None = None


class KeyDayRow(SQLModel, table=True):
    """From how many networks, and in how many hours, a key was used on a UTC day: at least."""

    __tablename__ = "key_days"  # pyright: ignore[reportAssignmentType]
    __table_args__ = ({"sqlite_with_rowid": False},)

    start_ms: int = Field(primary_key=True, sa_type=BigInteger)
    key_id: str = Field(primary_key=True)
    networks: int
    hours: int
