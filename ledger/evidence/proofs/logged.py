"""A statement with everything that shows it stands in a log (protocol 13).

The same members as in a disclosure (docs/specs/disclosure.md): entry and inclusion
proof, the statement and its blind, the sheet and its blind.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from pydantic import Field

from ledger.encoding import canonical
from ledger.encoding.commitment import Place, statement_id
from ledger.encoding.digest import sha256_hex
from ledger.encoding.entry import Entry, by_commitment, check_projection, parse_entry
from ledger.encoding.sheet import open_sheet, parse_envelope
from ledger.encoding.statement import Checked, canonical_object, check
from ledger.errors import AlteredEvidenceError, ForeignLogError, SheetSignatureError
from ledger.history.authority import Authority
from ledger.log.checkpoint import Checkpoint
from ledger.log.proof import Leaves, inclusion_proof, verify_inclusion
from ledger.log.tree import leaf_hash
from ledger.ports import LogReader, OpeningReader, StoredStatement
from ledger.records.identity import Digest, as_digest
from ledger.records.statement import Record

LONGEST_PROOF: Final = 63


class LoggedStatement(Record):
    """One statement and its way into the log.

    Attributes:
        proof: RFC 6962 inclusion proof of the entry at `index`.
        blind: b(""), which opens the entry's id.
        by_blind: b("/by"), which opens the entry's signer.
        sheet: the envelope that lists the statement.
    """

    entry: dict[str, Any]
    index: int = Field(ge=0)
    proof: tuple[Digest, ...] = Field(max_length=LONGEST_PROOF)
    statement: dict[str, Any]
    blind: Digest
    by_blind: Digest
    sheet: dict[str, Any]

    def entry_raw(self) -> bytes:
        """The leaf's bytes."""
        return canonical.encode(self.entry)

    def check_inclusion(self, checkpoint: Checkpoint) -> None:
        """Check that the entry is a leaf of the tree.

        Raises:
            InclusionError: it is not.
        """
        proof = [bytes.fromhex(node) for node in self.proof]
        leaf = leaf_hash(self.entry_raw())
        verify_inclusion(leaf, self.index, checkpoint.size, proof, checkpoint.root)


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenedStatement:
    """A statement that opens its entry; whose key signed it is asked separately."""

    index: int
    entry: Entry
    said: Checked
    sheet: bytes

    def signer(self, authority: Authority) -> str:
        """The key that signed it, which had the right to by then.

        Args:
            authority: which keys could do what just before this entry.

        Raises:
            SheetSignatureError: an unknown key, a failing signature, another sheet.
            NotPermittedError: the key had no right to state this kind.
        """
        public_key = authority.public_key(parse_envelope(self.sheet).key_id)
        if public_key is None:
            raise _unsigned("a sheet by a key that the log names", "another key")
        key_id = check_sheet(self.sheet, public_key, self.entry.id, self.said.place.log)
        act = self.said.statement.act
        authority.require(key_id, self.entry.kind, act.verb if act else None)
        return key_id


def check_sheet(raw: bytes, public_key: bytes, statement: str, log: str) -> str:
    """The key id of a sheet that lists a statement of a log and is signed by a key.

    Raises:
        SheetSignatureError, ForeignLogError, MalformedRecordError.
    """
    sheet = open_sheet(raw, public_key)
    if sheet.log != log:
        raise _foreign()
    if statement not in sheet.ids:
        raise _unsigned("a sheet that lists the statement", "one without it")
    return sheet.key_id


def open_logged(one: LoggedStatement, log: str) -> OpenedStatement:
    """Check that entry, statement and sheet belong together, and to this log.

    Raises:
        MalformedRecordError, UnknownKindError: a part without the one permitted form.
        AlteredEvidenceError: parts of different statements.
        ForeignLogError: a statement of another log.
    """
    said = check(canonical.encode(one.statement))
    entry = parse_entry(one.entry_raw())
    # 1. The id opens: against another statement in the place of this one.
    known_as = statement_id(bytes.fromhex(one.blind), said.raw)
    # 2. The entry is its projection: against an entry that says something else.
    check_projection(entry, said.statement, known_as)
    # 3. It was made for this log: against replay from another one.
    if said.statement.log != log:
        raise _foreign()
    # 4. `by` opens to the sheet: against a signature put there later.
    sheet = canonical.encode(one.sheet)
    _check_by(sheet, one.by_blind, said.place, entry)
    return OpenedStatement(index=one.index, entry=entry, said=said, sheet=sheet)


def log_statement(
    stored: StoredStatement,
    leaves: Leaves,
    log: LogReader,
    openings: OpeningReader,
) -> LoggedStatement:
    """Put together what shows that a statement stands in the log.

    Raises:
        ErasedEvidenceError: its blinds were destroyed.
        MissingEvidenceError: the production is damaged.
    """
    blind, by_blind = openings.blinds(stored.id)
    size = len(leaves)
    raw = log.entries(stored.index, stored.index + 1)[0]
    proof = inclusion_proof(leaves, stored.index, size)
    return LoggedStatement(
        entry=canonical_object(raw),
        index=stored.index,
        proof=hex_digests(proof),
        statement=canonical_object(stored.raw),
        blind=as_digest(blind.hex()),
        by_blind=as_digest(by_blind.hex()),
        sheet=canonical_object(log.sheet(stored.sheet)),
    )


def hex_digests(hashes: Sequence[bytes]) -> tuple[Digest, ...]:
    """Hashes as they stand in a document."""
    return tuple(as_digest(one.hex()) for one in hashes)


def _check_by(sheet: bytes, blind: str, place: Place, entry: Entry) -> None:
    met = by_commitment(sha256_hex(sheet), bytes.fromhex(blind), place)
    if met != entry.by.commitment:
        raise AlteredEvidenceError(
            "the sheet that the entry commits to",
            met="another sheet or blind",
            advice="Do not rely on this proof; ask for it again from its source.",
            where="/sheet",
        )


def _unsigned(expected: str, met: str) -> SheetSignatureError:
    return SheetSignatureError(
        expected,
        met=met,
        advice="Do not rely on this proof; ask for it again from its source.",
        where="/sheet",
    )


def _foreign() -> ForeignLogError:
    return ForeignLogError(
        "statements and sheets made for this log",
        met="one made for another log",
        advice="Do not rely on this proof; records cannot be moved between logs.",
    )
