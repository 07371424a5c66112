"""Restoring a log whose database is lost: all of it, and never a fork.

1. Sources are gathered: what is left in the folder, and what was kept elsewhere.
2. The log is put together (`ledger.production.matching`): the entries below the newest
   checkpoint that anybody is known to hold, and the statements that they commit to.
3. A database is written beside its place, and read as a writer would read it: every
   key, every checkpoint known outside. Only then it gets its name, or is copied to the
   server that production.toml names.
4. The published copy, cosigned checkpoints, tokens and blobs are made good.

With statements missing the database can be read and is shut: what is missing might be
stated a second time. With a statement missing that decides who may state what, there is
no database at all: nobody could verify what it says. Interrupted, it is run again.
"""

import time
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from ledger.encoding.entry import parse_entry
from ledger.errors import AlteredEvidenceError, MissingEvidenceError
from ledger.evidence.output import OutputExistsError
from ledger.evidence.trust import read_trust
from ledger.files import os_error, sync_folder
from ledger.history.authority import DECIDING
from ledger.keys.replacing import held_log_key
from ledger.log.tree import leaf_hash
from ledger.production.keeping import Kept, keep_beside
from ledger.production.kept import kept_checkpoints
from ledger.production.layout import Layout
from ledger.production.matching import Matched, match
from ledger.production.opening import Production, assemble
from ledger.production.registry import Registry, read_registry
from ledger.production.salvaging import Salvage, root_in
from ledger.production.storing import make_tables, on_server
from ledger.records.statement import family
from ledger.store.engine import transaction
from ledger.store.partial import is_partial
from ledger.store.rebuilding import remove_database, write_database
from ledger.store.sequencing import Sequencing
from ledger.store.sqlite import open_migration_engine
from ledger.store.sqlite_rows import SqliteRows
from ledger.store.state import LogState

_DRAFT: Final = "ledger.sqlite.restoring"


@dataclass(frozen=True, slots=True, kw_only=True)
class Restored:
    """What a restore did.

    Attributes:
        root: of the newest checkpoint, in hex: the one that is known outside.
        statements: how many are there.
        missing: how many lack, by kind; their entries are all there.
        unchecked: statements whose blinds were erased, taken as the source had them.
        beside: blobs, cosigned checkpoints and tokens.
        seconds: how long it took.
    """

    log: str
    size: int
    root: str
    statements: int
    missing: Mapping[str, int]
    unchecked: int
    beside: Kept
    seconds: float

    @property
    def complete(self) -> bool:
        """Whether the log can go on."""
        return not self.missing


def restore(root: Path, sources: Iterable[Path]) -> Restored:
    """Restore a production's log; safe to repeat and to interrupt.

    Args:
        root: the production folder: production.toml, keys and vault are there.
        sources: what else there is: see `ledger.production.salvaging`.

    Raises:
        OutputExistsError: there is a database already.
        MissingEvidenceError: no checkpoint, or statements about keys are missing.
        RollbackError, LogError: the sources end before a checkpoint that is known
            outside, or hold another history.
        StoreError: the server holds the log already, or a disk is full.
    """
    began = time.monotonic()
    layout = Layout(root)
    registry = read_registry(layout.registry)
    _check_place(layout)
    production = assemble(layout, registry, offline=True)
    salvage = Salvage(studio=production.studio, log=production.log)
    salvage.take_production(layout)
    for source in sources:
        salvage.take(source)
    # Whoever holds a checkpoint elsewhere: the log must contain it.
    salvage.notes += kept_checkpoints(layout.published).notes()
    restored = _put_back(production, registry, salvage)
    beside = keep_beside(production, salvage, restored)
    missing = Counter(
        parse_entry(restored.contents.entries[at]).kind for at in restored.missing
    )
    return Restored(
        log=production.log,
        size=len(restored.contents.entries),
        root=root_in(restored.note).hex(),
        statements=len(restored.contents.statements),
        missing=dict(sorted(missing.items())),
        unchecked=restored.unchecked,
        beside=beside,
        seconds=time.monotonic() - began,
    )


def _put_back(production: Production, registry: Registry, salvage: Salvage) -> Matched:
    layout = production.layout
    sequencing = sequencing_of(production)
    with production.vault.reading():
        matched = match(salvage, production.vault, sequencing.log_key_for)
    _check_deciding(matched)
    _check_genesis(layout, matched)
    if on_server(registry.ledger) and not matched.contents.complete:
        raise MissingEvidenceError(
            "all statements, to restore the log on a server",
            met=f"{len(matched.missing)} of them missing",
            advice="Restore the server's own backup and give it, or take "
            "ledger.store out of production.toml and restore into the folder first.",
        )
    draft = layout.root / _DRAFT
    write_database(draft, matched.contents)
    _check(draft, sequencing, salvage)
    if on_server(registry.ledger):
        _send(layout, registry, draft)
    else:
        _rename(draft, layout.database)
    return matched


def _check_place(layout: Layout) -> None:
    if layout.database.exists() and not is_partial(layout.database):
        raise OutputExistsError(
            "a production folder without a database",
            met="one with a database",
            advice="A database is never overwritten: move it away, with its -wal "
            "file, and name it by --from if it is worth reading.",
            where=str(layout.database),
        )
    beside = layout.root / f"{layout.database.name}-wal"
    if beside.exists() and not layout.database.exists():
        raise OutputExistsError(
            "no write-ahead log without its database",
            met="one that a lost database left",
            advice="Move it away: SQLite would take it for the restored database's.",
            where=str(beside),
        )


def _check_deciding(matched: Matched) -> None:
    entries = matched.contents.entries
    for index in matched.missing:
        kind = parse_entry(entries[index]).kind
        if family(kind) in DECIDING:
            raise MissingEvidenceError(
                "every statement about keys: genesis, keys, delegations, rotations",
                met=f"entry {index} ({kind}) alone",
                advice="Give a backup of the database or any bundle of this log: "
                "a bundle withholds none of them.",
                index=index,
                kind=kind,
            )


def _check_genesis(layout: Layout, matched: Matched) -> None:
    trusted = read_trust(layout.trust)
    if leaf_hash(matched.contents.entries[0]).hex() != trusted.genesis_leaf:
        raise AlteredEvidenceError(
            "the log whose genesis this production's trust file names",
            met="another genesis",
            advice="These sources are of another log, or were changed.",
            where=str(layout.trust),
        )


def _check(draft: Path, sequencing: Sequencing, salvage: Salvage) -> None:
    """Read the draft as a writer will: it must hold all that is known outside."""
    engine = open_migration_engine(draft)
    try:
        with transaction(engine, write=False) as connection:
            rows = SqliteRows(connection, salvage.studio, salvage.log)
            sequencing.caught_up(rows, LogState(), salvage.notes)
    finally:
        engine.dispose()


def sequencing_of(production: Production) -> Sequencing:
    """What admission of this production knows and holds, without its database."""
    recorder = production.recorder
    return Sequencing(
        studio=production.studio,
        log=production.log,
        log_key_for=lambda public_key: held_log_key(production.keys, public_key),
        party_of=lambda _: None,
        clock=recorder.clock,
        blobs=production.blobs,
    )


def _rename(draft: Path, database: Path) -> None:
    try:
        if is_partial(database):
            remove_database(database)
        draft.replace(database)
        sync_folder(database.parent)
    except OSError as error:
        raise os_error(error, database) from error


def _send(layout: Layout, registry: Registry, draft: Path) -> None:
    # Here, since a log in the folder needs none of it.
    from ledger.store.postgres.port import PostgresPort  # noqa: PLC0415
    from ledger.store.postgres.receiving import receive  # noqa: PLC0415

    make_tables(layout, registry.ledger)
    port = assemble(layout, registry, offline=False).online()
    try:
        if isinstance(port, PostgresPort):
            receive(port, draft)
    finally:
        port.engine.dispose()
    remove_database(draft)
