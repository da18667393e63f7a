"""Reports of answers; rules that were switched, programs that were learned, networks of keys."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "answer_reports",
        sa.Column("call_id", sa.String(), nullable=False),
        sa.Column("user_id", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("call_id"),
    )
    with op.batch_alter_table("answer_reports", schema=None) as batch_op:
        batch_op.create_index("ix_answer_reports_user_id", ["user_id"], unique=False)
        batch_op.create_index("ix_answer_reports_created_at", ["created_at"], unique=False)
    op.create_table(
        "fair_use_modes",
        sa.Column("rule", sa.String(), nullable=False),
        sa.Column("mode", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("rule"),
    )
    op.create_table(
        "fair_use_fingerprints",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("app", sa.String(), nullable=False),
        sa.Column("rule", sa.String(), nullable=False),
        sa.Column("sketch", sa.String(), nullable=False),
        sa.Column("mode", sa.String(), nullable=False),
        sa.Column("learned_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen", sa.BigInteger(), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "key_days",
        sa.Column("start_ms", sa.BigInteger(), nullable=False),
        sa.Column("key_id", sa.String(), nullable=False),
        sa.Column("networks", sa.Integer(), nullable=False),
        sa.Column("hours", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("start_ms", "key_id"),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    for table in ("key_days", "fair_use_fingerprints", "fair_use_modes", "answer_reports"):
        op.drop_table(table)
