"""Lines about cuts: a film's edit, resolved to frames of the versions in force."""

from ledger.encoding.digest import sha256_hex
from ledger.encoding.statement import STUDIO, Secret
from ledger.log.leaves import encode_leaves
from ledger.records.editing import CutLeaf
from ledger.records.identity import VIEWS, as_uid
from pipeline.editing.cut import resolve_cut
from pipeline.editing.cut_shots import CutShot
from pipeline.recording.desk import Desk, KnownCut
from pipeline.recording.documents import read_document
from pipeline.recording.drafts import LineDraft
from pipeline.recording.forms import CutLine

KIND = "cut.1"
_MOST_PREV = 256


def draft_cut(line: CutLine, number: int, desk: Desk) -> LineDraft:
    """Resolve a cut.

    Raises:
        JangbuError: what is wrong; nothing was stated.
    """
    by = None if line.by is None else desk.names.party(line.by).uid
    signer = desk.names.signer(by, KIND)
    raw = read_document(desk.folder, line.file, "/file")
    resolved = resolve_cut(raw, _shots(desk))
    leaves = encode_leaves(resolved.leaves)
    versions = _versions(desk, resolved.leaves)
    digest = sha256_hex(raw)
    facts = {
        "by": by,
        "file": digest,
        "versions": versions,
        "resolved": leaves.stated.root,
    }
    key = desk.key_of(KIND, facts, STUDIO)
    said = desk.draft(
        KIND,
        key,
        {
            "rate": str(resolved.rate),
            "frames": len(resolved.leaves),
            "file": Secret(digest),
            "versions": versions,
            "resolved": leaves.stated,
        },
        # The body names them all; an envelope holds no more than this.
        prev=versions[:_MOST_PREV],
    )
    desk.cuts.append(KnownCut(said.id, resolved.rate, resolved.leaves))
    return LineDraft(
        number=number,
        kind=KIND,
        key=key,
        said=said,
        signer=signer,
        blobs=(leaves.raw,),
        notes=tuple(f"{one.where}: {one.text}" for one in resolved.notes),
    )


def newest_cut(desk: Desk) -> KnownCut | None:
    """The cut that was stated last, earlier lines included; `None` if there is none."""
    logged = [KnownCut(one.source.id, one.rate, one.leaves) for one in desk.film.cuts]
    known = {one.id for one in logged}
    waiting = [one for one in desk.cuts if one.id not in known]
    return next(reversed([*logged, *waiting]), None)


def _shots(desk: Desk) -> list[CutShot]:
    return [
        CutShot(
            uid=as_uid(shot.uid),
            code=shot.code,
            view=next(view for view in VIEWS if view == shot.view),
            range=shot.range,
        )
        for shot in desk.film.shots.values()
        if shot.code is not None and shot.range is not None
    ]


def _versions(desk: Desk, leaves: tuple[CutLeaf, ...]) -> list[str]:
    shown = {source.shot for leaf in leaves for source in leaf.sources}
    return [
        shot.version.id
        for shot in desk.film.shots.values()
        if shot.uid in shown and shot.version is not None
    ]
