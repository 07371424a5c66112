"""A policy: one question of law, dated, as data."""

from dataclasses import dataclass, field

from ledger.rules.fields import Bilingual
from ledger.rules.nodes import Citation, FactType, Group, Leaf, Node, Op, Question
from ledger.rules.values import State


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A text that a policy rests on.

    Attributes:
        number: of the act or of the ruling.
        in_force_from: of this provision, where it is not the policy's.
        wording_read: false if it is known from reports only.
    """

    key: str
    type: str
    name: Bilingual
    article: Bilingual | None
    number: str | None
    in_force_from: str | None
    wording_read: bool
    read_on: str
    text_sha256: str | None
    note: Bilingual | None

    def citation(self) -> Citation:
        """As a node cites it."""
        return Citation(key=self.key, name=self.name, article=self.article)


@dataclass(frozen=True, slots=True, kw_only=True)
class CatalogueEntry:
    """A fact that a policy asks for."""

    type: FactType
    text: Bilingual


@dataclass(frozen=True, slots=True, kw_only=True)
class OutcomeNames:
    """What the three values of the rule are called."""

    yes: State
    no: State
    unknown: State = State.OPEN


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """One version of a policy, as read from its file.

    Attributes:
        effective_until: first day on which it is no longer in force; `None` if open.
        supersedes: the lower version that it replaces where both are in force.
        applies: whether the question arises; `None` if it always does.
        digest: SHA-256 of the RFC 8785 JSON of the loaded text.
        file: name within its folder, for errors and listings.
        root: what stands at the top of a trace.
    """

    id: str
    version: int
    supersedes: int | None
    title: Bilingual
    question: Bilingual
    unit: str
    effective_from: str
    effective_until: str | None
    sources: tuple[Source, ...]
    facts: dict[str, CatalogueEntry]
    judgements: dict[str, Bilingual]
    applies: Group | None
    rule: Node
    indicators: tuple[Group, ...]
    outcome: OutcomeNames
    burden: Bilingual
    notes: Bilingual | None
    digest: str
    file: str
    root: Question = field(init=False, compare=False)

    def __post_init__(self) -> None:
        root = Question(
            id=self.id,
            op=Op.QUESTION,
            text=self.question,
            cites=(),
            yes=self.outcome.yes,
            no=self.outcome.no,
        )
        object.__setattr__(self, "root", root)

    def holds_on(self, on: str) -> bool:
        """Whether this text is in force on a day, other versions apart."""
        ended = self.effective_until is not None and on >= self.effective_until
        return self.effective_from <= on and not ended

    def used_policies(self) -> frozenset[str]:
        """Ids of the policies that this one asks."""
        return frozenset(leaf.name for leaf in self.leaves() if leaf.test is None)

    def leaves(self) -> tuple[Leaf, ...]:
        """Every leaf, in the order of the file."""
        tops: list[Node] = [self.rule, *self.indicators]
        if self.applies is not None:
            tops.insert(0, self.applies)
        return tuple(leaf for top in tops for leaf in leaves_of(top))


def leaves_of(node: Node) -> tuple[Leaf, ...]:
    """The leaves under a node, in the order of the file."""
    if isinstance(node, Leaf):
        return (node,)
    return tuple(leaf for child in node.children for leaf in leaves_of(child))
