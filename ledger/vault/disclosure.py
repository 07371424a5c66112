"""Disclosing one private field, and checking it from bytes alone (protocol 13).

A disclosure is one JSON document: the entry with its proof, the statement behind it,
the sheet that signed it and the opening of one field. It discloses the statement's
clear fields and the signing key's id too; other private fields stay commitments.

What `check_disclosure` does not show: that the signing key had the right to state
this kind. For that a reader needs the log's delegations, or a bundle.
"""

import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

from pydantic import Field

from ledger.encoding import canonical
from ledger.encoding.commitment import (
    Opening,
    Place,
    check_opening,
    is_private,
    statement_id,
)
from ledger.encoding.digest import sha256_hex
from ledger.encoding.entry import Entry, by_commitment, check_projection, parse_entry
from ledger.encoding.models import parse_model
from ledger.encoding.sheet import Sheet, open_sheet, parse_envelope
from ledger.encoding.statement import read
from ledger.errors import (
    AlteredEvidenceError,
    ForeignLogError,
    MissingEvidenceError,
    SheetSignatureError,
)
from ledger.log.checkpoint import Checkpoint, open_checkpoint
from ledger.log.note import Verifier
from ledger.log.proof import inclusion_proof, verify_inclusion
from ledger.log.tree import leaf_hash
from ledger.ports import LogReader, OpeningReader
from ledger.records.identity import Digest, as_digest
from ledger.records.statement import Record, Statement

_LONGEST_PROOF: Final = 63
_INDEX: Final = re.compile("0|[1-9][0-9]{0,8}")


class _OpeningForm(Record):
    path: str
    value: Any
    blind: Digest


class _DisclosureForm(Record):
    v: Literal[1]
    entry: dict[str, Any]
    index: int = Field(ge=0)
    checkpoint: str
    proof: tuple[Digest, ...] = Field(max_length=_LONGEST_PROOF)
    statement: dict[str, Any]
    blind: Digest
    by_blind: Digest
    sheet: dict[str, Any]
    opening: _OpeningForm


@dataclass(frozen=True, slots=True, kw_only=True)
class Disclosed:
    """What a checked disclosure shows.

    Attributes:
        index: place of the entry in the log.
        sheet: who signed the statement, by key id, and when they say they did.
        opening: the field and its value.
        checkpoint: the state of the log that holds the entry.
    """

    index: int
    entry: Entry
    statement: Statement
    sheet: Sheet
    opening: Opening
    checkpoint: Checkpoint


def disclose(log: LogReader, vault: OpeningReader, index: int, path: str) -> bytes:
    """Write the disclosure of one private field of the statement at an index.

    Raises:
        MissingEvidenceError: no such statement, or it has no such private field, or
            the vault never had its value.
        ErasedEvidenceError: the value was erased.
    """
    size = log.size()
    leaves = log.entries(0, size)
    stored = next(iter(log.statements(index, index + 1)), None)
    if stored is None or not 0 <= index < len(leaves):
        raise MissingEvidenceError(
            "an entry that the newest checkpoint covers",
            met=f"index {index} in a log of {size}",
            advice="Give the index that the receipt names.",
            index=index,
        )
    commitment_at(stored.raw, path)
    blind, by_blind = vault.blinds(stored.id)
    proof = inclusion_proof([leaf_hash(leaf) for leaf in leaves], index, size)
    return canonical.encode(
        {
            "v": 1,
            "entry": canonical.parse(leaves[index]),
            "index": index,
            "checkpoint": log.checkpoint().decode(),
            "proof": [node.hex() for node in proof],
            "statement": canonical.parse(stored.raw),
            "blind": blind.hex(),
            "by_blind": by_blind.hex(),
            "sheet": canonical.parse(log.sheet(stored.sheet)),
            "opening": vault.open(stored.id, path).to_json(),
        }
    )


def check_disclosure(
    raw: bytes, log: Verifier, signers: Mapping[str, bytes]
) -> Disclosed:
    """Check a disclosure, from its bytes and keys that the reader already has.

    Args:
        raw: the document.
        log: the log's key, `Verifier.from_vkey` of the trust file's vkey.
        signers: raw public keys by key id, from whom the reader knows.

    Raises:
        MalformedRecordError: it does not have the one permitted form.
        CheckpointError, InclusionError: the log never signed for this entry.
        AlteredEvidenceError: entry, statement, sheet or value do not belong together.
        ForeignLogError: statement or sheet were made for another log.
        SheetSignatureError: the sheet is not signed by a known key, or does not
            list the statement.
    """
    form = parse_model(_DisclosureForm, raw)
    entry_raw = canonical.encode(form.entry)
    # 1. The checkpoint is the log's.
    checkpoint = open_checkpoint(form.checkpoint.encode(), [log], log.name)
    # 2. The leaf is in its tree.
    proof = [bytes.fromhex(node) for node in form.proof]
    verify_inclusion(
        leaf_hash(entry_raw), form.index, checkpoint.size, proof, checkpoint.root
    )
    # 3, 4. The id opens, and the entry is this statement's projection.
    entry = parse_entry(entry_raw)
    statement_raw = canonical.encode(form.statement)
    said = read(statement_raw)
    _check_log(said.log, checkpoint.origin, "/statement/log")
    known_as = statement_id(bytes.fromhex(form.blind), statement_raw)
    check_projection(entry, said, known_as)
    # 5. `by` opens, the sheet is signed and lists the id.
    place = Place(log=said.log, kind=said.kind, key=said.key)
    sheet = _check_sheet(form, entry, place, signers)
    # 6. The field opens: its place is inside the commitment, so it cannot be moved.
    opening = Opening(
        path=form.opening.path,
        value=form.opening.value,
        blind=bytes.fromhex(form.opening.blind),
    )
    check_opening(opening, place, commitment_at(statement_raw, opening.path))
    return Disclosed(
        index=form.index,
        entry=entry,
        statement=said,
        sheet=sheet,
        opening=opening,
        checkpoint=checkpoint,
    )


def _check_sheet(
    form: _DisclosureForm, entry: Entry, place: Place, signers: Mapping[str, bytes]
) -> Sheet:
    raw = canonical.encode(form.sheet)
    by = by_commitment(sha256_hex(raw), bytes.fromhex(form.by_blind), place)
    if not hmac.compare_digest(by, entry.by.commitment):
        raise AlteredEvidenceError(
            "the sheet that the entry commits to",
            met="another sheet or blind",
            advice="Ask for the disclosure anew, from the production itself.",
            where="/sheet",
        )
    public_key = signers.get(parse_envelope(raw).key_id)
    if public_key is None:
        raise _unsigned("a sheet signed by a key that the reader knows")
    sheet = open_sheet(raw, public_key)
    _check_log(sheet.log, place.log, "/sheet/log")
    if entry.id not in sheet.ids:
        raise _unsigned("a sheet that lists the statement")
    return sheet


def _unsigned(expected: str) -> SheetSignatureError:
    return SheetSignatureError(
        expected,
        met="another one",
        advice="Get the signer's key from the production, apart from this disclosure.",
        where="/sheet",
    )


def _check_log(met: str, expected: str, where: str) -> None:
    if met != expected:
        raise ForeignLogError(
            "a record of the log that signed the checkpoint",
            met=met,
            advice="Do not rely on this disclosure.",
            where=where,
        )


def commitment_at(statement: bytes, path: str) -> Digest:
    """The commitment that stands at a path of a statement (RFC 6901).

    Raises:
        MissingEvidenceError: it has no private field there.
    """
    value: object = canonical.parse(statement)
    first, *steps = path.split("/")
    for step in steps:
        value = _member(value, step.replace("~1", "/").replace("~0", "~"))
    if first or not is_private(value):
        raise MissingEvidenceError(
            "a private field of the statement",
            met="none at this path",
            advice="Give the path of a field that the statement commits to.",
            where=path,
        )
    return as_digest(value["#"], path)


def _member(value: object, step: str) -> object:
    match value:
        case dict():
            return value.get(step)
        case list() if _INDEX.fullmatch(step) and int(step) < len(value):
            return value[int(step)]
        case _:
            return None
