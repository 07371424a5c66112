"""The change between two assets: measured once, stated by the machine that saw it."""

from ledger.encoding.digest import sha256_hex
from ledger.log.leaves import encode_leaves
from ledger.records.statement import Blob
from pipeline.editing.change import measure_change
from pipeline.kernels.change import CHANGE
from pipeline.recording.desk import Desk
from pipeline.recording.drafts import ChangeDraft, Envelope
from pipeline.run.assets import PlannedAsset

KIND = "change.1"


def draft_change(before: PlannedAsset, after: PlannedAsset, desk: Desk) -> ChangeDraft:
    """Measure what changed, unless the log or an earlier line has it.

    Raises:
        PipelineError: the pictures do not belong together, or cannot be read.
    """
    pair = (before.statement.id, after.statement.id)
    if pair not in desk.changes:
        desk.changes[pair] = _draft(before, after, desk)
    return desk.changes[pair]


def _draft(before: PlannedAsset, after: PlannedAsset, desk: Desk) -> ChangeDraft:
    # A function of the two assets and of how it is measured, and of nothing else.
    key = desk.recorder.machine_key(
        KIND, [before.statement.id, after.statement.id, CHANGE]
    )
    known = desk.recorder.locate(KIND, key)
    if known is not None:
        return ChangeDraft(id=known.id, said=None)
    measured = measure_change(before.files, after.files)
    leaves = encode_leaves(measured.leaves)
    tiles = Blob.model_validate(
        {"length": len(measured.tiles), "blob": sha256_hex(measured.tiles)}
    )
    said = desk.draft(
        KIND,
        key,
        {
            "before": before.statement.id,
            "after": after.statement.id,
            "measure": CHANGE,
            "frames": leaves.stated,
            "tiles": tiles,
        },
        Envelope(),
        prev=[before.statement.id, after.statement.id],
    )
    return ChangeDraft(id=said.id, said=said, blobs=(leaves.raw, measured.tiles))
