"""The policy files of a folder, and what holds among them."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from importlib.resources.abc import Traversable
from itertools import combinations
from pathlib import Path
from typing import Final, TypeAlias

from ledger.rules.errors import MalformedPolicyError, PolicyError
from ledger.rules.fields import Bilingual
from ledger.rules.nodes import Group, Node, Op
from ledger.rules.policy import Policy
from ledger.rules.policy_files import policy_of
from ledger.rules.text_yaml import TextTree, load, read_limited

Folder: TypeAlias = Path | Traversable

MAX_LEVELS: Final = 8
MAX_CHAIN: Final = 8
_OTHER_FORMATS: Final = ("jangbu-cases/", "jangbu-roles/", "jangbu-billing/")


def read_policies(folder: Folder) -> tuple[Policy, ...]:
    """Every policy under a folder, by id and version; files of other formats stay out.

    Raises:
        MalformedPolicyError: with the file and the key.
        PolicyError: if a file cannot be read.
    """
    found = [
        policy_of(tree, name)
        for name, tree in _documents(folder)
        if not _is_of_another_format(tree)
    ]
    return joined(found)


def joined(found: Iterable[Policy]) -> tuple[Policy, ...]:
    """Policies of one rulebook, after what has to hold among them was checked."""
    policies = sorted(found, key=lambda one: (one.id, one.version))
    _check_versions(policies)
    _check_references(policies)
    titles = {policy.id: policy.title for policy in policies}
    return tuple(_with_titles(policy, titles) for policy in policies)


def _documents(folder: Folder) -> Iterator[tuple[str, TextTree]]:
    for name, file in files(folder):
        if name.endswith(".yaml"):
            yield name, load(read_file(file, name), name)


def files(
    folder: Folder, prefix: str = "", level: int = 1
) -> Iterator[tuple[str, Folder]]:
    """Files under a folder with their names within it, in order."""
    if level > MAX_LEVELS:
        raise PolicyError(
            f"at most {MAX_LEVELS} levels of folders",
            met="deeper nesting",
            advice="Keep policies in a folder for each jurisdiction and subject.",
            where=prefix,
        )
    try:
        children = sorted(folder.iterdir(), key=lambda one: one.name)
    except OSError as error:
        raise _unreadable(prefix or folder.name, error) from error
    for child in children:
        name = f"{prefix}{child.name}"
        if child.is_dir():
            yield from files(child, f"{name}/", level + 1)
        elif child.is_file():
            yield name, child


def read_file(file: Folder, name: str) -> bytes:
    """The bytes of a policy file, if it has no more than a document may have."""
    try:
        with file.open("rb") as stream:
            return read_limited(stream, name)
    except OSError as error:
        raise _unreadable(name, error) from error


def _unreadable(name: str, error: OSError) -> PolicyError:
    return PolicyError(
        "a folder of policies that can be read",
        met=error.strerror or type(error).__name__,
        advice="Check the path and its permissions.",
        where=name,
    )


def _is_of_another_format(tree: TextTree) -> bool:
    if not isinstance(tree, dict):
        return False
    stated = tree.get("format")
    return isinstance(stated, str) and stated.startswith(_OTHER_FORMATS)


def _refuse(policy: Policy, key: str, expected: str, met: str, advice: str) -> None:
    where = f"{policy.file}#/{key}"
    raise MalformedPolicyError(expected, met=met, advice=advice, where=where)


def _check_versions(policies: Sequence[Policy]) -> None:
    """No two versions may claim one day, unless the higher says that it supersedes."""
    by_id = defaultdict[str, list[Policy]](list)
    for policy in policies:
        by_id[policy.id].append(policy)
    for versions in by_id.values():
        for lower, higher in combinations(versions, 2):
            if lower.version == higher.version:
                _refuse(
                    higher,
                    "version",
                    "each version once",
                    f"{higher.id} {higher.version} in {lower.file} too",
                    "Give the later text the next number.",
                )
            _check_overlap(lower, higher, superseded(higher, versions))
        for policy in versions:
            _check_superseded(policy, versions)


def superseded(policy: Policy, versions: Sequence[Policy]) -> frozenset[int]:
    """The versions that this one replaces, directly or by steps between."""
    by_version = {version.version: version for version in versions}
    found: set[int] = set()
    step: Policy | None = policy
    while step is not None and step.supersedes is not None:
        found.add(step.supersedes)
        step = by_version.get(step.supersedes)
    return frozenset(found)


def _check_overlap(lower: Policy, higher: Policy, replaced: frozenset[int]) -> None:
    begins = max(lower.effective_from, higher.effective_from)
    ends = [end for end in (lower.effective_until, higher.effective_until) if end]
    if lower.version not in replaced and all(begins < end for end in ends):
        _refuse(
            higher,
            "effective",
            "versions that share no day",
            f"{higher.id} {lower.version} ({lower.file}) on {begins} too",
            "End one before the other begins, or say `supersedes`.",
        )


def _check_superseded(policy: Policy, versions: Sequence[Policy]) -> None:
    known = {version.version for version in versions}
    if policy.supersedes is not None and policy.supersedes not in known:
        _refuse(
            policy,
            "supersedes",
            f"a version of {policy.id}",
            str(policy.supersedes),
            "Keep superseded versions beside the new one.",
        )


def _check_references(policies: Sequence[Policy]) -> None:
    uses = defaultdict[str, set[str]](set)
    known = {policy.id for policy in policies}
    for policy in policies:
        for used in sorted(policy.used_policies()):
            if used not in known:
                _refuse(
                    policy,
                    "rule",
                    "ids of policies that are there",
                    used,
                    "Add that policy, or correct the id.",
                )
            uses[policy.id].add(used)
    for policy in policies:
        _check_chain(policy, uses)


def _check_chain(policy: Policy, uses: Mapping[str, set[str]]) -> None:
    """Policies must not come back to this one, nor ask each other without end."""
    reached = {policy.id}
    for _ in range(MAX_CHAIN):
        reached = {used for one in reached for used in uses.get(one, ())}
        if policy.id in reached:
            _refuse(
                policy,
                "rule",
                "policies that do not use each other in a circle",
                policy.id,
                "Take the common part into a policy of its own.",
            )
        if not reached:
            return
    _refuse(
        policy,
        "rule",
        f"at most {MAX_CHAIN} policies that use one another",
        "more, or a circle",
        "Ask the facts directly.",
    )


def _with_titles(policy: Policy, titles: Mapping[str, Bilingual]) -> Policy:
    """The policy with titles of others where it asks them in no words of its own."""
    return replace(
        policy,
        rule=_titled(policy.rule, titles),
        applies=None
        if policy.applies is None
        else _titled_group(policy.applies, titles),
        indicators=tuple(_titled_group(one, titles) for one in policy.indicators),
    )


def _titled(node: Node, titles: Mapping[str, Bilingual]) -> Node:
    if isinstance(node, Group):
        return _titled_group(node, titles)
    if node.op is Op.POLICY and node.text.ko == node.name:
        return replace(node, text=titles[node.name])
    return node


def _titled_group(group: Group, titles: Mapping[str, Bilingual]) -> Group:
    return replace(
        group, children=tuple(_titled(child, titles) for child in group.children)
    )
