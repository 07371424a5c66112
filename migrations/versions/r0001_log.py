"""The log's frozen tables with their append-only triggers, and leases.

No later revision changes entry, statement, sheet or checkpoint. A file holds one log,
a server may hold several: so keys are shorter in a file.
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
            _in_order(),
        ),
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
            _in_order(),
            # What differs most comes first: an index is searched by comparing texts.
            sa.UniqueConstraint("id", *_owner_last()),
            sa.UniqueConstraint("key", "kind", *_owner_last()),
        ),
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
    if _on_server():
        # Digests do not shrink, and to try costs more than to keep them.
        op.execute("ALTER TABLE sheet ALTER COLUMN body SET STORAGE EXTERNAL")
        _index_places()
    for statement in _shutting_statements():
        op.execute(statement)


def _shutting_statements() -> list[str]:
    if _on_server():
        return shutting_statements()
    return list(append_only_triggers().values())


def _index_places() -> None:
    """Where single rows lie: less than half of the key's size, compared by numbers.

    The end of a log's name is random, so it tells the logs of one server apart.
    """
    for table in ("entry", "statement"):
        op.execute(f"CREATE INDEX {table}_place ON {table} (idx, right(log, 8))")


def _on_server() -> bool:
    return op.get_bind().dialect.name == "postgresql"


def _in_order() -> sa.PrimaryKeyConstraint:
    """In a file, the index is the row number itself: there is no hidden one beside it.

    Rows of a kilobyte below a key of texts would stand in inner nodes, too: five to a
    page, and a tree of eight levels instead of three.
    """
    owner = ("studio", "log") if _on_server() else ()
    return sa.PrimaryKeyConstraint(*owner, "idx")


def _owner_last() -> tuple[str, ...]:
    return ("log", "studio") if _on_server() else ()


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
