"""PostgreSQL's way into a log: inbox, answers, and who may sequence.

SQLite has one writer by nature and needs none of it.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from ledger.errors import StoreError

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

NAME = sa.String(collation="C")
MANY = postgresql.ARRAY(sa.LargeBinary())
NOW = sa.text("now()")


def upgrade() -> None:
    """Make the tables on PostgreSQL."""
    if op.get_bind().dialect.name != "postgresql":
        return
    op.create_table(
        "head",
        sa.Column("studio", NAME, nullable=False),
        sa.Column("log", NAME, nullable=False),
        sa.Column("epoch", sa.BigInteger(), nullable=False),
        sa.Column("state", NAME, nullable=False),
        sa.PrimaryKeyConstraint("studio", "log"),
        sa.CheckConstraint("state IN ('open', 'filling')"),
        sa.CheckConstraint("epoch >= 0"),
    )
    op.create_table(
        "inbox",
        sa.Column("number", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("studio", NAME, nullable=False),
        sa.Column("log", NAME, nullable=False),
        sa.Column("digest", NAME, nullable=False),
        sa.Column("sheet", sa.LargeBinary(), nullable=False),
        sa.Column("statements", MANY, nullable=False),
        sa.Column("blinds", MANY, nullable=False),
        sa.Column("by_blinds", MANY, nullable=False),
        sa.Column(
            "accepted_at",
            sa.DateTime(timezone=True),
            server_default=NOW,
            nullable=False,
        ),
        sa.PrimaryKeyConstraint("number"),
        sa.UniqueConstraint("studio", "log", "digest"),
        sa.CheckConstraint(
            # Whoever may submit may write here: a row that cannot be read would stop
            # all that come after it.
            "cardinality(statements) = cardinality(blinds) "
            "AND cardinality(statements) = cardinality(by_blinds) "
            "AND coalesce(array_ndims(statements), 1) = 1 "
            "AND coalesce(array_ndims(blinds), 1) = 1 "
            "AND coalesce(array_ndims(by_blinds), 1) = 1 "
            "AND array_position(statements, NULL) IS NULL "
            "AND array_position(blinds, NULL) IS NULL "
            "AND array_position(by_blinds, NULL) IS NULL",
            name="inbox_readable",
        ),
    )
    for column in ("sheet", "statements", "blinds", "by_blinds"):
        # They stay for a moment: to compress them would be for nothing.
        op.execute(f"ALTER TABLE inbox ALTER COLUMN {column} SET STORAGE EXTERNAL")
    op.create_table(
        "answer",
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column(
            "answered_at",
            sa.DateTime(timezone=True),
            server_default=NOW,
            nullable=False,
        ),
        sa.PrimaryKeyConstraint("number"),
    )
    op.create_index("answer_age", "answer", ["answered_at"])


def downgrade() -> None:
    """Take them away, if nothing waits there."""
    connection = op.get_bind()
    if connection.dialect.name != "postgresql":
        return
    if connection.exec_driver_sql("SELECT EXISTS (SELECT 1 FROM inbox)").scalar():
        raise StoreError(
            "an inbox that is empty",
            met="submissions that wait to be sequenced",
            advice="Sequence them first: any jangbu command that states does.",
        )
    for table in ("answer", "inbox", "head"):
        op.drop_table(table)
