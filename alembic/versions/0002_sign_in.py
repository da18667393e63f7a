"""Sign-in: sessions, and what the sign-in provider tells about a user.

Sessions are looked up by hash (HTTP) or id (pages); expired ones are swept by `expires_at`.
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

USER_COLUMNS = {
    "email": sa.String(),
    "verification_status": sa.String(),
    "ysws_eligible": sa.Boolean(),
    "signed_in_at": sa.DateTime(timezone=True),
    "deleted_at": sa.DateTime(timezone=True),
    "deleted_subject_hash": sa.String(),
}


def upgrade() -> None:
    with op.batch_alter_table("users", schema=None) as batch_op:
        for name, kind in USER_COLUMNS.items():
            batch_op.add_column(sa.Column(name, kind, nullable=True))
        batch_op.create_index("ix_users_deleted_subject_hash", ["deleted_subject_hash"])
    op.create_table(
        "sessions",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("user_id", sa.String(), nullable=False),
        sa.Column("hash", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("hash"),
    )
    with op.batch_alter_table("sessions", schema=None) as batch_op:
        batch_op.create_index("ix_sessions_user_id", ["user_id"], unique=False)
        batch_op.create_index("ix_sessions_expires_at", ["expires_at"], unique=False)


def downgrade() -> None:
    op.drop_table("sessions")
    with op.batch_alter_table("users", schema=None) as batch_op:
        batch_op.drop_index("ix_users_deleted_subject_hash")
        for name in USER_COLUMNS:
            batch_op.drop_column(name)
