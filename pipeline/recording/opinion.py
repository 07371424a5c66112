"""Lines about opinions: what an assessor thinks, bound to the pixels that were seen."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from ledger.encoding.statement import Secret
from ledger.log.leaves import LeafBlob, encode_leaves
from ledger.records.editing import CutLeaf
from ledger.records.identity import Digest
from ledger.records.people import SeenLeaf
from ledger.records.statement import Scope
from ledger.records.time import FrameRange, Rate
from pipeline.recording.confirmed import confirmed
from pipeline.recording.cut import newest_cut
from pipeline.recording.desk import Desk, unfit
from pipeline.recording.drafts import Envelope, LineDraft
from pipeline.recording.forms import OpinionLine
from pipeline.recording.frames import frames_of_version, parsed

KIND = "opinion.1"


@dataclass(frozen=True, slots=True)
class Seen:
    """The frames that an opinion is about.

    Attributes:
        cut: id of the cut whose frames they are; `None` if they are a shot's.
    """

    range: FrameRange
    leaves: LeafBlob
    cut: str | None


def draft_opinion(line: OpinionLine, number: int, desk: Desk) -> LineDraft:
    """Check an opinion and gather the pixels that its assessor saw.

    A line that was recorded is never tied to other pixels: recorded again after the
    shot was made anew, it still is the statement about the frames of then.

    Raises:
        JangbuError: what is wrong; nothing was stated.
    """
    by = desk.names.party(line.by)
    signer = desk.names.signer(by.uid, KIND, line.verb)
    act = desk.act_of(line)
    shot = None if line.shot is None else desk.names.shot(line.shot)
    element = None if line.element is None else desk.names.element(line.element)
    told = {
        "question": line.question,
        "judgement": line.judgement,
        "finding": line.finding,
    }
    facts = {
        **told,
        "by": by.uid,
        "shot": shot,
        "element": element,
        "frames": line.frames,
        "reasons": line.reasons,
        "confirms": line.confirms,
        "at": line.at,
        "does": None if act is None else [act.verb, act.of],
    }
    key = desk.key_of(KIND, facts, by.erasable)
    draft = LineDraft(number=number, kind=KIND, key=key, said=None, signer=signer)
    if desk.is_said(KIND, key):
        return draft
    # Only now: a rulebook may drop what was asked when the line was first recorded.
    desk.names.judgement(line.question, line.judgement)
    seen = _seen_in_shot(line, shot, desk) if shot else _seen_in_cut(line, desk)
    scope = Scope.model_validate(
        {"shot": shot, "element": element, "range": seen.range}
    )
    examined = confirmed(desk, scope) if line.confirms else []
    relied_on = [*examined, *([seen.cut] if seen.cut else [])]
    said = desk.draft(
        KIND,
        key,
        {
            **told,
            "reasons": Secret(line.reasons, of=by.erasable),
            "confirms": examined,
            "seen": seen.leaves.stated,
            "cut": seen.cut,
        },
        Envelope(at=line.at, scope=scope, act=act),
        prev=relied_on,
    )
    return replace(draft, said=said, act=act, blobs=(seen.leaves.raw,))


def _seen_in_shot(line: OpinionLine, shot: str, desk: Desk) -> Seen:
    frames = frames_of_version(desk.film, shot, line.frames)
    leaves = [
        SeenLeaf(frame=frame, pixels=(_pixels(desk, shot, frame),))
        for frame in frames.frames()
    ]
    return Seen(frames, encode_leaves(leaves), None)


def _seen_in_cut(line: OpinionLine, desk: Desk) -> Seen:
    cut = newest_cut(desk)
    if cut is None:
        raise unfit("a shot, or a cut that was recorded before", "neither", "/shot")
    frames = _frames_of_cut(line.frames, len(cut.leaves), cut.rate)
    seen = cut.leaves[frames.start : frames.end]
    return Seen(frames, encode_leaves(list(_cut_leaves(desk, seen))), cut.id)


def _frames_of_cut(text: str | None, count: int, rate: Rate) -> FrameRange:
    whole = FrameRange.between(0, count, rate)
    if text is None:
        return whole
    asked = parsed(text, rate)
    if asked.intersect(whole) != asked:
        raise unfit(f"record frames of the cut, {whole}", text, "/frames")
    return asked


def _cut_leaves(desk: Desk, leaves: Sequence[CutLeaf]) -> Iterator[SeenLeaf]:
    for leaf in leaves:
        pixels = tuple(_pixels(desk, one.shot, one.frame) for one in leaf.sources)
        yield SeenLeaf(frame=leaf.frame, pixels=pixels)


def _pixels(desk: Desk, shot: str, frame: int) -> Digest:
    found = desk.film.shots.get(shot)
    delivered = None if found is None else found.frames.get(frame)
    if delivered is None:
        raise unfit(
            "frames of the versions in force; record the cut again if it is older",
            f"a frame {frame} that is not among them",
            "/frames",
        )
    return delivered.measured.pixels
