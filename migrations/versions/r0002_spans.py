"""What entries are about, to look them up by shot and frames; made from the entries."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

NAME = sa.String().with_variant(sa.String(collation="C"), "postgresql")
POSITION = sa.Integer().with_variant(sa.BigInteger(), "postgresql")


def upgrade() -> None:
    """Make the tables; they are filled when they are first asked."""
    on_server = op.get_bind().dialect.name == "postgresql"
    op.create_table(
        "frame_span",
        sa.Column("studio", NAME, nullable=False),
        sa.Column("log", NAME, nullable=False),
        sa.Column("idx", POSITION, nullable=False),
        sa.Column("kind", NAME, nullable=False),
        sa.Column("shot", NAME, nullable=True),
        sa.Column("take", NAME, nullable=True),
        sa.Column("element", NAME, nullable=True),
        sa.Column("first", POSITION, nullable=True),
        sa.Column("last", POSITION, nullable=True),
        sa.PrimaryKeyConstraint(*(("studio", "log") if on_server else ()), "idx"),
    )
    # With all that is asked for: rows of one shot lie all over the table.
    for name, columns, part in (
        ("shot", ["shot", "first", "last", "idx"], "shot IS NOT NULL"),
        ("take", ["take", "first", "last", "idx"], "take IS NOT NULL"),
        ("element", ["element", "first", "last", "idx"], "element IS NOT NULL"),
        ("whole", ["idx"], "first IS NULL"),
    ):
        some = sa.text(part)
        op.create_index(
            f"frame_span_{name}",
            "frame_span",
            ["studio", "log", *columns],
            sqlite_where=some,
            postgresql_where=some,
        )
    if on_server:
        # Which frames, whatever the shot: ranges of their own type.
        op.execute(
            "CREATE INDEX frame_span_frames ON frame_span USING gist "
            "(int8range(first, last)) WHERE first IS NOT NULL"
        )
    op.create_table(
        "projection",
        sa.Column("studio", NAME, nullable=False),
        sa.Column("log", NAME, nullable=False),
        sa.Column("name", NAME, nullable=False),
        sa.Column("size", POSITION, nullable=False),
        sa.PrimaryKeyConstraint("studio", "log", "name"),
    )


def downgrade() -> None:
    """Take them away: they can be made again."""
    op.drop_table("projection")
    op.drop_table("frame_span")
