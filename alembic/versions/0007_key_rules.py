"""Rules of keys, grants and bans for a time, refused calls."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

REFUSALS = "refusals"
KEY_COLUMNS = ("expires_at", "budget_nanousd", "models", "is_on", "successor_id")
USER_COLUMNS = ("banned_until", "grant_nanousd", "granted_until", "grant_reason")


def upgrade() -> None:
    with op.batch_alter_table("keys", schema=None) as batch_op:
        batch_op.add_column(sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("budget_nanousd", sa.BigInteger(), nullable=True))
        batch_op.add_column(sa.Column("models", sa.String(), nullable=True))
        batch_op.add_column(
            sa.Column("is_on", sa.Boolean(), server_default=sa.true(), nullable=False)
        )
        batch_op.add_column(sa.Column("successor_id", sa.String(), nullable=True))
    with op.batch_alter_table("users", schema=None) as batch_op:
        batch_op.add_column(sa.Column("banned_until", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("grant_nanousd", sa.BigInteger(), nullable=True))
        batch_op.add_column(sa.Column("granted_until", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("grant_reason", sa.String(), nullable=True))
    op.create_table(
        REFUSALS,
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("user_id", sa.String(), nullable=False),
        sa.Column("key_id", sa.String(), nullable=True),
        sa.Column("endpoint", sa.String(), nullable=False),
        sa.Column("model", sa.String(), nullable=True),
        sa.Column("code", sa.Integer(), nullable=False),
        sa.Column("type", sa.String(), nullable=False),
        sa.Column("message", sa.String(), nullable=False),
        sa.Column("rule", sa.String(), nullable=True),
        sa.Column("until_ms", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table(REFUSALS, schema=None) as batch_op:
        batch_op.create_index(f"ix_{REFUSALS}_user_id_id", ["user_id", "id"], unique=False)


def downgrade() -> None:
    op.drop_table(REFUSALS)
    for table, names in (("users", USER_COLUMNS), ("keys", KEY_COLUMNS)):
        with op.batch_alter_table(table, schema=None) as batch_op:
            for name in names:
                batch_op.drop_column(name)
