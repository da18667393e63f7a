"""The ledger: one row per admitted call. No prompt, answer, address or key is ever in it."""

from sqlalchemy import BigInteger, Index, text
from sqlmodel import Field, SQLModel


class CallRow(SQLModel, table=True):
    """One admitted call, a row of the ledger.

    `id` opens with the start's milliseconds in hexadecimal: ids sort in the order of starts.
    """

    __tablename__ = "calls"  # pyright: ignore[reportAssignmentType]
    __table_args__ = (
        Index("ix_calls_user_id_id", "user_id", "id"),
        Index(
            "ix_calls_unsettled",
            "settle_at_ms",
            sqlite_where=text("settled = 0"),
            postgresql_where=text("NOT settled"),
        ),
        {"sqlite_with_rowid": False},
    )

    id: str = Field(primary_key=True)
    user_id: str
    key_id: str | None = None  # None: the playground
    endpoint: str
    requested_model: str
    model: str
    generation_id: str | None = None
    status: int
    outcome: str
    streamed: bool
    prompt_tokens: int = Field(default=0, sa_type=BigInteger)
    completion_tokens: int = Field(default=0, sa_type=BigInteger)
    reasoning_tokens: int = Field(default=0, sa_type=BigInteger)
    cached_tokens: int = Field(default=0, sa_type=BigInteger)
    total_tokens: int = Field(default=0, sa_type=BigInteger)
    cost_nanousd: int = Field(default=0, sa_type=BigInteger)
    settled: bool
    cost_source: str | None = None  # provider, lookup or estimate; None until settled
    started_at_ms: int = Field(sa_type=BigInteger)
    first_byte_ms: int | None = Field(default=None, sa_type=BigInteger)
    duration_ms: int = Field(sa_type=BigInteger)
    # What is kept to settle the row: the reservation that stays in force, the next look-up,
    # how many there were.
    reserved_nanousd: int = Field(default=0, sa_type=BigInteger)
    settle_at_ms: int | None = Field(default=None, sa_type=BigInteger)
    settle_attempts: int = 0
