"""A finding: what the records support of one element, part, person, and where."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

from ledger.history.film import Opinion
from ledger.records.range_set import RangeSet
from ledger.rules.outcome import Outcome
from ledger.rules.values import State, Tag

Unit: TypeAlias = Literal["element", "performance", "arrangement", "title"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """Coverage over all frames of a finding, as sums of weights out of `total`."""

    lower: int = 0
    upper: int = 0
    total: int = 0

    def plus(self, other: "Seen") -> "Seen":
        """Both together."""
        return Seen(
            lower=self.lower + other.lower,
            upper=self.upper + other.upper,
            total=self.total + other.total,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Touched:
    """The measured change over all frames: `changed` of `pixels` pixels."""

    changed: int = 0
    pixels: int = 0

    def plus(self, other: "Touched") -> "Touched":
        """Both together."""
        return Touched(
            changed=self.changed + other.changed, pixels=self.pixels + other.pixels
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One answer, with all that it rests on.

    Attributes:
        layer: which of an element's layers in a frame, from 0; mostly there is one.
        part: of an element: `whole`, `changed`, `unchanged`; absent in other units.
        party: the performer, or whose title is asked; `None` where erased too.
        company: with whom a title's party is engaged.
        cut: the cut that an arrangement is of.
        spans: frames of the shot, or of the cut; `None` if it has none.
        outcome: `None` if the element is not seen in these frames.
        touched: contributions that changed this part, the last first.
        relied: creative contributions that it rests on, whoever made them.
        people: parties with a recorded creative contribution to this part.
        assets: whose files are shown; `before` and `after`: of the last edit.
        changes: statements that measured it.
        ended: statements about it that are current no more.
        opinions: what assessors said that it rests on.
        names: of the uids in it, for those who may see them.
    """

    unit: Unit
    outcome: Outcome | None
    shot: str | None = None
    element: str | None = None
    layer: int = 0
    part: str | None = None
    party: str | None = None
    company: str | None = None
    cut: str | None = None
    spans: RangeSet | None = None
    touched: tuple[str, ...] = ()
    relied: tuple[str, ...] = ()
    people: tuple[str, ...] = ()
    assets: tuple[str, ...] = ()
    before: tuple[str, ...] = ()
    after: tuple[str, ...] = ()
    changes: tuple[str, ...] = ()
    seen: Seen | None = None
    change: Touched | None = None
    ended: tuple[str, ...] = ()
    opinions: tuple[Opinion, ...] = ()
    names: Mapping[str, str] = field(default_factory=dict)

    @property
    def state(self) -> State:
        """The answer."""
        return self.outcome.state if self.outcome else State.NOT_APPLICABLE

    @property
    def tags(self) -> frozenset[Tag]:
        """On what kind of ground a supported answer stands."""
        return self.outcome.tags if self.outcome else frozenset()

    @property
    def flags(self) -> frozenset[str]:
        """What is to be remarked of its grounds."""
        return self.outcome.flags if self.outcome else frozenset()

    @property
    def evidence(self) -> tuple[str, ...]:
        """Ids of current statements that it rests on."""
        return self.outcome.evidence if self.outcome else ()

    def to_json(self, names: bool = False) -> dict[str, Any]:  # noqa: FBT001, FBT002
        """As one object; uids and ids only, unless names are asked for."""
        document: dict[str, Any] = {
            "unit": self.unit,
            "state": self.state.value,
            "shot": self.shot,
            "element": self.element,
            "layer": self.layer if self.unit == "element" else None,
            "part": self.part,
            "party": self.party,
            "company": self.company,
            "cut": self.cut,
            "frames": _ranges(self.spans),
            "coverage": _seen(self.seen),
            "change": _change(self.change),
            "people": list(self.people),
            "contributions": list(self.touched),
            "assets": list(self.assets),
            "before": list(self.before),
            "after": list(self.after),
            "changes": list(self.changes),
            "outcome": self.outcome.to_json() if self.outcome else None,
            "opinions": [_opinion(one, names=names) for one in self.opinions],
            "ended": list(self.ended),
        }
        if names:
            document["names"] = dict(self.names)
        return {key: one for key, one in document.items() if one not in (None, [])}


def _opinion(one: Opinion, *, names: bool) -> dict[str, Any]:
    """Whose opinion it is; the reasons are private, and go where names go."""
    said = {
        "id": one.source.id,
        "party": one.source.speaker.party,
        "judgement": one.judgement,
        "finding": one.finding,
    }
    return {**said, "reasons": one.reasons} if names else said


def _ranges(spans: RangeSet | None) -> list[str] | None:
    return None if spans is None else [str(one) for one in spans.ranges()]


def _seen(seen: Seen | None) -> dict[str, int] | None:
    if seen is None:
        return None
    return {"lower": seen.lower, "upper": seen.upper, "total": seen.total}


def _change(change: Touched | None) -> dict[str, int] | None:
    if change is None:
        return None
    return {"changed": change.changed, "pixels": change.pixels}
