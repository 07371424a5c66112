"""Stating what lines of records said, once all of them were checked.

Assets and changes first, by the machine that saw them; then the lines, in order, each
by its own key. Everything may be done again: what is in the log stays as it is, and a
recording that was killed is finished by recording the same file again.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby

from ledger.encoding.statement import Composed
from ledger.errors import RecordError
from pipeline.recording.desk import Recorder
from pipeline.recording.drafts import ChangeDraft, LineDraft
from pipeline.run.assets import PlannedAsset

MACHINE = "pipeline"
_ASSET = "asset/"


@dataclass(frozen=True, slots=True, kw_only=True)
class Stated:
    """Where a line's statement stands.

    Attributes:
        id, index: in the log; `None` while it waits in the outbox.
    """

    line: int
    kind: str
    id: str | None
    index: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Recording:
    """What recording a file came to.

    Attributes:
        new: statements that were not in the log before, assets and changes too.
    """

    new: int
    lines: tuple[Stated, ...]


def state_lines(
    drafts: Sequence[LineDraft],
    recorder: Recorder,
    remember_location: Callable[[str, str], None],
) -> Recording:
    """State drafts.

    Args:
        drafts: of all lines.
        recorder: the ledger.
        remember_location: keeps, by a token, where an asset's files lie now.

    Raises:
        JangbuError: the ledger refused; recording the file again goes on. Where it
            refused a line, `where` names it: what it admitted beside it stands.
    """
    sources = {one.statement.id: one for draft in drafts for one in draft.sources}
    changes = {one.change.id: one.change for one in drafts if one.change is not None}
    _put_blobs(drafts, sources.values(), changes.values(), recorder)
    for statement, source in sources.items():
        remember_location(_ASSET + statement, source.location())
    seen = [one.statement for one in sources.values()]
    seen += [one.said for one in changes.values() if one.said is not None]
    new = _record(seen, MACHINE, recorder)
    for signer, grouped in groupby(drafts, lambda draft: draft.signer):
        new += _record_lines(list(grouped), signer, recorder)
    return Recording(new=new, lines=tuple(_stated(one, recorder) for one in drafts))


def _record_lines(group: Sequence[LineDraft], signer: str, recorder: Recorder) -> int:
    said = [draft.said for draft in group if draft.said is not None]
    try:
        return _record(said, signer, recorder)
    except RecordError as error:
        # Somebody else stated something since the lines were checked.
        for draft in group:
            if recorder.locate(draft.kind, draft.key) is None:
                error.where = f"line {draft.number}: {error.where}"
                error.facts.setdefault("line", draft.number)
                break
        raise


def _put_blobs(
    drafts: Sequence[LineDraft],
    sources: Iterable[PlannedAsset],
    changes: Iterable[ChangeDraft],
    recorder: Recorder,
) -> None:
    for source in sources:
        recorder.put(source.leaves.raw)
        recorder.keep_values(source.statement.id, source.kept)
    for change in changes:
        _put(change.blobs, recorder)
    for draft in drafts:
        _put(draft.blobs, recorder)


def _put(blobs: Iterable[bytes], recorder: Recorder) -> None:
    for blob in blobs:
        recorder.put(blob)


def _record(said: Iterable[Composed], signer: str, recorder: Recorder) -> int:
    # The same line twice is one statement; what the log has is not signed again.
    waiting = [
        one
        for one in {one.id: one for one in said}.values()
        if recorder.locate(one.kind, one.key) is None
    ]
    if not waiting:
        return 0
    return sum(receipt.new for receipt in recorder.record(waiting, signer))


def _stated(draft: LineDraft, recorder: Recorder) -> Stated:
    receipt = recorder.locate(draft.kind, draft.key)
    return Stated(
        line=draft.number,
        kind=draft.kind,
        id=receipt.id if receipt else None,
        index=receipt.index if receipt else None,
    )
