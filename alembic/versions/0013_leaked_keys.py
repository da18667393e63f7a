"""Keys that were found in public: when we heard of it, from whom, and where."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

TABLE = "keys"


def upgrade() -> None:
    with op.batch_alter_table(TABLE, schema=None) as batch_op:
        batch_op.add_column(sa.Column("leaked_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("leak_source", sa.String(), nullable=True))
        batch_op.add_column(sa.Column("leak_url", sa.String(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table(TABLE, schema=None) as batch_op:
        batch_op.drop_column("leak_url")
        batch_op.drop_column("leak_source")
        batch_op.drop_column("leaked_at")
