"""What the check of prompts found, as numbers by day."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

TABLE = "safety_days"


def upgrade() -> None:
    op.create_table(
        TABLE,
        sa.Column("start_ms", sa.BigInteger(), nullable=False),
        sa.Column("category", sa.String(), nullable=False),
        sa.Column("user_id", sa.String(), nullable=False),
        sa.Column("count", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("start_ms", "category", "user_id"),
        sqlite_with_rowid=False,
    )
    with op.batch_alter_table(TABLE, schema=None) as batch_op:
        batch_op.create_index("ix_safety_days_user_id", ["user_id"], unique=False)


def downgrade() -> None:
    op.drop_table(TABLE)
