"""The log's frozen tables with their append-only triggers, and leases.

No later revision changes entry, statement, sheet or checkpoint.
"""

import sqlalchemy as sa
from alembic import op

from ledger.errors import StoreError
from ledger.store.postgres.triggers import shutting_statements
from ledger.store.triggers import append_only_triggers

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

NAME = sa.String().with_variant(sa.String(collation="C"), "postgresql")
POSITION = sa.Integer().with_variant(sa.BigInteger(), "postgresql")


def upgrade() -> None:
    """Make the tables and shut them."""
    op.create_table(
        "entry",
        *_with_owner(
            sa.Column("idx", POSITION, nullable=False),
            sa.Column("id", NAME, nullable=False),
            sa.Column("kind", NAME, nullable=False),
            sa.Column("leaf", sa.LargeBinary(), nullable=False),
            sa.Column("body", sa.LargeBinary(), nullable=False),
            sa.PrimaryKeyConstraint("studio", "log", "idx"),
        ),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "statement",
        *_with_owner(
            sa.Column("id", NAME, nullable=False),
            sa.Column("idx", POSITION, nullable=False),
            sa.Column("kind", NAME, nullable=False),
            sa.Column("key", NAME, nullable=False),
            sa.Column("sheet", NAME, nullable=False),
            sa.Column("body", sa.LargeBinary(), nullable=False),
            # In the order of the log: new rows go to one end, not all over the table.
            sa.PrimaryKeyConstraint("studio", "log", "idx"),
            # What differs most comes first: an index is searched by comparing texts.
            sa.UniqueConstraint("id", "log", "studio"),
            sa.UniqueConstraint("key", "kind", "log", "studio"),
        ),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "sheet",
        *_with_owner(
            sa.Column("digest", NAME, nullable=False),
            sa.Column("body", sa.LargeBinary(), nullable=False),
            sa.PrimaryKeyConstraint("studio", "log", "digest"),
        ),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "checkpoint",
        *_with_owner(
            sa.Column("size", POSITION, nullable=False),
            sa.Column("frontier", sa.LargeBinary(), nullable=False),
            sa.Column("note", sa.LargeBinary(), nullable=False),
            sa.PrimaryKeyConstraint("studio", "log", "size"),
        ),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "lease",
        *_with_owner(
            sa.Column("work", NAME, nullable=False),
            sa.Column("holder", sa.String(), nullable=False),
            sa.Column("expires_at", NAME, nullable=False),
            sa.PrimaryKeyConstraint("studio", "log", "work"),
        ),
    )
    for statement in _shutting_statements():
        op.execute(statement)


def _shutting_statements() -> list[str]:
    if op.get_bind().dialect.name == "postgresql":
        return shutting_statements()
    return list(append_only_triggers().values())


def _with_owner(*columns: sa.schema.SchemaItem) -> list[sa.schema.SchemaItem]:
    return [
        sa.Column("studio", NAME, nullable=False),
        sa.Column("log", NAME, nullable=False),
        *columns,
    ]


def downgrade() -> None:
    """Refuse: a log is never unmade."""
    raise StoreError(
        "an upgrade",
        met="a downgrade below revision 1",
        advice="The log's tables are frozen; keep the database as it is.",
    )
