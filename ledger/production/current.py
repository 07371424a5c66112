"""What is current in a production's log, for whoever is about to state more."""

from collections.abc import Iterator
from dataclasses import dataclass

from ledger.encoding.entry import parse_entry
from ledger.encoding.statement import Checked, check
from ledger.errors import ErasedEvidenceError, MissingEvidenceError
from ledger.evidence.heads import fold_entries
from ledger.history.current import History
from ledger.ports import LogReader, OpeningReader
from ledger.records.custody import Disposition
from ledger.records.identity import as_statement_id
from ledger.records.making import Version
from ledger.records.statement import family
from ledger.records.time import FrameRange


@dataclass(frozen=True, slots=True)
class CurrentStatement:
    """A statement that is current now."""

    id: str
    index: int
    said: Checked


def history_of(reader: LogReader) -> History:
    """The history of a log up to its newest checkpoint."""
    return fold_entries(map(parse_entry, reader.entries(0, reader.size())))


def current_of(reader: LogReader, *kinds: str) -> Iterator[CurrentStatement]:
    """Statements in force of some families of kinds, in the order of admission."""
    history = history_of(reader)
    for stored in reader.statements(0, reader.size()):
        if family(stored.kind) in kinds and in_force(history, stored.id):
            yield CurrentStatement(stored.id, stored.index, check(stored.raw))


def disposed_in(reader: LogReader) -> frozenset[str]:
    """Digests of files and blobs that were destroyed on purpose, as the log says."""
    bodies = (one.said.body for one in current_of(reader, "disposition"))
    return frozenset(
        digest
        for body in bodies
        if isinstance(body, Disposition)
        for digest in body.purged
    )


def in_force(history: History, statement: str) -> bool:
    """Whether a statement is current and says a fact of its own.

    A dispute, and what replaced one, is current too; but it puts nothing into force.
    """
    known_as = as_statement_id(statement)
    if not history.current(known_as):
        return False
    return history.head(history.lineage_of(known_as)).verb != "dispute"


def opened(vault: OpeningReader, statement: str, path: str) -> object | None:
    """The value of a private field; `None` if it was erased or never kept."""
    try:
        return vault.open(statement, path).value
    except (ErasedEvidenceError, MissingEvidenceError):
        return None


def version_in_force(
    reader: LogReader, shot: str, view: str
) -> tuple[str, FrameRange, tuple[str, ...]] | None:
    """A shot's version in force: its id, its frames, the frame.sets it lists."""
    found = None
    for one in current_of(reader, "version"):
        scope, body = one.said.statement.scope, one.said.body
        if not isinstance(body, Version) or scope.range is None:
            continue
        if (scope.shot, body.view) == (shot, view):
            found = (one.id, scope.range, tuple(cell.set for cell in body.cells))
    return found
