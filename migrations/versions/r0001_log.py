"""The log's frozen tables with their append-only triggers, and leases.

No later revision changes entry, statement, sheet or checkpoint.
"""

import sqlalchemy as sa
from alembic import op

from ledger.errors import StoreError
from ledger.store.triggers import append_only_triggers

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables and shut them."""
    op.create_table(
        "entry",
        *_with_owner(
            sa.Column("idx", sa.Integer(), nullable=False),
            sa.Column("id", sa.String(), nullable=False),
            sa.Column("kind", sa.String(), nullable=False),
            sa.Column("leaf", sa.LargeBinary(), nullable=False),
            sa.Column("body", sa.LargeBinary(), nullable=False),
            sa.PrimaryKeyConstraint("studio", "log", "idx"),
            sa.UniqueConstraint("studio", "log", "id"),
        ),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "statement",
        *_with_owner(
            sa.Column("id", sa.String(), nullable=False),
            sa.Column("idx", sa.Integer(), nullable=False),
            sa.Column("kind", sa.String(), nullable=False),
            sa.Column("key", sa.String(), nullable=False),
            sa.Column("sheet", sa.String(), nullable=False),
            sa.Column("body", sa.LargeBinary(), nullable=False),
            sa.PrimaryKeyConstraint("studio", "log", "id"),
            sa.UniqueConstraint("studio", "log", "kind", "key"),
            sa.UniqueConstraint("studio", "log", "idx"),
        ),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "sheet",
        *_with_owner(
            sa.Column("digest", sa.String(), nullable=False),
            sa.Column("body", sa.LargeBinary(), nullable=False),
            sa.PrimaryKeyConstraint("studio", "log", "digest"),
        ),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "checkpoint",
        *_with_owner(
            sa.Column("size", sa.Integer(), nullable=False),
            sa.Column("frontier", sa.LargeBinary(), nullable=False),
            sa.Column("note", sa.LargeBinary(), nullable=False),
            sa.PrimaryKeyConstraint("studio", "log", "size"),
        ),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "lease",
        *_with_owner(
            sa.Column("work", sa.String(), nullable=False),
            sa.Column("holder", sa.String(), nullable=False),
            sa.Column("expires_at", sa.String(), nullable=False),
            sa.PrimaryKeyConstraint("studio", "log", "work"),
        ),
    )
    for statement in append_only_triggers().values():
        op.execute(statement)


def _with_owner(*columns: sa.schema.SchemaItem) -> list[sa.schema.SchemaItem]:
    return [
        sa.Column("studio", sa.String(), nullable=False),
        sa.Column("log", sa.String(), nullable=False),
        *columns,
    ]


def downgrade() -> None:
    """Refuse: a log is never unmade."""
    raise StoreError(
        "an upgrade",
        met="a downgrade below revision 1",
        advice="The log's tables are frozen; keep the database as it is.",
    )
