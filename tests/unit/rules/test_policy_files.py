"""Lints over the policies that are packaged."""

import re

import pytest

from ledger.rules.fields import Bilingual
from ledger.rules.lock import NAME, lock_text, read_lock
from ledger.rules.nodes import Group, Node, Op
from ledger.rules.policy import Policy
from ledger.rules.policy_files import read_policy
from ledger.rules.rulebook import packaged_rulebook, read_rulebook
from tests.architecture.sources import ROOT

POLICIES = ROOT / "policies"
RULEBOOK = packaged_rulebook()
HANGUL = re.compile("[가-힣]")
# 저작권 있음, 등록 가능, … in either language: what an answer must never say.
OVERCLAIMS = re.compile(
    r"\bis copyrighted\b|copyright[- ]free|\bis registrable\b|\bcompliant\b"
    r"|\beligible\b|저작권이 없다|등록 가능|등록할 수 있다",
    re.IGNORECASE,
)
each_policy = pytest.mark.parametrize(
    "policy", RULEBOOK.policies, ids=lambda policy: policy.file
)


def nodes_of(node: Node) -> list[Node]:
    if not isinstance(node, Group):
        return [node]
    return [node, *(found for child in node.children for found in nodes_of(child))]


def texts_of(policy: Policy) -> list[Bilingual]:
    tops = [policy.rule, *policy.indicators]
    if policy.applies is not None:
        tops.append(policy.applies)
    nodes = [node.text for top in tops for node in nodes_of(top)]
    entries = [entry.text for entry in policy.facts.values()]
    notes = [policy.notes] if policy.notes is not None else []
    own = [policy.title, policy.question, policy.burden, *notes]
    return [*own, *nodes, *entries, *policy.judgements.values()]


def test_there_are_policies_and_the_package_has_those_of_the_folder() -> None:
    assert RULEBOOK.policies
    assert read_rulebook(POLICIES) == RULEBOOK


@each_policy
def test_a_policy_is_in_the_folder_that_its_id_names(policy: Policy) -> None:
    *folders, name = policy.id.split(".")
    stem = policy.file.removesuffix(".yaml")
    assert stem in ("/".join([*folders, name]), f"{policy.id}.v{policy.version}")


@each_policy
def test_a_policy_has_cases_beside_it(policy: Policy) -> None:
    path = POLICIES / policy.file.replace(".yaml", ".cases.yaml")
    assert path.is_file()


@each_policy
def test_korean_is_korean_and_english_is_not(policy: Policy) -> None:
    for text in texts_of(policy):
        assert HANGUL.search(text.ko), text
        assert not HANGUL.search(text.en), text


@each_policy
def test_every_leaf_cites(policy: Policy) -> None:
    assert [leaf.id for leaf in policy.leaves() if not leaf.cites] == []


@each_policy
def test_a_policy_says_no_more_than_records_can_show(policy: Policy) -> None:
    for text in texts_of(policy):
        assert not OVERCLAIMS.search(f"{text.ko}\n{text.en}"), text


@each_policy
def test_a_fact_has_one_type_in_every_policy(policy: Policy) -> None:
    for other in RULEBOOK.policies:
        for name in policy.facts.keys() & other.facts.keys():
            assert policy.facts[name].type is other.facts[name].type, (name, other.id)


@each_policy
def test_house_rules_are_indicators(policy: Policy) -> None:
    inside = {
        leaf.id
        for indicator in policy.indicators
        for leaf in nodes_of(indicator)
        if leaf.op is Op.FACT
    }
    house = {leaf.id for leaf in policy.leaves() if leaf.house_rule}
    assert house <= inside


def test_the_lock_lists_every_version_as_it_is() -> None:
    path = POLICIES / NAME
    locked = read_lock(path.read_bytes() if path.is_file() else b"")
    present = {(one.id, one.version): one.digest for one in RULEBOOK.policies}
    wanted = lock_text(RULEBOOK.policies)
    assert locked == present, f"policies/{NAME} should be:\n{wanted}"


def test_the_example_of_the_reference_is_a_policy() -> None:
    page = (ROOT / "docs" / "reference" / "policies.md").read_text("utf-8")
    example, *_ = re.findall(r"```yaml\n(.*?)```", page, re.DOTALL)
    assert read_policy(example.encode(), "policies.md").id == "kr.authorship.edit"
