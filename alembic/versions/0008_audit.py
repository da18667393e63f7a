"""The audit log: what admins did. Triggers of the database keep it from being changed.

So no bug of the application, and nobody who acts through it, can make an act undone. Whoever owns
the database can drop the triggers; that is not the application.
"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

TABLE = "audit"
REFUSAL = "the audit log can only be added to"
ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
# SQLite runs no DELETE trigger for a row that INSERT OR REPLACE takes away.
SQLITE = {
    "changed": "BEFORE UPDATE ON audit",
    "deleted": "BEFORE DELETE ON audit",
    "replaced": "BEFORE INSERT ON audit WHEN EXISTS (SELECT 1 FROM audit WHERE id = NEW.id)",
}
POSTGRES = {
    "changed": "BEFORE UPDATE OR DELETE ON audit FOR EACH ROW",
    "emptied": "BEFORE TRUNCATE ON audit FOR EACH STATEMENT",
}


def upgrade() -> None:
    op.create_table(
        TABLE,
        sa.Column("id", ID, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("act", sa.String(), nullable=False),
        sa.Column("user_id", sa.String(), nullable=True),
        sa.Column("target", sa.String(), nullable=True),
        sa.Column("before", sa.String(), nullable=True),
        sa.Column("after", sa.String(), nullable=True),
        sa.Column("reason", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table(TABLE, schema=None) as batch_op:
        batch_op.create_index("ix_audit_at", ["at"], unique=False)
        batch_op.create_index("ix_audit_user_id_id", ["user_id", "id"], unique=False)
    if op.get_bind().dialect.name == "sqlite":
        _guard_sqlite()
    else:
        _guard_postgres()


def downgrade() -> None:
    op.drop_table(TABLE)
    if op.get_bind().dialect.name != "sqlite":
        op.execute("DROP FUNCTION audit_refuse()")


def _guard_sqlite() -> None:
    for name, when in SQLITE.items():
        op.execute(f"CREATE TRIGGER audit_{name} {when} BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END")


def _guard_postgres() -> None:
    op.execute(
        "CREATE FUNCTION audit_refuse() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{REFUSAL}'; END $$"
    )
    for name, when in POSTGRES.items():
        op.execute(f"CREATE TRIGGER audit_{name} {when} EXECUTE FUNCTION audit_refuse()")
