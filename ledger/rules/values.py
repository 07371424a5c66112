"""Three values with their reasons: what facts, rules and answers are made of.

Strong Kleene: `no < unknown < yes`; all = min, any = max, not = 2 - x. An unknown
says why it is unknown; a yes says on what kind of ground it stands.
"""

from dataclasses import dataclass
from enum import Enum, IntEnum
from typing import TypeAlias


class Truth(IntEnum):
    """Kleene's three values."""

    NO = 0
    UNKNOWN = 1
    YES = 2


class Reason(Enum):
    """Why something is open."""

    MISSING = "missing"
    WEAK = "weak"
    JUDGEMENT = "judgement"
    DISPUTED = "disputed"
    CONFLICT = "conflict"
    UNSETTLED = "unsettled"
    OUT_OF_FORCE = "out_of_force"
    WITHHELD = "withheld"
    ERASED = "erased"


class Tag(Enum):
    """On what kind of ground a yes stands beyond the records themselves."""

    PRESUMED = "presumed"
    ON_OPINION = "on_opinion"


class State(Enum):
    """An answer."""

    SUPPORTED = "supported"
    NOT_SUPPORTED = "not_supported"
    OPEN = "open"
    NOT_APPLICABLE = "not_applicable"


class Strength(IntEnum):
    """How strong the source of a fact is, derived and never declared; also a floor."""

    ANY = 0
    SIGNED = 1
    OWN_SYSTEM = 2
    INDEPENDENT = 3
    CERTIFIED = 4
    LOG = 5
    """A fact about the log itself, which its reader sees; no floor of a question."""


Value: TypeAlias = bool | int | str | frozenset[str]
"""What a fact can be; dates are text, `2026-11-22`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """A fact as the records give it.

    Attributes:
        value: `None` if it is unknown; then `reason` says why.
        strength: of the weakest source that it needs.
        evidence: ids of the statements that it rests on, also if it is unknown.
        tags: grounds of a value that rests on more than records.
        flags: remarks that go with it into the answer, such as `self_assessed`.
    """

    value: Value | None
    reason: Reason | None = None
    strength: Strength = Strength.LOG
    evidence: tuple[str, ...] = ()
    tags: frozenset[Tag] = frozenset()
    flags: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        if (self.value is None) != (self.reason is not None):
            message = "a value, or the reason for which there is none"
            raise ValueError(message)
