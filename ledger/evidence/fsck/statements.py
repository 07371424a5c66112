"""Statements and sheets in the database, against the entries that commit to them."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from ledger.encoding.commitment import Place, statement_id
from ledger.encoding.digest import sha256_hex
from ledger.encoding.entry import Entry, by_commitment, check_projection, parse_entry
from ledger.encoding.kinds import KINDS
from ledger.encoding.models import parse_model
from ledger.encoding.sheet import Sheet, parse_envelope
from ledger.encoding.statement import Checked, check, read
from ledger.errors import (
    AlteredEvidenceError,
    ErasedEvidenceError,
    MissingEvidenceError,
    RecordError,
)
from ledger.evidence.fsck.anchor import Anchor
from ledger.evidence.fsck.erasures import Erasures
from ledger.evidence.fsck.report import Damage, Notebook
from ledger.ports import OpeningReader
from ledger.store.inspection import SheetLine, StatementLine


@dataclass(frozen=True, slots=True)
class Known:
    """A statement that is what its entry says, as far as could be checked."""

    index: int
    id: str
    said: Checked


@dataclass(slots=True)
class StatementCheck:
    """Checks the rows of statements one after another.

    Attributes:
        openings: the vault.
        erasures: what the log says was erased, and what is.
        sheets: ids that each sheet lists, by the digest under which it is stored.
        sheet_of: the sheet of each statement, by index.
    """

    anchor: Anchor
    openings: OpeningReader
    erasures: Erasures
    book: Notebook
    sheets: dict[str, frozenset[str]] = field(default_factory=dict)
    sheet_of: dict[int, str] = field(default_factory=dict)
    _waiting: dict[str, tuple[int, Entry]] = field(default_factory=dict)

    def check_sheets(self, lines: Iterable[SheetLine]) -> None:
        """Look at every sheet: to be done before the statements."""
        for line in lines:
            self.book.count("sheets")
            if sha256_hex(line.body) != line.digest:
                text = "a sheet was altered: its bytes have another digest"
                self.book.find(Damage.SHEET_ALTERED, text)
                self.sheets[line.digest] = frozenset()
            else:
                self.sheets[line.digest] = _ids_of(line.body)

    def check_statements(self, lines: Iterable[StatementLine]) -> Iterator[Known]:
        """Look at every statement; what is sound goes on to the next checks."""
        self._waiting = _by_id(self.anchor)
        for line in lines:
            self.book.count("statements")
            waiting = self._waiting.pop(line.id, None)
            if waiting is not None:
                known = self._statement(line, *waiting)
                if known is not None:
                    yield known
            elif not self.anchor.in_doubt(line.index):
                text = f"a statement was added at {line.index}: no entry has its id"
                self._find(Damage.STATEMENT_ADDED, text, line.index, line.kind)

    def check_complete(self) -> None:
        """Name what had no row, once all statements were looked at."""
        for index, entry in self._waiting.values():
            text = f"the statement of entry {index} is not there"
            self._find(Damage.STATEMENT_MISSING, text, index, entry.kind)
        if set(self.sheets) - set(self.sheet_of.values()):
            text = "a sheet was added: no statement came with it"
            self.book.find(Damage.SHEET_ADDED, text)

    def _statement(self, line: StatementLine, index: int, entry: Entry) -> Known | None:
        self.sheet_of[index] = line.sheet
        said = _read(line.body)
        if said is None or not _is_projected(entry, said):
            text = f"the statement of entry {index} was altered: it projects another"
            self._find(Damage.STATEMENT_ALTERED, text, index, entry.kind)
            return None
        self._columns(line, said, index)
        if not self._opens(line, said, index, entry):
            return None
        self._listed(line, index, entry.kind)
        return Known(index, entry.id, said)

    def _columns(self, line: StatementLine, said: Checked, index: int) -> None:
        stored = (line.index, line.kind, line.key)
        if stored != (index, said.statement.kind, said.statement.key):
            text = f"the columns stored with statement {index} are not its own"
            kind = said.statement.kind
            self._find(Damage.STATEMENT_COLUMNS, text, index, kind)

    def _opens(
        self, line: StatementLine, said: Checked, index: int, entry: Entry
    ) -> bool:
        try:
            blind, by_blind = self.openings.blinds(entry.id)
        except ErasedEvidenceError:
            self.erasures.statement(said, index)
            return True
        except MissingEvidenceError:
            text = f"the vault lacks the blinds of statement {index}"
            self._find(Damage.OPENING_MISSING, text, index, entry.kind)
            self.erasures.state(said, opened=False)
            return True
        except (AlteredEvidenceError, RecordError):
            text = f"the vault's blinds of statement {index} were altered"
            self._find(Damage.OPENING_ALTERED, text, index, entry.kind)
            self.erasures.state(said, opened=False)
            return True
        if statement_id(blind, line.body) != entry.id:
            text = f"the statement of entry {index} was altered: its id does not open"
            self._find(Damage.STATEMENT_ALTERED, text, index, entry.kind)
            return False
        self.book.count("statements.opened")
        place: Place = said.place
        if by_commitment(line.sheet, by_blind, place) != entry.by.commitment:
            text = f"statement {index} names another sheet than its entry commits to"
            self._find(Damage.SHEET_SWAPPED, text, index, entry.kind)
        self.erasures.state(said, opened=True)
        return True

    def _listed(self, line: StatementLine, index: int, kind: str) -> None:
        listed = self.sheets.get(line.sheet)
        if listed is None:
            text = f"the sheet of statement {index} is not there"
            self._find(Damage.SHEET_MISSING, text, index, kind)
        elif line.id not in listed:
            text = f"the sheet of statement {index} was altered: it does not list it"
            self._find(Damage.SHEET_ALTERED, text, index, kind)

    def _find(self, code: Damage, message: str, index: int, kind: str) -> None:
        self.book.find(code, message, index, kind)


def check_boundaries(
    sheet_of: dict[int, str], anchor: Anchor, sizes: frozenset[int], book: Notebook
) -> None:
    """Where another sheet begins at a later time a transaction had ended.

    It ended with a checkpoint: one that is gone from the middle of the log would be
    missed otherwise. Sheets that were admitted together have one instant, and one
    checkpoint at their end.
    """
    for index in sorted(sheet_of):
        before = sheet_of.get(index - 1)
        if before in {None, sheet_of[index]} or index in sizes:
            continue
        one, other = map(parse_entry, anchor.entries[index - 1 : index + 1])
        if one.at != other.at:
            text = f"the checkpoint at size {index} is not there"
            book.find(Damage.CHECKPOINT_MISSING, text, index)


def _by_id(anchor: Anchor) -> dict[str, tuple[int, Entry]]:
    parsed = (parse_entry(raw) for raw in anchor.entries)
    return {entry.id: (index, entry) for index, entry in enumerate(parsed)}


def _read(raw: bytes) -> Checked | None:
    try:
        said = read(raw)
        if said.kind in KINDS:
            return check(raw)
    except RecordError:
        return None
    # A newer version wrote it: its envelope can be checked, its body cannot.
    return Checked(raw=raw, statement=said, body=None)


def _is_projected(entry: Entry, said: Checked) -> bool:
    try:
        check_projection(entry, said.statement, entry.id)
    except AlteredEvidenceError:
        return False
    return True


def _ids_of(raw: bytes) -> frozenset[str]:
    try:
        return frozenset(parse_model(Sheet, parse_envelope(raw).payload).ids)
    except RecordError:
        return frozenset()
