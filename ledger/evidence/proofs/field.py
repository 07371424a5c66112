"""Checking a disclosure of one private field (docs/specs/disclosure.md)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal, TypeAlias

from ledger.encoding.commitment import Opening, check_opening
from ledger.encoding.entry import Entry
from ledger.encoding.models import parse_model
from ledger.encoding.sheet import parse_envelope
from ledger.evidence.proofs.logged import LoggedStatement, check_sheet, open_logged
from ledger.evidence.verdict import Origin
from ledger.log.checkpoint import Checkpoint
from ledger.records.identity import Digest
from ledger.records.statement import Record
from ledger.vault.disclosure import commitment_at

DISCLOSURE: Final = "jangbu/disclosure/1"
"""What the form is called in a verdict; the document itself does not name it."""

CheckpointOpener: TypeAlias = Callable[[bytes], tuple[Checkpoint, Origin]]


class _OpeningForm(Record):
    path: str
    value: Any
    blind: Digest


class _DisclosureForm(LoggedStatement):
    v: Literal[1]
    checkpoint: str
    opening: _OpeningForm


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedField:
    """What a disclosure shows.

    Attributes:
        signed: whether the sheet's signature was verified; without the signer's key
            nobody can.
    """

    index: int
    entry: Entry
    opening: Opening
    checkpoint: Checkpoint
    origin: Origin
    signed: bool


def check_field(
    raw: bytes, opened: CheckpointOpener, signers: Mapping[str, bytes]
) -> CheckedField:
    """Check a disclosure; a signer that the reader does not know stays open.

    Args:
        raw: the document.
        opened: opens a checkpoint with what the reader trusts.
        signers: raw public keys by key id.

    Raises:
        LedgerError: its parts do not belong together, or are not of the log.
    """
    form = parse_model(_DisclosureForm, raw)
    checkpoint, origin = opened(form.checkpoint.encode())
    form.check_inclusion(checkpoint)
    said = open_logged(form, checkpoint.origin)
    opening = Opening(
        path=form.opening.path,
        value=form.opening.value,
        blind=bytes.fromhex(form.opening.blind),
    )
    commitment = commitment_at(said.said.raw, opening.path)
    check_opening(opening, said.said.place, commitment)
    public_key = signers.get(parse_envelope(said.sheet).key_id)
    if public_key is not None:
        check_sheet(said.sheet, public_key, said.entry.id, checkpoint.origin)
    return CheckedField(
        index=form.index,
        entry=said.entry,
        opening=opening,
        checkpoint=checkpoint,
        origin=origin,
        signed=public_key is not None,
    )
