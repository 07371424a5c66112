"""Runs migrations on a connection that the caller hands in."""

from alembic import context

from ledger.store.tables import metadata


def run() -> None:
    """Run the revisions in one transaction."""
    context.configure(
        connection=context.config.attributes["connection"],
        target_metadata=metadata,
        # Batch mode rebuilds tables by copying rows: banned, it would break the
        # append-only tables and their triggers.
        render_as_batch=False,
        transactional_ddl=True,
    )
    with context.begin_transaction():
        context.run_migrations()


run()
