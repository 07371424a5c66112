"""Which keys may have signed a log's checkpoints, when its database is not believed.

A rotation counts if the recovery key that the trust file names has signed it, or the
one that such a rotation has named: its id opens, and that key's sheet lists it. Rows
that fail this name no key, and checkpoints by whatever they named are found as forged.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from ledger.encoding.commitment import statement_id
from ledger.encoding.digest import sha256_hex
from ledger.encoding.sheet import open_sheet
from ledger.encoding.statement import check
from ledger.errors import CheckpointError, EvidenceError, RecordError
from ledger.log.checkpoint import Checkpoint, open_checkpoint, parse_checkpoint
from ledger.log.note import Verifier, parse_note
from ledger.ports import OpeningReader
from ledger.records.authority import Rotation
from ledger.store.inspection import EntryLine, Inspection, StatementLine

_KIND: Final = "rotation.1"


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckpointKeys:
    """Opens checkpoints with the keys in force at their sizes.

    Attributes:
        founding: keys that may sign before any rotation.
        rotated: index of each rotation with the key that it names, ascending.
    """

    log: str
    founding: Sequence[Verifier]
    rotated: Sequence[tuple[int, Verifier]] = ()

    def open(self, note: bytes) -> Checkpoint | None:
        """A checkpoint whose signature holds; `None` for any other."""
        try:
            size = parse_checkpoint(parse_note(note).text).size
            before = [key for index, key in self.rotated if index < size]
            verifiers = before[-1:] or self.founding
            return open_checkpoint(note, verifiers, self.log)
        except CheckpointError:
            return None


def checkpoint_keys(
    inspection: Inspection,
    entries: Sequence[EntryLine],
    openings: OpeningReader,
    founding: Sequence[Verifier],
    recovery: bytes,
) -> CheckpointKeys:
    """Follow the rotations from the recovery key of the trust file.

    Args:
        inspection: the database.
        entries: its rows of entries.
        openings: the vault, which opens the statements' ids.
        founding: keys that may sign before any rotation.
        recovery: public key of the recovery key; empty to follow none.
    """
    log = inspection.log
    if not recovery or all(line.kind != _KIND for line in entries):
        return CheckpointKeys(log=log, founding=founding)
    sheets: dict[str, bytes] = {
        sha256_hex(line.body): line.body for line in inspection.sheets()
    }
    found: list[tuple[int, Verifier]] = []
    for line in inspection.statements():
        body = None
        if line.kind == _KIND:
            body = _rotation(line, sheets, openings, recovery)
        if body is not None:
            key = Verifier(name=log, public_key=bytes.fromhex(body.log_key))
            found.append((line.index, key))
            recovery = bytes.fromhex(body.recovery_key)
    return CheckpointKeys(log=log, founding=founding, rotated=tuple(found))


def _rotation(
    line: StatementLine,
    sheets: Mapping[str, bytes],
    openings: OpeningReader,
    recovery: bytes,
) -> Rotation | None:
    try:
        said = check(line.body)
        blind, _ = openings.blinds(line.id)
        sheet = open_sheet(sheets.get(line.sheet, b""), recovery)
    except (RecordError, EvidenceError):
        return None
    listed = line.id in sheet.ids and statement_id(blind, line.body) == line.id
    return said.body if listed and isinstance(said.body, Rotation) else None
