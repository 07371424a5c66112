"""Finding what a proof is to be of: an entry, or the statements about one frame."""

from dataclasses import dataclass

from ledger.encoding.cell import cell_of
from ledger.encoding.entry import parse_entry
from ledger.encoding.statement import check
from ledger.errors import MissingEvidenceError, UsageError
from ledger.evidence.proofs.making import Prover
from ledger.production.current import current_of, version_in_force
from ledger.production.opening import Production
from ledger.records.frames import FrameSet, SealSet
from ledger.store.reader import StoreReader


@dataclass(frozen=True, slots=True)
class FrameWanted:
    """A frame of a shot's version in force."""

    shot: str
    view: str
    frame: int


def index_of(prover: Prover, reference: str) -> int:
    """The index of an entry that is named by its index or its statement's id.

    Raises:
        UsageError: there is no such entry.
    """
    if reference.isascii() and reference.isdigit() and len(reference) < 19:
        index = int(reference)
        if index < len(prover.entries):
            return index
    for index, raw in enumerate(prover.entries):
        if reference.encode() in raw and parse_entry(raw).id == reference:
            return index
    raise UsageError(
        "an entry of the log, by its index or its statement's id",
        met=reference,
        advice="jangbu log lists the entries.",
        where="ID",
    )


def prove_frame(production: Production, prover: Prover, wanted: FrameWanted) -> bytes:
    """The proof of a frame of a shot's version in force.

    Raises:
        UsageError: no version in force has this frame.
        MissingEvidenceError: what the version commits to is not there.
    """
    reader = production.reader()
    found = version_in_force(reader, wanted.shot, wanted.view)
    if found is None or not found[1].contains(wanted.frame):
        raise UsageError(
            "a frame of the shot's version in force",
            met="no such frame, or no version",
            advice="Run the shot to its end first, or give another frame.",
            where=f"FRAME {wanted.frame}",
        )
    measured = _set_of(reader, frozenset(found[2]), cell_of(wanted.frame))
    sealed = [
        one.index
        for one in current_of(reader, "seal.set")
        if isinstance(one.said.body, SealSet) and one.said.body.set == measured[1]
    ]
    return prover.frame(
        wanted.frame,
        reader.statements(measured[0], measured[0] + 1)[0],
        [reader.statements(index, index + 1)[0] for index in sealed],
        production.blobs,
    )


def _set_of(reader: StoreReader, sets: frozenset[str], cell: int) -> tuple[int, str]:
    """Index and id of the frame.set of a cell among those that a version lists."""
    for stored in reader.statements(0, reader.size()):
        if stored.id in sets:
            body = check(stored.raw).body
            if isinstance(body, FrameSet) and body.cell == cell:
                return stored.index, stored.id
    raise MissingEvidenceError(
        "a frame.set for each cell of a version",
        met="none for this cell",
        advice="Run jangbu fsck.",
    )
