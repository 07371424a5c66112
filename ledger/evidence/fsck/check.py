"""fsck: everything that a production keeps, against what lies outside its database.

The database is believed in nothing. The checkpoint and the entries beside it are read
first, since the database may grow meanwhile and the copy never runs ahead of it.

1. The published checkpoint and every stored one: signature.
2. Entries: put together from what was signed.
3. The copy, line by line.
4. The rows, one by one: edited, deleted, swapped, cut off, added.
5. Stored checkpoints: root and right edge.
6. Schema and triggers: as the migrations make them.
7. Sheets, statements and their ids.
8. Blobs, leaves, and values in the vault.
9. What is erased or destroyed, against the erasures and dispositions that the log
   states.
10. What lies around: cosigned checkpoints, tokens, keys, the index of shots, other
    databases of the same log.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Engine

from ledger.evidence.fsck.anchor import Anchor, Signed, put_together, read_signed
from ledger.evidence.fsck.beside import (
    Surroundings,
    check_projection,
    explained,
    look_around,
)
from ledger.evidence.fsck.dispositions import Dispositions
from ledger.evidence.fsck.entries import (
    check_checkpoints,
    check_copy,
    check_rows,
    check_unresolved,
    is_rolled_back,
)
from ledger.evidence.fsck.erasures import Erasures
from ledger.evidence.fsck.material import MaterialCheck
from ledger.evidence.fsck.report import Damage, Notebook, Report
from ledger.evidence.fsck.rotations import checkpoint_keys
from ledger.evidence.fsck.statements import StatementCheck, check_boundaries
from ledger.log.note import Verifier
from ledger.log.tree import leaf_hash
from ledger.ports import BlobReader, OpeningReader
from ledger.store.inspection import CheckpointLine, EntryLine, Inspection, inspect
from ledger.store.published import Published, PublishedLog


@dataclass(frozen=True, slots=True, kw_only=True)
class Holdings:
    """What a production keeps, and by what it is checked.

    Attributes:
        verifiers: keys that may sign the log's checkpoints; best from a trust file
            that was handed over, as whoever can change the folder can change its own.
        recovery: public key that states the first rotation, from the trust file; empty
            to follow no rotation.
        database: the file, or a server's.
        genesis_leaf: leaf hash of entry 0, from the trust file; "" to leave it out.
        published: the copy beside the database.
        graves: how many values are erased in the vault; `None` if nobody can tell.
        around: where the rest of the production lies; `None` to leave it out.
    """

    database: Path | Engine
    studio: str
    log: str
    verifiers: Sequence[Verifier]
    published: PublishedLog
    blobs: BlobReader
    openings: OpeningReader
    recovery: bytes = b""
    genesis_leaf: str = ""
    graves: Callable[[], int] | None = None
    around: Surroundings | None = None


def fsck(held: Holdings) -> Report:
    """Hash everything again, and name what is not as it was.

    Raises:
        StoreUnavailableError: there is no database that could be opened.
        KeyStoreError: the vault's values cannot be read without their keys.
    """
    book = Notebook()
    copy = held.published.read()
    with inspect(held.database, held.studio, held.log) as inspection:
        anchor = _check(held, copy, inspection, book)
    for what, text in inspection.failures.items():
        book.find(Damage.DATABASE_DAMAGED, f"{what} cannot be read: {text}")
    return Report(
        log=held.log,
        size=len(anchor.entries),
        published=anchor.published,
        checked=dict(book.checked),
        notes=tuple(book.notes),
        findings=tuple(book.findings),
    )


def _check(
    held: Holdings, copy: Published, inspection: Inspection, book: Notebook
) -> Anchor:
    _check_schema(inspection, book)
    points, rows = inspection.checkpoints(), inspection.entries()
    keys = checkpoint_keys(
        inspection, rows, held.openings, held.verifiers, held.recovery
    )
    signed = read_signed(copy, points, keys, book)
    bodies = {row.index: row.body for row in rows}
    anchor = put_together(signed, copy.entries, bodies, book)
    check_copy(copy.entries, anchor, book)
    check_unresolved(copy.entries, bodies, anchor, book)
    _check_genesis(held, anchor, book)
    inside = anchor
    # What cannot be read is damaged: nobody can say that it was cut or set back.
    if inspection.failures.keys().isdisjoint({"entry", "checkpoint"}):
        inside = _inside(rows, signed, anchor, book)
        check_rows(rows, inside, book)
        check_checkpoints(points, signed, inside, book)
        _check_newest(points, inside, book)
    sizes = frozenset(point.size for point in points)
    _check_statements(held, inspection, inside, sizes, book)
    check_projection(inspection, anchor, book)
    if waiting := inspection.waiting():
        book.note(f"{waiting} submissions wait in the inbox for the next writer")
    if held.around is not None:
        look_around(held.around, anchor, keys, book)
    return anchor


def _inside(
    rows: Sequence[EntryLine], signed: Signed, anchor: Anchor, book: Notebook
) -> Anchor:
    """What the database should hold: less than was signed, if it was set back."""
    size = len(anchor.entries)
    if size > anchor.published:
        book.note(
            f"unpublished: {size - anchor.published} signed entries from "
            f"{anchor.published} on are not in the copy yet; the next writer adds them"
        )
    if not is_rolled_back(rows, signed, anchor):
        return anchor
    book.find(
        Damage.DATABASE_ROLLBACK,
        f"the database is older than the published copy: it ends at {len(rows)}, "
        f"{anchor.published} were published",
        len(rows),
    )
    return anchor.first(len(rows))


def _check_schema(inspection: Inspection, book: Notebook) -> None:
    met, expected = inspection.schema(), inspection.expected()
    for (kind, name), sql in expected.items():
        if (kind, name) not in met:
            book.find(Damage.SCHEMA_MISSING, f"the {kind} {name} is not there")
        elif met[kind, name] != sql:
            book.find(Damage.SCHEMA_CHANGED, f"the {kind} {name} was changed")
    for kind, name in met.keys() - expected.keys():
        if not (
            inspection.is_its_own(kind, name) or explained(name, met[kind, name], book)
        ):
            book.find(Damage.SCHEMA_ADDED, f"a {kind} was added: {name}")
    book.count("schema", len(expected))
    for complaint in inspection.complaints():
        book.find(Damage.DATABASE_DAMAGED, f"SQLite's own check: {complaint}")
    for table, count in inspection.strangers().items():
        text = f"{count} rows of {table} belong to another studio or log"
        book.find(Damage.DATABASE_STRANGERS, text)


def _check_genesis(held: Holdings, anchor: Anchor, book: Notebook) -> None:
    if not held.genesis_leaf or not anchor.entries:
        return
    if leaf_hash(anchor.entries[0]).hex() != held.genesis_leaf:
        text = "entry 0 is not the genesis that the trust file names"
        book.find(Damage.GENESIS, text, 0, anchor.kind(0))


def _check_newest(
    points: Sequence[CheckpointLine], inside: Anchor, book: Notebook
) -> None:
    size = inside.published
    if size and all(point.size != size for point in points):
        text = f"the checkpoint at size {size} is not there"
        book.find(Damage.CHECKPOINT_MISSING, text, size)


def _check_statements(
    held: Holdings,
    inspection: Inspection,
    inside: Anchor,
    sizes: frozenset[int],
    book: Notebook,
) -> None:
    erasures = Erasures(book)
    statements = StatementCheck(inside, held.openings, erasures, book)
    dispositions = Dispositions(book)
    material = MaterialCheck(held.blobs, held.openings, erasures, dispositions, book)
    statements.check_sheets(inspection.sheets())
    for known in statements.check_statements(inspection.statements()):
        material.check(known)
    if "statement" not in inspection.failures:
        statements.check_complete()
    check_boundaries(statements.sheet_of, inside, sizes, book)
    erasures.check(held.graves)
    dispositions.check(inside.entries)
    if erased := book.checked["statements.erased"]:
        book.note(f"{erased} erased statements cannot be checked")
