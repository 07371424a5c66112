"""The kinds that this version knows, and what each demands of its envelope.

Unknown kinds are refused at admission and kept as opaque bytes when read, so that an
older reader can still check a newer log.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from ledger.encoding.cell import cells_of
from ledger.errors import UnknownKindError
from ledger.records import authority, custody, editing, frames, making, people
from ledger.records.statement import Record, Scope
from ledger.records.time import FrameRange


def fits_always(_scope: Scope, _body: Record) -> str:
    """Ask no more than the models do."""
    return ""


@dataclass(frozen=True, slots=True, kw_only=True)
class KindRule:
    """What a kind demands.

    Attributes:
        body: model of its body.
        timed: whether `at` must be given; kinds that machines derive have none.
        scope: members of the scope that must be given.
        may: members that may be given; no others may be.
        acts: whether it may supersede, correct, withdraw or dispute.
        fits: JSON pointer of what contradicts the rest, as the scope; "" if nothing.
    """

    body: type[Record]
    timed: bool = False
    scope: frozenset[str] = frozenset()
    may: frozenset[str] = frozenset()
    acts: bool = True
    fits: Callable[[Scope, Record], str] = fits_always


def _fits_grid(scope: Scope, body: Record) -> str:
    """Frames of one cell with a leaf for each; a version's cells those of its range.

    Else two readers could count the same statement for different frames.
    """
    frames_stated = scope.range
    match body, frames_stated:
        case frames.FrameSet(cell=cell, measured=leaves), FrameRange():
            if cells_of(frames_stated) != range(cell, cell + 1):
                return "/body/cell"
            return "" if leaves.count == frames_stated.count() else "/body/measured"
        case frames.SealSet(sealed=leaves), FrameRange():
            if len(cells_of(frames_stated)) != 1:
                return "/scope/range"
            return "" if leaves.count == frames_stated.count() else "/body/sealed"
        case making.Version(cells=cells), FrameRange():
            touched = cells_of(frames_stated)
            fits = all(one.cell in touched for one in cells)
            return "" if fits else "/body/cells"
        case _:
            return ""


def _fits_shot(scope: Scope, body: Record) -> str:
    """Frames are a shot's, or a cut's, whose count starts at 0."""
    of_cut = isinstance(body, people.Opinion) and body.cut is not None
    if of_cut and (scope.shot is not None or scope.range is None):
        return "/scope"
    if scope.range is not None and scope.shot is None and not of_cut:
        return "/scope/range"
    return _fits_seen(scope, body)


def _fits_seen(scope: Scope, body: Record) -> str:
    if not isinstance(body, people.Opinion):
        return ""
    if scope.range is None:
        return "/scope/range"
    return "" if body.seen.count == scope.range.count() else "/body/seen"


def _fits_cut(_scope: Scope, body: Record) -> str:
    if not isinstance(body, editing.Cut) or body.resolved.count == body.frames:
        return ""
    return "/body/resolved"


def _fits_rotation(_scope: Scope, body: Record) -> str:
    """Keys that are all different, and doubts only where they can be meant."""
    if not isinstance(body, authority.Rotation):
        return ""
    if len(set(body.keys)) != len(body.keys):
        return "/body/admission_roots"
    doubted = body.good_until is not None
    if (body.good_until or 0) > body.continues.size:
        return "/body/good_until"
    # A theft has a beginning; keys that were changed in good order were never stolen.
    fits = {"compromised": doubted, "scheduled": not doubted}.get(body.reason, True)
    return "" if fits else "/body/good_until"


def _fits_list(_scope: Scope, body: Record) -> str:
    """Lists of digests have one order, lists of ids no repetition."""
    match body:
        case custody.Disposition(purged=purged):
            return "" if list(purged) == sorted(set(purged)) else "/body/purged"
        case people.Countersignature(of=of):
            return "" if len(set(of)) == len(of) else "/body/of"
        case _:
            return ""


SHOT: Final = frozenset({"shot"})
SHOT_RANGE: Final = frozenset({"shot", "range"})
SHOT_OR_ELEMENT: Final = frozenset({"shot", "element"})
ANYWHERE: Final = frozenset({"shot", "element", "range"})

KINDS: Final[dict[str, KindRule]] = {
    "genesis.1": KindRule(body=authority.Genesis, acts=False),
    "key.1": KindRule(body=authority.Key),
    "delegation.1": KindRule(body=authority.Delegation),
    "party.1": KindRule(body=authority.Party),
    "erasure.1": KindRule(body=authority.Erasure, acts=False),
    "shot.1": KindRule(body=making.Shot, scope=SHOT),
    "element.1": KindRule(body=making.Element, scope=frozenset({"element"})),
    "asset.1": KindRule(body=making.Asset),
    "generation.1": KindRule(body=making.Generation, timed=True),
    "run.1": KindRule(body=making.Run, scope=SHOT_RANGE),
    "version.1": KindRule(body=making.Version, scope=SHOT_RANGE, fits=_fits_grid),
    "frame.set.1": KindRule(body=frames.FrameSet, scope=SHOT_RANGE, fits=_fits_grid),
    "seal.set.1": KindRule(body=frames.SealSet, scope=SHOT_RANGE, fits=_fits_grid),
    "contribution.1": KindRule(
        body=people.Contribution, timed=True, may=ANYWHERE, fits=_fits_shot
    ),
    "engagement.1": KindRule(body=people.Engagement, timed=True),
    "opinion.1": KindRule(
        body=people.Opinion, timed=True, may=ANYWHERE, fits=_fits_shot
    ),
    "change.1": KindRule(body=editing.Change),
    "cut.1": KindRule(body=editing.Cut, fits=_fits_cut),
    "rotation.1": KindRule(body=authority.Rotation, acts=False, fits=_fits_rotation),
    "succession.1": KindRule(body=authority.Succession, acts=False),
    "revocation.1": KindRule(body=authority.Revocation, acts=False),
    "countersignature.1": KindRule(
        body=people.Countersignature, timed=True, fits=_fits_list
    ),
    "anchor.1": KindRule(body=custody.Anchor),
    "hold.1": KindRule(body=custody.Hold, may=SHOT_OR_ELEMENT),
    "disposition.1": KindRule(body=custody.Disposition, fits=_fits_list),
}


def kinds_of(*models: type[Record]) -> frozenset[str]:
    """The kinds whose body is one of these."""
    return frozenset(kind for kind, rule in KINDS.items() if rule.body in models)


def rule_for(kind: str) -> KindRule:
    """What a kind demands.

    Raises:
        UnknownKindError: this version does not know the kind.
    """
    rule = KINDS.get(kind)
    if rule is None:
        raise UnknownKindError(
            "a kind that this version knows (docs/specs/kinds.md)",
            met=kind,
            advice="Submit it with a version of Jangbu that knows the kind.",
            where="/kind",
        )
    return rule
