"""Proofs of each kind, of a studio with three shots."""

from collections.abc import Iterator

from ledger.evidence.proofs.making import Prover
from ledger.history.log_keys import LogKeys
from ledger.log.checkpoint import Checkpoint, sign_checkpoint
from ledger.log.tree import leaf_hash, root_of
from ledger.vault.disclosure import disclose
from tests.simulators.small_studio import SHOT, Shot, SmallStudio

FRAME, THIRD = 1022, "52" * 16


def prover(studio: SmallStudio) -> Prover:
    return Prover(studio.log, studio.vault)


def keys_of(studio: SmallStudio) -> LogKeys:
    return LogKeys(((1, studio.public("log")),))


def frame_proof(studio: SmallStudio, shot: Shot, frame: int = FRAME) -> bytes:
    stored = {one.id: one for one in studio.log.stored}
    return prover(studio).frame(
        frame, stored[shot.sets[0].id], [stored[shot.seals[0].id]], studio.shelf
    )


def note_at(studio: SmallStudio, size: int) -> bytes:
    """The checkpoint that the log signed when it had this size."""
    root = root_of([leaf_hash(raw) for raw in studio.log.raw_entries[:size]])
    point = Checkpoint(origin=studio.origin, size=size, root=root)
    return sign_checkpoint(point, studio.keys["log"])


def documents(studio: SmallStudio, shot: Shot) -> Iterator[tuple[str, bytes]]:
    yield "entry", prover(studio).entry(7)
    yield "frame", frame_proof(studio, shot)
    yield "growth", prover(studio).growth(note_at(studio, 5), keys_of(studio))
    yield "complete", prover(studio).complete([SHOT])
    index = next(one.index for one in studio.log.stored if one.kind == "generation.1")
    yield "disclosure", disclose(studio.log, studio.vault, index, "/body/prompt")
