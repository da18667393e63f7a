"""The keyed hash of a deleted account's Slack id, beside that of its subject."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("users", schema=None) as batch_op:
        batch_op.add_column(sa.Column("deleted_slack_id_hash", sa.String(), nullable=True))
        batch_op.create_index(
            "ix_users_deleted_slack_id_hash", ["deleted_slack_id_hash"], unique=False
        )


def downgrade() -> None:
    with op.batch_alter_table("users", schema=None) as batch_op:
        batch_op.drop_index("ix_users_deleted_slack_id_hash")
        batch_op.drop_column("deleted_slack_id_hash")
