"""Small policies made in a test, as the trees that their files would load to."""

import json
from typing import Any

from ledger.rules.evaluate import evaluate
from ledger.rules.folder import joined
from ledger.rules.outcome import Outcome
from ledger.rules.policy_files import read_policy
from ledger.rules.rulebook import Rulebook
from ledger.rules.values import Fact, Strength, Value

ON = "2026-11-22"
TEXT = {"ko": "가나다", "en": "a text"}
SOURCE = {
    "key": "act",
    "type": "statute",
    "name": {"ko": "저작권법", "en": "Copyright Act"},
    "article": {"ko": "제2조", "en": "Art. 2"},
    "read": "text",
    "read_on": "2026-11-22",
}


def leaf(name: str, identity: str = "", **more: object) -> dict[str, Any]:
    """A leaf with a test of a fact; `is: yes` if no other is given."""
    test = {"is": "yes"} if not more.keys() & TESTS else {}
    return {"id": identity or name, "fact": name, "cite": "act", **TEXT, **test, **more}


TESTS = {"is", "one_of", "at_least", "at_most", "before", "on_or_after", "within"}


def judged(name: str, identity: str = "", **more: object) -> dict[str, Any]:
    return {"id": identity or name, "judgement": name, "cite": "act", **more}


def asks(policy: str, identity: str = "other", **more: object) -> dict[str, Any]:
    return {"id": identity, "policy": policy, "cite": "act", **more}


def policy_tree(rule: dict[str, Any], **more: object) -> dict[str, Any]:
    """A policy around a rule; catalogues are made from what it uses."""
    tree: dict[str, Any] = {
        "format": "jangbu-policy/1",
        "id": "kr.test.one",
        "version": "1",
        "title": {"ko": "제목", "en": "A title"},
        "question": TEXT,
        "unit": "element",
        "effective": {"from": "2025-06-30"},
        "sources": [SOURCE],
        "rule": rule,
        "outcome": {"yes": "supported", "no": "not_supported", "unknown": "open"},
        "burden": TEXT,
        **more,
    }
    types: dict[str, str] = tree.pop("types", {})
    asked: list[object] = [rule, tree.get("applies", {}), tree.get("indicators", [])]
    used = sorted({name for part in asked for name in _named(part, "fact")})
    facts = {name: {"type": types.get(name, "bool"), **TEXT} for name in used}
    opined = sorted({name for part in asked for name in _named(part, "judgement")})
    catalogues = {"facts": facts, "judgements": dict.fromkeys(opined, TEXT)}
    return {**{key: one for key, one in catalogues.items() if one}, **tree}


def _named(part: object, key: str) -> list[str]:
    if isinstance(part, list):
        return [name for one in part for name in _named(one, key)]
    if not isinstance(part, dict):
        return []
    named = part.get(key)
    own = [named] if isinstance(named, str) else []
    return own + [name for one in part.values() for name in _named(one, key)]


def raw(tree: object) -> bytes:
    """A file with this content; JSON text is YAML too."""
    return json.dumps(tree, ensure_ascii=False).encode()


def rulebook_of(*trees: dict[str, Any]) -> Rulebook:
    return Rulebook(
        joined(
            read_policy(raw(tree), f"{place}.yaml")
            for place, tree in enumerate(trees, 1)
        )
    )


def known(**values: Value) -> dict[str, Fact]:
    """Facts as the strongest sources give them; `a__b` is the fact `a.b`."""
    return {
        name.replace("__", "."): Fact(value=value, evidence=(f"said-{name}",))
        for name, value in values.items()
    }


def ask(
    *trees: dict[str, Any],
    facts: dict[str, Fact] | None = None,
    floor: Strength = Strength.ANY,
    on: str = ON,
) -> Outcome:
    """The answer of the first of these policies."""
    return evaluate(
        trees[0]["id"], facts or {}, floor=floor, rulebook=rulebook_of(*trees), on=on
    )
