"""A credit roll as values, and as the one JSON document that is typeset.

Whoever has a line has it because of the statements listed beside it. Persons,
companies and models stand apart; nobody is called an author.
"""

from dataclasses import dataclass
from typing import Final

from ledger.credits.cut_facts import CutFacts, Object
from ledger.credits.notes import Note, Unseen
from ledger.credits.origins import OriginUnrecorded
from ledger.credits.policies import Department, PolicyName, Role
from ledger.credits.visible import Seen, Way

FORMAT: Final = "jangbu-roll/1"
ERASED: Final = "(파기됨 / erased)"
NOT_REGISTERED: Final = "(등록되지 않음 / not registered)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """Who a line names.

    Attributes:
        uid: `None` if it was erased.
        name: as printed; says so if it was erased.
        latin: in Latin letters as its owner spells it; `None` if it was not given.
    """

    uid: str | None
    name: str
    latin: str | None = None

    def to_json(self) -> Object:
        """As it stands in the roll."""
        return {"party": self.uid, "name": self.name, "latin": self.latin}


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """A statement that a line rests on.

    Attributes:
        act: route and act, `edit/paint`; `instruction/prompt` of who asked a generator.
        way: edges from what is seen to the statement.
        frames: record frames in which it is seen.
    """

    id: str
    index: int
    kind: str
    act: str
    way: Way
    frames: int
    disputed: bool

    def to_json(self) -> Object:
        """As it stands in the roll."""
        return {
            "id": self.id,
            "index": self.index,
            "kind": self.kind,
            "act": self.act,
            "via": list(self.way),
            "frames": self.frames,
            "disputed": self.disputed,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One name under one role.

    Attributes:
        evidence: in the order of the log; empty for a company that owns the log.
        seen: `None` if nothing places it in the cut.
        notes: remarks with what they are about.
    """

    role: Role
    who: Named
    evidence: tuple[Evidence, ...]
    seen: Seen | None
    notes: tuple[tuple[Note, str], ...] = ()

    def to_json(self, cut: CutFacts) -> Object:
        """As it stands in the roll."""
        return {
            "role": role_json(self.role),
            **self.who.to_json(),
            **cut.seen_json(self.seen),
            "evidence": [one.to_json() for one in self.evidence],
            "notes": [{**note.to_json(detail)} for note, detail in self.notes],
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelLine:
    """A model and where what it made is seen.

    Attributes:
        unasked: generations of which nobody is recorded as who asked.
    """

    provider: str
    model: str
    version: str
    generations: tuple[str, ...]
    ways: tuple[Way, ...]
    seen: Seen
    unasked: int

    def to_json(self, cut: CutFacts) -> Object:
        """As it stands in the roll."""
        return {
            "provider": self.provider,
            "model": self.model,
            "version": self.version,
            **cut.seen_json(self.seen),
            "generations": list(self.generations),
            "via": [list(way) for way in self.ways],
            "unasked": self.unasked,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Demanded:
    """A line that a contract demands and for which nothing speaks.

    Attributes:
        not_seen: contributions under the role that are not seen in the cut.
    """

    role: Role
    who: Named
    engagement: str
    not_seen: tuple[str, ...]
    known_role: bool

    def to_json(self) -> Object:
        """As it stands in the roll."""
        note = Note.UNKNOWN_ROLE.to_json(self.role.code)
        return {
            "role": role_json(self.role),
            **self.who.to_json(),
            "engagement": self.engagement,
            "reason": "not_seen" if self.not_seen else "nothing_recorded",
            "not_seen": list(self.not_seen),
            "notes": [] if self.known_role else [{**note}],
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class NotSeen:
    """A contribution that gives no line, and why."""

    id: str
    role: Role
    act: str
    who: Named
    reason: Unseen

    def to_json(self) -> Object:
        """As it stands in the roll."""
        return {
            "id": self.id,
            "act": self.act,
            "role": role_json(self.role),
            **self.who.to_json(),
            "reason": {**self.reason.to_json()},
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Lineless:
    """Somebody who took part and has no line at all.

    Attributes:
        engages: contracts of a company with people who have lines.
    """

    who: Named
    contributions: tuple[NotSeen, ...]
    engages: tuple[str, ...] = ()

    def to_json(self) -> Object:
        """As it stands in the roll."""
        reasons = {one.reason: None for one in self.contributions}
        # Beside unseen work of its own, contracts are not all there is.
        if self.engages and not reasons:
            reasons = {Unseen.ENGAGES_ONLY: None}
        return {
            **self.who.to_json(),
            "contributions": [one.id for one in self.contributions],
            "engages": list(self.engages),
            "reasons": [{**reason.to_json()} for reason in reasons],
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """A department with its lines, in their order."""

    department: Department
    lines: tuple[Line, ...]

    def to_json(self, cut: CutFacts) -> Object:
        """As it stands in the roll."""
        return {
            "code": self.department.code,
            **self.department.title.to_json(),
            "lines": [one.to_json(cut) for one in self.lines],
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Roll:
    """All lines of a film's roll.

    Attributes:
        log, size, root: the checkpoint that it was built from.
        order: of the blocks, `models` among them; empty ones are left out.
        blocks: departments of people that have lines, in order.
    """

    log: str
    size: int
    root: str
    title: str | None
    cut: CutFacts
    policies: tuple[PolicyName, ...]
    order: tuple[str, ...]
    blocks: tuple[Block, ...]
    companies: tuple[Line, ...]
    models: tuple[ModelLine, ...]
    lines_without_evidence: tuple[Demanded, ...]
    people_without_lines: tuple[Lineless, ...]
    contributions_not_seen: tuple[NotSeen, ...]
    origin_unrecorded: tuple[OriginUnrecorded, ...]

    def to_json(self) -> Object:
        """The document `ROLL.json`, from which the roll is typeset."""
        return {
            "format": FORMAT,
            "log": self.log,
            "size": self.size,
            "root": self.root,
            "title": self.title,
            "cut": self.cut.to_json(),
            "policies": [_policy_json(one) for one in self.policies],
            "order": list(self.order),
            "departments": [one.to_json(self.cut) for one in self.blocks],
            "companies": [one.to_json(self.cut) for one in self.companies],
            "models": [one.to_json(self.cut) for one in self.models],
            "lines_without_evidence": [
                one.to_json() for one in self.lines_without_evidence
            ],
            "people_without_lines": [
                one.to_json() for one in self.people_without_lines
            ],
            "contributions_not_seen": [
                one.to_json() for one in self.contributions_not_seen
            ],
            "origin_unrecorded": [
                one.to_json(self.cut) for one in self.origin_unrecorded
            ],
        }


def role_json(role: Role) -> Object:
    """A role as it stands in the roll."""
    return {"code": role.code, "ko": role.title.ko, "en": role.title.en}


def _policy_json(policy: PolicyName) -> Object:
    return {
        "id": policy.id,
        "version": policy.version,
        "digest": policy.digest,
        "title": {**policy.title.to_json()},
    }
