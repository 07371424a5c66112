"""What is current in a production's log, for whoever is about to state more."""

from collections.abc import Iterator
from dataclasses import dataclass

from ledger.encoding.entry import parse_entry
from ledger.encoding.statement import Checked, check
from ledger.errors import ErasedEvidenceError, MissingEvidenceError
from ledger.evidence.heads import fold_entries
from ledger.history.current import History
from ledger.ports import LogReader, OpeningReader
from ledger.records.identity import as_statement_id
from ledger.records.making import Version
from ledger.records.statement import family


@dataclass(frozen=True, slots=True)
class CurrentStatement:
    """A statement that is current now."""

    id: str
    index: int
    said: Checked


def history_of(reader: LogReader) -> History:
    """The history of a log up to its newest checkpoint."""
    return fold_entries(map(parse_entry, reader.entries(0, reader.size())))


def current_of(reader: LogReader, kind: str) -> Iterator[CurrentStatement]:
    """Current statements of a family of kinds, in the order of admission."""
    history = history_of(reader)
    for stored in reader.statements(0, reader.size()):
        if family(stored.kind) == kind and history.current(as_statement_id(stored.id)):
            yield CurrentStatement(stored.id, stored.index, check(stored.raw))


def opened(vault: OpeningReader, statement: str, path: str) -> object | None:
    """The value of a private field; `None` if it was erased or never kept."""
    try:
        return vault.open(statement, path).value
    except (ErasedEvidenceError, MissingEvidenceError):
        return None


def current_version(
    reader: LogReader, shot: str, view: str
) -> tuple[str, tuple[str, ...]] | None:
    """Id of a shot's current version and the frame.sets that it lists."""
    found = None
    for one in current_of(reader, "version"):
        body = one.said.body
        if (
            isinstance(body, Version)
            and one.said.statement.scope.shot == shot
            and body.view == view
        ):
            found = (one.id, tuple(cell.set for cell in body.cells))
    return found
