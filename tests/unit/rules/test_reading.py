"""Policy files that are refused, each with the key that is wrong."""

import hashlib
from collections.abc import Callable
from copy import deepcopy
from typing import Any, TypeAlias

import pytest
import rfc8785

from ledger.rules.errors import MalformedPolicyError
from ledger.rules.policy_files import read_policy
from tests.simulators.sample_policies import (
    SOURCE,
    TEXT,
    judged,
    leaf,
    policy_tree,
    raw,
)

Change: TypeAlias = Callable[[dict[str, Any]], object]


def sample() -> dict[str, Any]:
    rule = {"all": [leaf("a.b", "one"), judged("c.d", "two")]}
    return deepcopy(policy_tree(rule))


def refused(tree: object) -> MalformedPolicyError:
    with pytest.raises(MalformedPolicyError) as caught:
        read_policy(raw(tree), "p.yaml")
    return caught.value


def test_the_sample_is_a_policy() -> None:
    policy = read_policy(raw(sample()), "p.yaml")
    assert [one.id for one in policy.leaves()] == ["one", "two"]
    assert policy.holds_on("2025-06-30")
    assert not policy.holds_on("2025-06-29")


def put(path: str, value: object) -> Change:
    """Put a value at a JSON pointer of the sample."""

    def change(tree: dict[str, Any]) -> None:
        *steps, last = path.split("/")
        at: Any = tree
        for step in steps:
            at = at[int(step)] if isinstance(at, list) else at[step]
        if isinstance(at, list):
            at[int(last)] = value
        else:
            at[last] = value

    return change


def drop(key: str) -> Change:
    return lambda tree: tree.pop(key)


@pytest.mark.parametrize(
    ("change", "where"),
    [
        (put("format", "jangbu-policy/2"), "/format"),
        (put("id", "edit"), "/id"),
        (put("id", "KR.edit"), "/id"),
        (put("version", "0"), "/version"),
        (put("version", "01"), "/version"),
        (put("version", "1.0"), "/version"),
        (put("supersedes", "1"), "/supersedes"),
        (put("title", "a title"), "/title"),
        (put("title", {"en": "x"}), "/title"),
        (put("title", {"ko": " ", "en": "x"}), "/title/ko"),
        (put("question", {**TEXT, "de": "x"}), "/question/de"),
        (put("unit", "film"), "/unit"),
        (put("effective", {"from": "2025-02-30"}), "/effective/from"),
        (put("effective", {"from": "2025-1-1"}), "/effective/from"),
        (put("effective", {"from": "2025-01-02", "until": "2025-01-02"}),
         "/effective/until"),
        (put("surprise", "x"), "/surprise"),
        (drop("burden"), ""),
        (drop("title"), ""),
        (put("sources", []), "/sources"),
        (put("sources/0/type", "blog"), "/sources/0/type"),
        (put("sources/0/read", "maybe"), "/sources/0/read"),
        (put("sources", [SOURCE, SOURCE]), "/sources/1"),
        (put("sources", [{**SOURCE, "key": "other"}]), "/rule/all/0/cite"),
        (put("sources", [SOURCE, {**SOURCE, "key": "other"}]), ""),
        (put("facts/a.b", {"type": "float", **TEXT}), "/facts/a.b/type"),
        (put("facts/A", {"type": "bool", **TEXT}), "/facts/A"),
        (put("facts/x.y", {"type": "bool", **TEXT}), ""),
        (put("facts/c.d", {"type": "bool", **TEXT}), "/judgements/c.d"),
        (put("judgements/x.y", TEXT), ""),
        (put("outcome/unknown", "supported"), "/outcome/unknown"),
        (put("outcome/no", "supported"), "/outcome/no"),
        (put("outcome/yes", "open"), "/outcome/yes"),
        (put("rule", {}), "/rule"),
        (put("rule", []), "/rule"),
        (put("rule", {"xor": []}), "/rule"),
        (put("rule", {"all": [], "any": []}), "/rule"),
        (put("rule/all", []), "/rule/all"),
        (put("rule/all/0/fact", "no.such"), "/rule/all/0/fact"),
        (put("rule/all/1/judgement", "a.b"), "/rule/all/1/judgement"),
        (put("rule/all/1/id", "one"), "/rule/all/1/id"),
        (put("rule/all/0/is", "true"), "/rule/all/0/is"),
        (put("rule/all/0/at_least", "1"), "/rule/all/0"),
        (put("rule/all/0/when", "x"), "/rule/all/0/when"),
        (put("rule/all/0/cite", []), "/rule/all/0/cite"),
        (put("rule/all/0/basis", "house_rule"), "/rule"),
        (put("rule/all/0/basis", "guess"), "/rule/all/0/basis"),
        (put("rule/all/0/unsettled", "x"), "/rule/all/0/unsettled"),
        (put("rule/all/0/presumes", "nowhere"), "/rule/all/0/presumes"),
        (put("rule/all/0", {"id": "x", "fact": "a.b", "is": "yes", "cite": "act",
                            "ko": "가"}), "/rule/all/0"),
        (put("rule/all/0", {"id": "x", "fact": "a.b", "is": "no", "cite": "act"}),
         "/rule/all/0"),
        (put("rule/all/0", {"fact": "a.b", "is": "yes", "cite": "act"}), "/rule/all/0"),
        (put("rule/all/0", {"id": "x", "fact": "a.b", "is": "yes"}), "/rule/all/0"),
        (put("rule", {"at_least_n": {"n": "3", "of": [leaf("a.b", "one"),
                                                     judged("c.d", "two")]}}),
         "/rule/at_least_n/n"),
    ],
)  # fmt: skip
def test_a_wrong_key_is_named(change: Change, where: str) -> None:
    tree = sample()
    change(tree)
    assert refused(tree).where == f"p.yaml#{where}"


@pytest.mark.parametrize(
    ("kind", "test"),
    [
        ("bool", {"one_of": ["yes"]}),
        ("bool", {"at_least": "1"}),
        ("text", {"at_least": "1"}),
        ("int", {"is": "1.5"}),
        ("int", {"is": ".nan"}),
        ("int", {"before": "2026-01-01"}),
        ("day", {"is": "today"}),
        ("set", {"is": "x"}),
        ("set", {"within": []}),
        ("set", {"within": ["x", "x"]}),
        ("set", {"within": "x"}),
        ("text", {"one_of": ["x", ["y"]]}),
    ],
)
def test_a_test_that_does_not_fit_its_fact_is_refused(
    kind: str, test: dict[str, Any]
) -> None:
    tree = policy_tree(leaf("a.b", **test), types={"a.b": kind})
    assert refused(tree).where.startswith("p.yaml#/rule/")


def test_a_rule_has_at_most_twelve_levels() -> None:
    def nested(levels: int) -> dict[str, Any]:
        rule = leaf("a.b")
        for _ in range(levels - 1):
            rule = {"not": rule}
        return policy_tree(rule)

    read_policy(raw(nested(12)), "p.yaml")
    assert refused(nested(13)).where == "p.yaml#/rule" + "/not" * 12


def test_a_rule_has_at_most_two_hundred_nodes() -> None:
    def wide(nodes: int) -> dict[str, Any]:
        return policy_tree({"any": [leaf("a.b", f"n{n}") for n in range(nodes - 1)]})

    read_policy(raw(wide(200)), "p.yaml")
    assert refused(wide(201)).where == "p.yaml#/rule/any/199"


def test_layout_and_comments_do_not_change_the_digest_and_words_do() -> None:
    tree = sample()
    plain = read_policy(raw(tree), "p.yaml").digest
    assert read_policy(b"# checked\n" + raw(tree) + b"\n", "q.yaml").digest == plain
    tree["title"] = {"ko": "제목", "en": "Another title"}
    assert read_policy(raw(tree), "p.yaml").digest != plain


def test_the_digest_is_that_of_the_canonical_json() -> None:
    tree = {**sample(), "burden": {"ko": 'a"\\\n 가/', "en": "\u00e9\U0001f600\u2028"}}
    found = read_policy(raw(tree), "p.yaml").digest
    assert found == hashlib.sha256(rfc8785.dumps(tree)).hexdigest()
