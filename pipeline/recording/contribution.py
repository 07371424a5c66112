"""Lines about contributions: what somebody did, and the change that was measured."""

from collections.abc import Sequence

from ledger.encoding.statement import Secret
from ledger.records.statement import Scope
from pipeline.capture.sources import FileSource
from pipeline.recording.changes import draft_change
from pipeline.recording.desk import Desk, unfit
from pipeline.recording.drafts import Envelope, LineDraft
from pipeline.recording.forms import ContributionLine
from pipeline.recording.frames import frames_of_shot
from pipeline.run.assets import PlannedAsset

KIND = "contribution.1"


def draft_contribution(line: ContributionLine, number: int, desk: Desk) -> LineDraft:
    """Check a contribution, look at its files and measure what changed.

    Raises:
        JangbuError: what is wrong; nothing was stated.
    """
    party = desk.names.party(line.party)
    by = None if line.by is None else desk.names.party(line.by).uid
    signer = desk.names.signer(by, KIND, line.verb)
    act = desk.act_of(line)
    scope = _scope(line, desk)
    before = _files(line.before, line.frames, "/before", desk)
    after = _files(line.after, line.frames, "/after", desk)
    change = None
    if len(before) == len(after) == 1:
        change = draft_change(before[0], after[0], desk)
    told = {
        "route": line.route,
        "act": line.act,
        "tool": line.tool,
        "candidates": line.candidates,
        "minutes": line.minutes,
        "before": [one.statement.id for one in before],
        "after": [one.statement.id for one in after],
    }
    facts = {
        **told,
        "by": by,
        "party": party.uid,
        "note": line.note,
        "at": line.at,
        "does": None if act is None else [act.verb, act.of],
        "scope": [
            scope.shot or "",
            scope.element or "",
            f"{scope.range} {scope.range.rate}" if scope.range else "",
        ],
    }
    key = desk.key_of(KIND, facts, party.erasable)
    said = desk.draft(
        KIND,
        key,
        {
            **told,
            "party": Secret(party.uid, of=party.erasable),
            "note": None if line.note is None else Secret(line.note, party.erasable),
            "change": None if change is None else change.id,
        },
        Envelope(at=line.at, scope=scope, act=act),
        prev=[
            *(one.statement.id for one in (*before, *after)),
            *([] if change is None else [change.id]),
        ],
    )
    return LineDraft(
        number=number,
        kind=KIND,
        key=key,
        said=said,
        signer=signer,
        act=act,
        sources=(*before, *after),
        change=change,
    )


def _scope(line: ContributionLine, desk: Desk) -> Scope:
    shot = None if line.shot is None else desk.names.shot(line.shot)
    frames = None
    if line.frames is not None:
        if shot is None:
            raise unfit("a shot whose frames they are", "frames alone", "/frames")
        frames = frames_of_shot(desk.film, shot, line.frames)
    given = {
        "shot": shot,
        "element": None if line.element is None else desk.names.element(line.element),
        "range": frames,
    }
    return Scope.model_validate(given)


def _files(
    named: Sequence[FileSource], frames: str | None, where: str, desk: Desk
) -> tuple[PlannedAsset, ...]:
    found = []
    for place, one in enumerate(named):
        # Without numbers of its own, a sequence is meant for the line's frames.
        ours = one.model_copy(update={"frames": one.frames or frames})
        found.append(desk.files(ours, f"{where}/{place}"))
    return tuple(found)
