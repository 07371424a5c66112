"""Which contributions an assessor confirms: those recorded for the frames seen."""

from collections.abc import Iterator
from dataclasses import dataclass

from ledger.encoding.statement import check
from ledger.records.statement import Scope
from pipeline.recording.contribution import KIND
from pipeline.recording.desk import Desk, unfit

MOST = 64


@dataclass(frozen=True, slots=True)
class _Recorded:
    id: str
    scope: Scope


def confirmed(desk: Desk, seen: Scope) -> list[str]:
    """Ids of the current contributions to what was seen, in the order of the log.

    Those count that are about the same shot (or about none, for a cut) and element,
    and about some of the frames or all of them. Lines before this one are among them.

    Raises:
        RecordFileError: there are more than one statement can confirm.
    """
    fitting = [one.id for one in _recorded(desk) if _fits(one.scope, seen)]
    once = list(dict.fromkeys(fitting))
    if len(once) > MOST:
        raise unfit(
            f"at most {MOST} contributions to confirm; name fewer frames",
            f"{len(once)}",
            "/confirms",
        )
    return once


def _recorded(desk: Desk) -> Iterator[_Recorded]:
    for one in desk.film.contributions:
        # An earlier line may have taken it back.
        if desk.standing.in_force(one.source.id):
            yield _Recorded(one.source.id, one.source.scope)
    for draft in desk.earlier:
        if draft.kind != KIND or draft.said is None:
            continue
        # What the log has was told above, if it still is current there.
        new = desk.recorder.locate(KIND, draft.key) is None
        if new and desk.standing.in_force(draft.said.id):
            yield _Recorded(draft.said.id, check(draft.said.raw).statement.scope)


def _fits(said: Scope, seen: Scope) -> bool:
    if said.shot != seen.shot:
        return False
    if seen.element is not None and said.element != seen.element:
        return False
    if seen.shot is None or said.range is None or seen.range is None:
        return True
    return said.range.rate == seen.range.rate and bool(said.range.intersect(seen.range))
