"""Reading nodes: from the text of a rule to its typed tree."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from ledger.rules.fields import Bilingual, Field, bilingual
from ledger.rules.nodes import (
    IS_YES,
    Citation,
    Comparison,
    Condition,
    FactType,
    Group,
    Leaf,
    Node,
    Op,
    Operand,
)
from ledger.rules.policy import CatalogueEntry, Source

MAX_DEPTH: Final = 12
MAX_NODES: Final = 200

ID: Final = re.compile(r"[a-z0-9][a-z0-9_.-]{0,63}")
NAME: Final = re.compile(r"[a-z][a-z0-9_]*(?:\.[a-z0-9][a-z0-9_]*)*")
POLICY_ID: Final = re.compile(r"[a-z][a-z0-9-]*(?:\.[a-z0-9][a-z0-9-]*){1,7}")
WORD: Final = re.compile(r"\S(?:.{0,98}\S)?")

_OPERATORS: Final = ("all", "any", "not", "at_least_n", "fact", "judgement", "policy")
_COMMON: Final = ("id", "ko", "en", "cite")
_LEAF: Final = (*_COMMON, "unsettled", "presumes", "basis")
_COMPARISONS: Final = {comparison.value: comparison for comparison in Comparison}
_FITTING: Final = {
    Comparison.IS: (FactType.BOOL, FactType.INT, FactType.TEXT, FactType.DAY),
    Comparison.ONE_OF: (FactType.INT, FactType.TEXT),
    Comparison.AT_LEAST: (FactType.INT,),
    Comparison.AT_MOST: (FactType.INT,),
    Comparison.BEFORE: (FactType.DAY,),
    Comparison.ON_OR_AFTER: (FactType.DAY,),
    Comparison.WITHIN: (FactType.SET,),
}
_GROUP_TEXTS: Final = {
    Op.ALL: Bilingual(ko="다음을 모두 충족", en="All of these"),
    Op.ANY: Bilingual(ko="다음 중 하나 이상", en="At least one of these"),
    Op.NOT: Bilingual(ko="다음에 해당하지 않음", en="Not this"),
    Op.UNLESS: Bilingual(ko="다음 어느 것에도 해당하지 않음", en="None of these"),
    Op.APPLIES: Bilingual(ko="이 쟁점이 문제되는 경우", en="The question arises"),
}


@dataclass(slots=True, kw_only=True)
class NodeReader:
    """Reads the nodes of one policy and keeps account of what they use."""

    sources: Mapping[str, Source]
    facts: Mapping[str, CatalogueEntry]
    judgements: Mapping[str, Bilingual]
    ids: set[str] = field(default_factory=set)
    used: set[str] = field(default_factory=set)
    nodes: int = 0

    def node(self, at: Field, name: str, depth: int = 1) -> Node:
        """Read a node and what is under it.

        Args:
            at: where it stands.
            name: what it is called if it has no id.
            depth: its level, counted from 1.
        """
        self.nodes += 1
        if depth > MAX_DEPTH or self.nodes > MAX_NODES:
            at.refuse(f"at most {MAX_DEPTH} levels and {MAX_NODES} nodes", "more")
        operator = self._operator(at)
        match operator:
            case "fact" | "judgement" | "policy":
                return self._leaf(at, operator)
            case "not":
                return self._not(at, name, depth)
            case _:
                return self._threshold(at, operator, name, depth)

    def applies(self, at: Field) -> Group:
        """Read the condition under which a question arises."""
        return Group(
            id=self._unique(at, "applies"),
            op=Op.APPLIES,
            text=_GROUP_TEXTS[Op.APPLIES],
            cites=(),
            children=(self.node(at, "applies.1"),),
            least=1,
        )

    def indicator(self, at: Field) -> Group:
        """Read a remark that goes with an answer."""
        members = at.mapping(("id", "ko", "en", "when"), ("cite",))
        identity = self._unique(members["id"], members["id"].matching(ID, "an id"))
        return Group(
            id=identity,
            op=Op.INDICATOR,
            text=bilingual(members),
            cites=self._cites(members),
            children=(self.node(members["when"], f"{identity}.when"),),
            least=1,
        )

    def _operator(self, at: Field) -> str:
        found = [key for key in at.members() if key in _OPERATORS]
        if len(found) != 1:
            at.refuse(
                f"exactly one of {', '.join(_OPERATORS)}",
                " and ".join(found) or f"none among {', '.join(at.members())[:80]}",
            )
        return found[0]

    def _threshold(self, at: Field, operator: str, name: str, depth: int) -> Group:
        members = at.mapping((operator,), (*_COMMON, "unless"))
        own = self._name(at, members, name)
        least, listed = self._listed(members[operator], operator)
        children = self._children(listed, own, depth)
        group = Group(
            id=own,
            op=Op(operator),
            text=self._group_text(at, members, Op(operator), least),
            cites=self._cites(members),
            children=children,
            least=len(children) if operator == "all" else least,
        )
        if "unless" not in members:
            return group
        return self._with_exceptions(group, members["unless"], depth)

    def _listed(self, at: Field, operator: str) -> tuple[int, list[Field]]:
        if operator != "at_least_n":
            return 1, at.elements()
        members = at.mapping(("n", "of"))
        listed = members["of"].elements(2)
        return members["n"].integer(1, len(listed)), listed

    def _with_exceptions(self, group: Group, at: Field, depth: int) -> Group:
        """A group, and none of its exceptions."""
        name = f"{group.id}.unless"
        unless = Group(
            id=self._unique(at, name),
            op=Op.UNLESS,
            text=_GROUP_TEXTS[Op.UNLESS],
            cites=(),
            children=self._children(at.elements(), name, depth),
            least=1,
            negated=True,
        )
        first = group.children if group.op is Op.ALL else (group,)
        return Group(
            id=group.id if group.op is Op.ALL else self._unique(at, f"{group.id}.all"),
            op=Op.ALL,
            text=group.text if group.op is Op.ALL else _GROUP_TEXTS[Op.ALL],
            cites=group.cites,
            children=(*first, unless),
            least=len(first) + 1,
        )

    def _not(self, at: Field, name: str, depth: int) -> Group:
        members = at.mapping(("not",), _COMMON)
        own = self._name(at, members, name)
        return Group(
            id=own,
            op=Op.NOT,
            text=self._group_text(at, members, Op.NOT, 1),
            cites=self._cites(members),
            children=(self.node(members["not"], f"{own}.1", depth + 1),),
            least=1,
            negated=True,
        )

    def _children(
        self, listed: Sequence[Field], name: str, depth: int
    ) -> tuple[Node, ...]:
        return tuple(
            self.node(child, f"{name}.{place}", depth + 1)
            for place, child in enumerate(listed, 1)
        )

    def _leaf(self, at: Field, operator: str) -> Leaf:
        compared = tuple(_COMPARISONS) if operator == "fact" else ()
        members = at.mapping((operator, "id", "cite"), (*_LEAF, *compared))
        name, condition, default = self._asked(at, operator, members)
        if "basis" in members:
            members["basis"].one_of(("house_rule",))
        unsettled = members.get("unsettled")
        presumes = members.get("presumes")
        return Leaf(
            id=self._name(at, members, ""),
            op=Op(operator),
            text=self._text(at, members) or default,
            cites=self._cites(members),
            name=name,
            test=condition,
            unsettled=None if unsettled is None else unsettled.bilingual(),
            presumes=None if presumes is None else self._cite(presumes),
            house_rule="basis" in members,
        )

    def _asked(
        self, at: Field, operator: str, members: Mapping[str, Field]
    ) -> tuple[str, Condition | None, Bilingual]:
        """What a leaf asks, how, and its text if it has none of its own."""
        asked = members[operator]
        match operator:
            case "fact":
                entry = self.facts[asked.one_of(self.facts)]
                condition = self._condition(at, members, entry.type)
                if condition != IS_YES and "ko" not in members:
                    at.refuse("ko and en beside a test other than is: yes", "neither")
                default = entry.text
            case "judgement":
                condition = IS_YES
                default = self.judgements[asked.one_of(self.judgements)]
            case _:
                name = asked.matching(POLICY_ID, "the id of a policy")
                # The rulebook gives it the title of that policy.
                return name, None, Bilingual(ko=name, en=name)
        self.used.add(asked.text())
        return asked.text(), condition, default

    def _condition(
        self, at: Field, members: Mapping[str, Field], fact: FactType
    ) -> Condition:
        found = [key for key in members if key in _COMPARISONS]
        if len(found) != 1:
            at.refuse(
                f"exactly one of {', '.join(_COMPARISONS)}",
                " and ".join(found) or "none",
            )
        comparison = _COMPARISONS[found[0]]
        if fact not in _FITTING[comparison]:
            members[found[0]].refuse(f"a test for {fact.value}", found[0])
        return Condition(
            fact, comparison, _operand(members[found[0]], comparison, fact)
        )

    def _name(self, at: Field, members: Mapping[str, Field], default: str) -> str:
        if "id" not in members:
            return self._unique(at, default)
        return self._unique(members["id"], members["id"].matching(ID, "an id"))

    def _unique(self, at: Field, identity: str) -> str:
        if identity in self.ids:
            at.refuse("an id that is unique in the file", f"{identity} again")
        self.ids.add(identity)
        return identity

    def _cites(self, members: Mapping[str, Field]) -> tuple[Citation, ...]:
        cite = members.get("cite")
        if cite is None:
            return ()
        if isinstance(cite.value, str):
            return (self._cite(cite),)
        return tuple(map(self._cite, cite.elements()))

    def _cite(self, at: Field) -> Citation:
        key = at.one_of(self.sources)
        self.used.add(f"source {key}")
        return self.sources[key].citation()

    def _text(self, at: Field, members: Mapping[str, Field]) -> Bilingual | None:
        if ("ko" in members) != ("en" in members):
            at.refuse("both ko and en, or neither", "one of them")
        return bilingual(members) if "ko" in members else None

    def _group_text(
        self, at: Field, members: Mapping[str, Field], op: Op, least: int
    ) -> Bilingual:
        own = self._text(at, members)
        if own is not None:
            return own
        if op is Op.AT_LEAST_N:
            return Bilingual(
                ko=f"다음 중 {least}개 이상", en=f"At least {least} of these"
            )
        return _GROUP_TEXTS[op]


def _operand(at: Field, comparison: Comparison, fact: FactType) -> Operand:
    if comparison is Comparison.ONE_OF and fact is FactType.INT:
        return frozenset(_number(element) for element in at.elements())
    if comparison in (Comparison.ONE_OF, Comparison.WITHIN):
        return frozenset(_words(at))
    match fact:
        case FactType.BOOL:
            return at.yes_or_no()
        case FactType.INT:
            return _number(at)
        case FactType.DAY:
            return at.day()
        case _:
            return at.matching(WORD, "a word")


def _words(at: Field) -> list[str]:
    words = [element.matching(WORD, "a word") for element in at.elements()]
    if len(set(words)) != len(words):
        at.refuse("each word once", "one of them twice")
    return words


def _number(at: Field) -> int:
    return at.integer(-(10**15), 10**15)
