"""A second, naive evaluation of policies: only for complete facts, in two values.

It walks the tree as the file states it and knows nothing of unknowns: instead, every
way in which the missing facts could turn out is tried. It shares no code with
`ledger.rules`.
"""

from collections.abc import Iterator, Mapping
from itertools import combinations, product
from typing import Any, Final, NamedTuple, TypeAlias

Facts: TypeAlias = Mapping[str, Any]

DOMAINS: Final[dict[str, list[Any]]] = {
    "bool": [False, True],
    "text": ["a", "b", "c", "elsewhere"],
    "int": [0, 1, 2, 3, 4, 5],
    "set": [
        frozenset(chosen)
        for size in range(4)
        for chosen in combinations(("x", "y", "z"), size)
    ],
    "day": ["2026-01-01", "2026-01-02", "2026-01-03"],
}


def possible_states(
    tree: dict[str, Any], others: Mapping[str, dict[str, Any]], facts: Facts
) -> set[str]:
    """Every state that could come out, whatever the missing facts turn out to be."""
    return {state for _, state in completions(tree, others, facts)}


def completions(
    tree: dict[str, Any], others: Mapping[str, dict[str, Any]], facts: Facts
) -> Iterator[tuple[dict[str, Any], str]]:
    """Each way to fill in what is missing, with each way the law could turn out."""
    trees = [tree, *others.values()]
    catalogue = {
        name: entry["type"]
        for one in trees
        for name, entry in one.get("facts", {}).items()
    }
    catalogue |= {name: "bool" for one in trees for name in one.get("judgements", {})}
    missing = sorted(set(catalogue) - set(facts))
    disputed = sorted({name for one in trees for name in unsettled(one)})
    domains = [DOMAINS[catalogue[name]] for name in missing]
    for values in product(*domains):
        filled = {**facts, **dict(zip(missing, values, strict=True))}
        for rulings in product((False, True), repeat=len(disputed)):
            law = dict(zip(disputed, rulings, strict=True))
            yield filled, state_of(tree, others, filled, law)


def unsettled(tree: object) -> set[str]:
    """Ids of leaves whose yes the law disputes."""
    if isinstance(tree, list):
        return {name for one in tree for name in unsettled(one)}
    if not isinstance(tree, dict):
        return set()
    own = {tree["id"]} if "unsettled" in tree else set()
    return own | {name for one in tree.values() for name in unsettled(one)}


def state_of(
    tree: dict[str, Any],
    others: Mapping[str, dict[str, Any]],
    facts: Facts,
    law: Mapping[str, bool],
) -> str:
    world = World(others, facts, law)
    if "applies" in tree and not world.true(tree["applies"]):
        return "not_applicable"
    return str(tree["outcome"]["yes" if world.true(tree["rule"]) else "no"])


class World(NamedTuple):
    """One way in which everything could be."""

    others: Mapping[str, dict[str, Any]]
    facts: Facts
    law: Mapping[str, bool]

    def true(self, node: dict[str, Any]) -> bool:
        exceptions = any(self.true(one) for one in node.get("unless", []))
        return not exceptions and self.plainly(node)

    def plainly(self, node: dict[str, Any]) -> bool:
        if "all" in node:
            return all(self.true(one) for one in node["all"])
        if "any" in node:
            return any(self.true(one) for one in node["any"])
        if "not" in node:
            return not self.true(node["not"])
        if "at_least_n" in node:
            counted = node["at_least_n"]
            return sum(self.true(one) for one in counted["of"]) >= int(counted["n"])
        return self.answered(node) and self.law.get(node["id"], True)

    def answered(self, node: dict[str, Any]) -> bool:
        if "judgement" in node:
            return bool(self.facts[node["judgement"]])
        if "policy" in node:
            other = self.others[node["policy"]]
            return state_of(other, self.others, self.facts, self.law) == "supported"
        return holds(node, self.facts[node["fact"]])


def holds(node: dict[str, Any], value: object) -> bool:
    match value:
        case bool():
            return bool(node["is"] == ("yes" if value else "no"))
        case frozenset():
            return len(value) > 0 and all(one in node["within"] for one in value)
        case int():
            return _number_holds(node, value)
        case str():
            return _text_holds(node, value)
        case _:
            raise TypeError(value)


def _number_holds(node: dict[str, Any], value: int) -> bool:
    if "at_least" in node:
        return value >= int(node["at_least"])
    if "at_most" in node:
        return value <= int(node["at_most"])
    return str(value) in node.get("one_of", [node.get("is")])


def _text_holds(node: dict[str, Any], value: str) -> bool:
    if "before" in node:
        return value < str(node["before"])
    if "on_or_after" in node:
        return value >= str(node["on_or_after"])
    return value in node.get("one_of", [node.get("is")])
