"""Appeals against refusals of fair use; what a reporter is answered."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

IS_OPEN = sa.text("answered_at IS NULL")


def upgrade() -> None:
    op.create_table(
        "fair_use_appeals",
        sa.Column("request_id", sa.String(), nullable=False),
        sa.Column("user_id", sa.String(), nullable=False),
        sa.Column("key_id", sa.String(), nullable=True),
        sa.Column("rule", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("is_accepted", sa.Boolean(), nullable=True),
        sa.Column("answer", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("request_id"),
    )
    with op.batch_alter_table("fair_use_appeals", schema=None) as batch_op:
        batch_op.create_index("ix_fair_use_appeals_user_id", ["user_id"], unique=False)
        batch_op.create_index("ix_fair_use_appeals_created_at", ["created_at"], unique=False)
        batch_op.create_index(
            "ux_fair_use_appeals_open",
            ["user_id", "rule"],
            unique=True,
            sqlite_where=IS_OPEN,
            postgresql_where=IS_OPEN,
        )
    with op.batch_alter_table("answer_reports", schema=None) as batch_op:
        batch_op.add_column(sa.Column("answer", sa.String(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("answer_reports", schema=None) as batch_op:
        batch_op.drop_column("answer")
    op.drop_table("fair_use_appeals")
