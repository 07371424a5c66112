"""Reading cases: named facts in, the answer that a lawyer expects out."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from ledger.rules.errors import MalformedPolicyError
from ledger.rules.evaluate import evaluate
from ledger.rules.fields import Bilingual, Field
from ledger.rules.nodes import FactType
from ledger.rules.outcome import Outcome
from ledger.rules.policy import Policy
from ledger.rules.rulebook import Rulebook
from ledger.rules.text_yaml import load
from ledger.rules.values import Fact, Reason, State, Strength, Tag, Value

FORMAT: Final = "jangbu-cases/1"
FLOORS: Final = {strength.name.lower(): strength for strength in Strength}


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """What a case expects; `flags` is `None` if it does not look at them."""

    state: State
    reasons: tuple[Reason, ...]
    tags: frozenset[Tag]
    flags: frozenset[str] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One situation and the answer to it."""

    policy: str
    on: str
    title: Bilingual
    facts: dict[str, Fact]
    floor: Strength
    expected: Expected

    def answer(self, rulebook: Rulebook) -> Outcome:
        return evaluate(
            self.policy, self.facts, floor=self.floor, rulebook=rulebook, on=self.on
        )


def read_cases(path: Path, rulebook: Rulebook) -> tuple[Case, ...]:
    """The cases of one file; a fact that the policy does not ask for is refused."""
    at = Field(load(path.read_bytes(), path.name), path.name)
    members = at.mapping(("format", "policy", "on", "cases"))
    members["format"].one_of((FORMAT,))
    policy, on = members["policy"].one_of(rulebook.ids()), members["on"].day()
    types = asked_types(policy, on, rulebook)
    return tuple(_case(one, policy, on, types) for one in members["cases"].elements())


def asked_types(policy_id: str, on: str, rulebook: Rulebook) -> dict[str, FactType]:
    """Every fact and judgement that a policy and those it uses ask for."""
    types: dict[str, FactType] = {}
    for policy in _used(policy_id, on, rulebook):
        types |= {name: entry.type for name, entry in policy.facts.items()}
        types |= dict.fromkeys(policy.judgements, FactType.BOOL)
    return types


def _used(policy_id: str, on: str, rulebook: Rulebook) -> list[Policy]:
    policy = rulebook.in_force(policy_id, on)
    if policy is None:
        # A case may show that nothing is in force; its facts are those of any version.
        policy = rulebook.versions(policy_id)[0]
    inner = [_used(name, on, rulebook) for name in sorted(policy.used_policies())]
    return [policy, *(found for one in inner for found in one)]


def _case(at: Field, policy: str, on: str, types: dict[str, FactType]) -> Case:
    members = at.mapping(("title", "expect"), ("facts", "judgements", "floor", "on"))
    stated = {
        **(members["facts"].members() if "facts" in members else {}),
        **(members["judgements"].members() if "judgements" in members else {}),
    }
    facts = {}
    for name, field in stated.items():
        if name not in types:
            field.refuse(f"a fact or judgement that {policy} asks for", name)
        facts[name] = _fact(field, types[name])
    return Case(
        policy=policy,
        on=members["on"].day() if "on" in members else on,
        title=members["title"].bilingual(),
        facts=facts,
        floor=FLOORS[members["floor"].one_of(FLOORS)]
        if "floor" in members
        else Strength.ANY,
        expected=_expected(members["expect"]),
    )


def _fact(at: Field, kind: FactType) -> Fact:
    if not isinstance(at.value, dict):
        return Fact(value=_value(at, kind))
    if "unknown" in at.value:
        reason = at.mapping(("unknown",))["unknown"].member_of(Reason)
        return Fact(value=None, reason=reason)
    members = at.mapping(("value", "strength"))
    return Fact(
        value=_value(members["value"], kind),
        strength=FLOORS[members["strength"].one_of(FLOORS)],
    )


def _value(at: Field, kind: FactType) -> Value:
    match kind:
        case FactType.BOOL:
            return at.yes_or_no()
        case FactType.INT:
            return at.integer(-(10**15), 10**15)
        case FactType.SET:
            return frozenset(one.text() for one in at.elements(least=0))
        case FactType.DAY:
            return at.day()
        case FactType.TEXT:
            return at.text()


def _expected(at: Field) -> Expected:
    members = at.mapping(("state",), ("reasons", "tags", "flags"))
    listed = {
        key: field.elements(least=0) for key, field in members.items() if key != "state"
    }
    flags = listed.get("flags")
    return Expected(
        state=members["state"].member_of(State),
        reasons=tuple(one.member_of(Reason) for one in listed.get("reasons", [])),
        tags=frozenset(one.member_of(Tag) for one in listed.get("tags", [])),
        flags=None if flags is None else frozenset(one.text() for one in flags),
    )


def all_cases(folder: Path, rulebook: Rulebook) -> list[Case]:
    """Every case under a folder, in the order of the files."""
    paths = sorted(folder.rglob("*.cases.yaml"))
    if not paths:
        raise MalformedPolicyError(
            "files of cases", met="none", advice="Add some.", where=folder.name
        )
    return [case for path in paths for case in read_cases(path, rulebook)]
