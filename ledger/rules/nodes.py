"""What a rule is made of: leaves that ask, and groups that combine."""

from dataclasses import dataclass
from enum import Enum
from typing import TypeAlias

from ledger.rules.fields import Bilingual
from ledger.rules.values import State, Value


class FactType(Enum):
    """What a fact can be."""

    BOOL = "bool"
    INT = "int"
    TEXT = "text"
    SET = "set"
    DAY = "day"


def fits(value: Value, expected: FactType) -> bool:
    """Whether a value can be one of this type; a bool is no number."""
    match expected:
        case FactType.BOOL:
            return isinstance(value, bool)
        case FactType.INT:
            return isinstance(value, int) and not isinstance(value, bool)
        case FactType.SET:
            return isinstance(value, frozenset)
        case FactType.TEXT | FactType.DAY:
            return isinstance(value, str)


class Comparison(Enum):
    """How a fact is tested."""

    IS = "is"
    ONE_OF = "one_of"
    AT_LEAST = "at_least"
    AT_MOST = "at_most"
    BEFORE = "before"
    ON_OR_AFTER = "on_or_after"
    WITHIN = "within"


class Op(Enum):
    """What a node does."""

    ALL = "all"
    ANY = "any"
    NOT = "not"
    UNLESS = "unless"
    AT_LEAST_N = "at_least_n"
    APPLIES = "applies"
    INDICATOR = "indicator"
    FACT = "fact"
    JUDGEMENT = "judgement"
    POLICY = "policy"
    QUESTION = "question"


Operand: TypeAlias = bool | int | str | frozenset[str] | frozenset[int]


@dataclass(frozen=True, slots=True)
class Condition:
    """One condition on the value of a fact."""

    type: FactType
    name: Comparison
    operand: Operand

    def holds(self, value: Value) -> bool:
        """Whether a value of the fact's type meets it."""
        # Typed when read: an operand has the type of its fact, and so has the value.
        operand: object = self.operand
        match self.name:
            case Comparison.IS:
                return value == operand
            case Comparison.ONE_OF:
                return value in operand  # type: ignore[operator]
            case Comparison.AT_LEAST | Comparison.ON_OR_AFTER:
                return value >= operand  # type: ignore[operator]
            case Comparison.AT_MOST:
                return value <= operand  # type: ignore[operator]
            case Comparison.BEFORE:
                return value < operand  # type: ignore[operator]
            case Comparison.WITHIN:
                return bool(value) and value <= operand  # type: ignore[operator]


IS_YES = Condition(FactType.BOOL, Comparison.IS, operand=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Citation:
    """A source as a node cites it."""

    key: str
    name: Bilingual
    article: Bilingual | None

    def to_json(self) -> dict[str, object]:
        """As an answer shows it; `article` is left out if there is none."""
        shown: dict[str, object] = {"key": self.key, "name": self.name.to_json()}
        if self.article is not None:
            shown["article"] = self.article.to_json()
        return shown


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaf:
    """A question that is answered from outside the rule.

    Attributes:
        name: of the fact, the judgement or the other policy.
        test: `None` at another policy; a judgement's is `is: yes`.
        unsettled: why a yes would not suffice; `None` if it does.
        presumes: the presumption that a yes is, if it is one.
        house_rule: a number or list that no law gives.
    """

    id: str
    op: Op
    text: Bilingual
    cites: tuple[Citation, ...]
    name: str
    test: Condition | None
    unsettled: Bilingual | None = None
    presumes: Citation | None = None
    house_rule: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """A threshold over its children: `all` needs every one, `any` needs one.

    Attributes:
        least: how many have to be yes.
        negated: `not` and `unless` turn the result around.
    """

    id: str
    op: Op
    text: Bilingual
    cites: tuple[Citation, ...]
    children: "tuple[Node, ...]"
    least: int
    negated: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """The root of a trace: a policy as asked, with the names of its answers."""

    id: str
    op: Op
    text: Bilingual
    cites: tuple[Citation, ...]
    yes: State
    no: State


Node: TypeAlias = Leaf | Group
