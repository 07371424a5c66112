"""Lines about cuts: a film's edit, resolved to frames of the versions in force."""

from dataclasses import replace

from ledger.encoding.digest import sha256_hex
from ledger.encoding.statement import STUDIO, Secret
from ledger.errors import CutError, NotPermittedError
from ledger.log.leaves import encode_leaves
from ledger.records.editing import CutLeaf
from ledger.records.identity import as_statement_id
from ledger.records.statement import Act
from pipeline.editing.cut import ResolvedCut, resolve_cut
from pipeline.recording.cut_shots import cut_shots
from pipeline.recording.desk import Desk, KnownCut
from pipeline.recording.documents import read_document
from pipeline.recording.drafts import Envelope, LineDraft
from pipeline.recording.forms import CutLine

KIND = "cut.1"
_MOST_PREV = 256
_ENDED = (
    "this cut was recorded before and is no longer current; to go back to it, name the "
    "verb supersede and the cut that is"
)
_BESIDE = "it stands beside an earlier cut, which this key may not supersede"


def draft_cut(line: CutLine, number: int, desk: Desk) -> LineDraft:
    """Resolve a cut.

    Without a verb it takes the place of the cut in force, so that there is one.

    Raises:
        JangbuError: what is wrong; nothing was stated.
    """
    by = None if line.by is None else desk.names.party(line.by).uid
    signer = desk.names.signer(by, KIND, line.verb)
    act = desk.act_of(line)
    raw = read_document(desk.folder, line.file, "/file")
    resolved = _resolved(raw, line.file, desk)
    leaves = encode_leaves(resolved.leaves)
    versions = _versions(desk, resolved.leaves)
    digest = sha256_hex(raw)
    facts = {
        "by": by,
        "file": digest,
        "versions": versions,
        "resolved": leaves.stated.root,
        # What is superseded unasked is none of it: the same cut is the same line.
        "does": None if act is None else [act.verb, act.of],
    }
    key = desk.key_of(KIND, facts, STUDIO)
    notes = tuple(f"{one.where}: {one.text}" for one in resolved.notes)
    draft = LineDraft(
        number=number, kind=KIND, key=key, said=None, signer=signer, notes=notes
    )
    if desk.is_said(KIND, key):
        return replace(draft, notes=(*notes, *_if_ended(key, desk)))
    if act is None:
        act, more = _in_place_of(newest_cut(desk), by, signer, desk)
        notes += more
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
        Envelope(act=act),
        # The body names them all; an envelope holds no more than this.
        prev=versions[:_MOST_PREV],
    )
    desk.cuts.append(KnownCut(said.id, resolved.rate, resolved.leaves))
    return replace(draft, said=said, act=act, blobs=(leaves.raw,), notes=notes)


def _resolved(raw: bytes, file: str, desk: Desk) -> ResolvedCut:
    try:
        return resolve_cut(raw, cut_shots(desk.film))
    except CutError as error:
        error.where = f"{file}: {error.where}" if error.where else file
        raise


def newest_cut(desk: Desk) -> KnownCut | None:
    """The cut in force that was stated last, earlier lines included."""
    logged = [KnownCut(one.source.id, one.rate, one.leaves) for one in desk.film.cuts]
    known = [one for one in (*logged, *desk.cuts) if desk.standing.in_force(one.id)]
    return known[-1] if known else None


def _in_place_of(
    earlier: KnownCut | None, by: str | None, signer: str, desk: Desk
) -> tuple[Act | None, tuple[str, ...]]:
    if earlier is None:
        return None, ()
    try:
        superseding = desk.names.signer(by, KIND, "supersede")
    except NotPermittedError:
        superseding = None
    if superseding != signer:
        return None, (_BESIDE,)
    return Act(verb="supersede", of=as_statement_id(earlier.id)), ()


def _if_ended(key: str, desk: Desk) -> tuple[str, ...]:
    known = desk.recorder.locate(KIND, key)
    if known is None or desk.standing.in_force(known.id):
        return ()
    return (_ENDED,)


def _versions(desk: Desk, leaves: tuple[CutLeaf, ...]) -> list[str]:
    shown = {source.shot for leaf in leaves for source in leaf.sources}
    return [
        shot.version.id
        for shot in desk.film.shots.values()
        if shot.uid in shown and shot.version is not None
    ]
