"""Step 9: each disclosed statement, the sheet that lists it, the right of its key."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from ledger.encoding.commitment import Place, statement_id
from ledger.encoding.digest import sha256_hex
from ledger.encoding.entry import by_commitment, check_projection
from ledger.encoding.kinds import KINDS
from ledger.encoding.sheet import Sheet, open_sheet, parse_envelope
from ledger.encoding.statement import Checked, check, read
from ledger.errors import (
    AlteredEvidenceError,
    ConflictingRecordError,
    ForeignLogError,
    MissingEvidenceError,
    SheetSignatureError,
    UnknownReferenceError,
)
from ledger.evidence import form
from ledger.evidence.audit import Audit
from ledger.evidence.disclosure import Disclosure, Told
from ledger.evidence.steps.container import Container
from ledger.evidence.verdict import Reason
from ledger.history.authority import DECIDING, Authority
from ledger.history.naming import named_by
from ledger.history.points import check_succession
from ledger.records.authority import Genesis
from ledger.records.statement import family


@dataclass(frozen=True, slots=True, kw_only=True)
class Signed:
    """A checked statement with who signed it.

    Attributes:
        signer: key id.
        authority: which keys could do what right after it.
    """

    told: Told
    checked: Checked
    signer: str
    authority: Authority


@dataclass(slots=True)
class StatementReader:
    """Checks disclosed statements in the order of the log.

    Statements about keys decide about all others, so a bundle withholds none of them,
    and the first statement that fails ends the reading.
    """

    container: Container
    disclosure: Disclosure
    audit: Audit
    _sheets: dict[str, bytes] = field(default_factory=dict)
    _opened: dict[str, Sheet] = field(default_factory=dict)
    _signed: dict[int, Signed] = field(default_factory=dict)
    _authority: Authority = field(default_factory=Authority)
    _places: set[Place] = field(default_factory=set)

    def read(self) -> dict[int, Signed]:
        """All statements by index, or as many as hold before the first failure."""
        audit = self.audit
        with audit.step("sheets"):
            self._take_sheets()
        rows: Sequence[form.StatementRow] = ()
        with audit.step("statements.form"):
            rows = self._rows()
        for row in rows:
            if not audit.sound:
                break
            with audit.step("statements"):
                self._take(row)
        self._doubt()
        return self._signed

    def _doubt(self) -> None:
        """9.10 What a key said after it was stolen or lost is shown and not believed.

        Only the end of the log tells: a revocation comes after what it doubts.
        """
        for index, one in self._signed.items():
            if self._authority.doubts(one.signer, index):
                self.audit.leave_open(Reason.WEAK, "statements.revoked")

    def _take_sheets(self) -> None:
        lines = form.split_lines(self.container.parts[form.SHEETS])
        digests = [sha256_hex(line) for line in lines]
        if digests != sorted(set(digests)):
            raise _altered("sheets in the order of their digests", "another order")
        self._sheets = dict(zip(digests, lines, strict=True))

    def _rows(self) -> Sequence[form.StatementRow]:
        raw = self.container.parts[form.STATEMENTS]
        rows = form.parse_rows(form.StatementRow, raw)
        indexes = [row.index for row in rows]
        if indexes != sorted(set(indexes)) or indexes[-1] >= self.disclosure.size:
            raise _altered("statements in the order of their entries", "another order")
        if {row.sheet for row in rows} != set(self._sheets):
            raise _altered("the sheets of these statements and no other", "others")
        shown = set(indexes)
        for index, entry in enumerate(self.disclosure.entries):
            if family(entry.kind) in DECIDING and index not in shown:
                raise MissingEvidenceError(
                    "every statement about keys, which a bundle never withholds",
                    met="an entry alone",
                    advice="Ask for the bundle again.",
                    index=index,
                    kind=entry.kind,
                )
        return rows

    def _take(self, row: form.StatementRow) -> None:
        entry = self.disclosure.entries[row.index]
        said = self._understood(row.raw(), entry.kind)
        # 9.1 The id opens: against another statement in the place of this one.
        found = statement_id(bytes.fromhex(row.blind), said.raw)
        # 9.2 The entry is its projection: against an entry that says something else.
        check_projection(entry, said.statement, found)
        # 9.3 It was made for this log: against replay from another one.
        if said.statement.log != self.disclosure.log:
            raise _foreign()
        # 9.4 `by` opens to the sheet: against a signature put there later.
        by_blind = bytes.fromhex(row.by_blind)
        if by_commitment(row.sheet, by_blind, said.place) != entry.by.commitment:
            raise _altered("an entry that commits to this sheet", "another sheet")
        if isinstance(said.body, Genesis):
            self._found(row, said)
        # 9.5 The sheet lists the id and its signature verifies.
        signer = self._signer_of(row.sheet, found)
        # 9.6 The key was delegated for this kind and verb at this index.
        act = said.statement.act
        verb = act.verb if act else None
        authority = self._authority
        authority.require(signer, entry.kind, verb)
        # 9.7 Whatever the body names stands before it, too.
        self._check_named(row.index, said)
        # 9.8 One kind and key is one fact: against a log that admitted two.
        self._check_place(row.index, said)
        # 9.9 A succession stands where every reader meets it first.
        check_succession(said.body, row.index, said.statement.log)
        self._authority = authority.advance(found, said, row.index)
        told = Told(index=row.index, id=entry.id, said=said.statement, body=said.body)
        self._signed[row.index] = Signed(
            told=told, checked=said, signer=signer, authority=self._authority
        )

    def _understood(self, raw: bytes, kind: str) -> Checked:
        if kind in KINDS:
            return check(raw)
        # A newer kind: its envelope is checked, its body is opaque to this version.
        self.audit.leave_open(Reason.WEAK, "statements.unknown_kind")
        return Checked(raw=raw, statement=read(raw), body=None)

    def _found(self, row: form.StatementRow, said: Checked) -> None:
        if row.index != 0:
            raise ConflictingRecordError(
                "one genesis, entry 0",
                met="another one",
                advice="Do not rely on this log.",
                index=row.index,
            )
        self._authority = Authority().advance("", said, row.index)

    def _signer_of(self, digest: str, statement: str) -> str:
        if digest not in self._opened:
            raw = self._sheets[digest]
            key_id = parse_envelope(raw).key_id
            public_key = self._authority.public_key(key_id)
            if public_key is None:
                raise _unsigned("a sheet by a key that the log knows", "another key")
            self._opened[digest] = open_sheet(raw, public_key)
        sheet = self._opened[digest]
        # The key may have ended since an earlier statement of the same sheet.
        if self._authority.public_key(sheet.key_id) is None:
            raise _unsigned("a sheet by a key still in force", "a key that has ended")
        if sheet.log != self.disclosure.log:
            raise _foreign()
        if statement not in sheet.ids:
            raise _unsigned("a sheet that lists the statement", "one without it")
        return sheet.key_id

    def _check_place(self, index: int, said: Checked) -> None:
        if said.place in self._places:
            raise ConflictingRecordError(
                "each kind and key once",
                met="a second statement with the same kind and key",
                advice="Do not rely on this log: it admitted what it must refuse.",
                index=index,
            )
        self._places.add(said.place)

    def _check_named(self, index: int, said: Checked) -> None:
        before = self.disclosure.history.at(index)
        if not all(map(before.knows, named_by(said.statement, said.body))):
            raise UnknownReferenceError(
                "a statement that names earlier statements only",
                met="one that is later, or not in the log",
                advice="Do not rely on this log: it admitted what it must refuse.",
                index=index,
            )


def _altered(expected: str, met: str) -> AlteredEvidenceError:
    return AlteredEvidenceError(
        expected,
        met=met,
        advice="Do not rely on this bundle; ask for it again from its source.",
        where=form.STATEMENTS,
    )


def _unsigned(expected: str, met: str) -> SheetSignatureError:
    return SheetSignatureError(
        expected,
        met=met,
        advice="Do not rely on this bundle; ask for it again from its source.",
        where=form.SHEETS,
    )


def _foreign() -> ForeignLogError:
    return ForeignLogError(
        "statements and sheets made for this log",
        met="one made for another log",
        advice="Do not rely on this bundle; records cannot be moved between logs.",
    )
