"""Runs migrations on a connection that the caller hands in."""

from collections.abc import Sequence
from typing import Final

from alembic import context
from sqlalchemy import Connection, MetaData
from sqlalchemy.schema import SchemaItem

from ledger.store.postgres import tables as server
from ledger.store.tables import metadata

BY_HAND: Final = frozenset({"frame_span_frames", "entry_place", "statement_place"})
"""Of PostgreSQL alone, and no part of the models, which know both databases."""


def run() -> None:
    """Run the revisions in one transaction."""
    connection = context.config.attributes["connection"]
    context.configure(
        connection=connection,
        target_metadata=_models(connection),
        include_name=lambda name, _type, _parents: name not in BY_HAND,
        include_object=lambda one, *_: _is_on(connection, one),
        # Batch mode rebuilds tables by copying rows: banned, it would break the
        # append-only tables and their triggers.
        render_as_batch=False,
        transactional_ddl=True,
    )
    with context.begin_transaction():
        context.run_migrations()


def _is_on(connection: Connection, one: SchemaItem) -> bool:
    name = connection.dialect.name
    return bool(one.info.get("on", name) == name)


def _models(connection: Connection) -> Sequence[MetaData]:
    if connection.dialect.name == "postgresql":
        return [metadata, server.metadata]
    return [metadata]


run()
