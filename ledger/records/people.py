"""Kinds of what people did, agreed to, think and confirm of each other's words.

They record acts and words, never what these mean in law.
"""

from typing import Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, Field

from ledger.records.identity import Day, Digest, StatementId, Token
from ledger.records.statement import Leaf, Leaves, Private, Record

Route: TypeAlias = Literal[
    "input",
    "edit",
    "arrangement",
    "capture",
    "performance",
    "direction",
    "instruction",
    "support",
]
"""How a person took part. `input`: a work of one's own was made, to be used as it is or
put into a generator; `edit`: pictures were changed; `arrangement`: results were
selected and ordered; `capture`: pictures were shot; `performance`: a part was acted;
`direction`: others were led; `instruction`: a generator was told what to do; `support`:
work without a creative route of its own."""


class Contribution(Record):
    """What a person or a company did, where, and to which files.

    Attributes:
        act: what was done: `paint`, `composite`, `grade`, `direct` …
        party: uid of who did it, committed under that person's key.
        note: the choice that was made, in the person's words, committed.
        tool: what it was done with.
        before: assets that were changed.
        after: assets that came of it, or in which it is fixed.
        change: id of the measured change between the two, if it was measured.
        candidates: how many results were at hand, for an arrangement.
        minutes: of work; descriptive, never a share.
    """

    route: Route
    act: Token
    party: Private
    note: Private | None = None
    tool: Token | None = None
    before: tuple[StatementId, ...] = Field(max_length=64)
    after: tuple[StatementId, ...] = Field(max_length=64)
    change: StatementId | None = None
    candidates: int | None = Field(default=None, ge=1)
    minutes: int | None = Field(default=None, ge=0)


class Engagement(Record):
    """That somebody works for a company, and on which terms.

    Attributes:
        party: uid of who is engaged, committed.
        company: uid of the party that engages, committed.
        terms: `EngagementTerms` as an object, committed.
    """

    party: Private
    company: Private
    terms: Private


class EngagementTerms(BaseModel):
    """What an engagement's `terms` open to.

    Attributes:
        assignment: which rights the contract moves to the company.
        derivative_right: whether that includes making derivative works (Copyright
            Act 45(2)); not known if absent.
        duty: whether the work lies within the employee's duties (2(31)).
        planned_by_company, in_company_name: facts of work for hire (9).
        contrary_term: whether a term says otherwise than Articles 9 and 100.
        performer: whether the engagement is to perform (100(3)).
        credit: roles that the contract demands on the roll, as role codes.
        document: SHA-256 of the signed copy.
        Whatever is `None` was not stated.
    """

    model_config = ConfigDict(frozen=True, strict=True, extra="forbid")

    status: Literal["employee", "freelancer", "vendor", "volunteer"]
    from_on: Day
    to_on: Day | None = None
    assignment: Literal["none", "licence", "economic_rights"] | None = None
    derivative_right: bool | None = None
    duty: bool | None = None
    planned_by_company: bool | None = None
    in_company_name: bool | None = None
    contrary_term: bool | None = None
    performer: bool | None = None
    credit: tuple[Token, ...] = Field(default=(), max_length=16)
    document: Digest | None = None


class Opinion(Record):
    """What a delegated assessor thinks of an open-textured term, on frames seen.

    Attributes:
        question: id of the policy, `kr.authorship.edit`.
        judgement: id of the judgement in it, `expression.added`.
        reasons: in the assessor's words, committed.
        confirms: statements that the assessor examined and holds to be true.
        seen: the frames seen, by the digests of their pixels (`SeenLeaf`).
        cut: id of the cut whose frames they are; absent if they are a shot's.
    """

    question: Token
    judgement: Token
    finding: Literal["yes", "no", "undecided"]
    reasons: Private
    confirms: tuple[StatementId, ...] = Field(max_length=64)
    seen: Leaves
    cut: StatementId | None = None


class Countersignature(Record):
    """Another party confirms what was said, with a key of its own.

    Attributes:
        of: statements by keys of other parties, each once.
        role: as whom: `director`, `supervisor`, `guild` …
    """

    of: tuple[StatementId, ...] = Field(min_length=1, max_length=256)
    role: Token


class SeenLeaf(Leaf):
    """One frame that an assessor saw.

    Attributes:
        frame: of the shot, or of the cut.
        pixels: digests of the delivered pixels of its sources, in the order of the
            cut; one for a frame of a shot.
    """

    frame: int
    pixels: tuple[Digest, ...] = Field(max_length=64)

    @property
    def number(self) -> int:
        """The frame."""
        return self.frame
