"""Versions, references among policies, and what was released."""

from typing import Any

import pytest

from ledger.rules.errors import MalformedPolicyError, PolicyError, ReleasedPolicyError
from ledger.rules.lock import check_lock, lock_text, read_lock
from tests.simulators.sample_policies import asks, leaf, policy_tree, rulebook_of


def version(number: int, start: str, until: str = "", **more: str) -> dict[str, Any]:
    effective = {"from": start} | ({"until": until} if until else {})
    return policy_tree(leaf("a.x"), version=str(number), effective=effective, **more)


def refused(*trees: dict[str, Any]) -> MalformedPolicyError:
    with pytest.raises(MalformedPolicyError) as caught:
        rulebook_of(*trees)
    return caught.value


def test_the_version_of_the_day_is_in_force_and_never_the_nearest() -> None:
    rulebook = rulebook_of(
        version(1, "2025-01-01", "2026-01-01"), version(2, "2026-06-01")
    )
    found = {
        on: policy and policy.version
        for on in ("2024-12-31", "2025-01-01", "2025-12-31", "2026-01-01", "2026-06-01")
        for policy in [rulebook.in_force("kr.test.one", on)]
    }
    assert list(found.values()) == [None, 1, 1, None, 2]


def test_versions_that_share_a_day_are_refused() -> None:
    error = refused(version(1, "2025-01-01"), version(2, "2026-01-01"))
    assert error.where == "2.yaml#/effective"
    error = refused(version(1, "2025-01-01", "2026-01-02"), version(2, "2026-01-01"))
    assert error.where == "2.yaml#/effective"


def test_a_version_that_supersedes_holds_on_the_days_of_both() -> None:
    rulebook = rulebook_of(
        version(1, "2025-01-01"),
        version(2, "2026-01-01", supersedes="1"),
        version(3, "2025-06-01", "2026-06-01", supersedes="2"),
    )
    days = ("2025-01-01", "2025-06-01", "2026-01-01", "2026-06-01")
    in_force = [rulebook.in_force("kr.test.one", on) for on in days]
    assert [policy and policy.version for policy in in_force] == [1, 3, 3, 2]


def test_a_version_stands_once_and_supersedes_one_that_is_there() -> None:
    assert refused(version(1, "2025-01-01"), version(1, "2025-01-01")).where == (
        "2.yaml#/version"
    )
    missing = version(3, "2025-01-01", supersedes="2")
    assert refused(missing).where == "1.yaml#/supersedes"


def test_a_policy_that_asks_one_that_is_not_there_is_refused() -> None:
    assert refused(policy_tree(asks("kr.test.two"))).where == "1.yaml#/rule"


def test_policies_that_ask_each_other_in_a_circle_are_refused() -> None:
    def asking(own: str, other: str) -> dict[str, Any]:
        return policy_tree(asks(f"kr.test.{other}"), id=f"kr.test.{own}")

    refused(asking("a", "a"))
    refused(asking("a", "b"), asking("b", "a"))
    refused(asking("a", "b"), asking("b", "c"), asking("c", "b"))


def test_policies_do_not_ask_each_other_without_end() -> None:
    chain = [
        policy_tree(asks(f"kr.test.p{n + 1}"), id=f"kr.test.p{n}") for n in range(9)
    ]
    refused(*chain, policy_tree(leaf("a.x"), id="kr.test.p9"))


def test_a_policy_that_nobody_knows_is_refused_rather_than_open() -> None:
    with pytest.raises(PolicyError):
        rulebook_of(version(1, "2025-01-01")).in_force("kr.test.none", "2026-01-01")


def test_a_released_version_may_not_change_or_go() -> None:
    before = rulebook_of(version(1, "2025-01-01")).policies
    locked = read_lock(lock_text(before).encode())
    check_lock(before, locked)
    edited = rulebook_of(version(1, "2025-01-02")).policies
    for policies in (edited, ()):
        with pytest.raises(ReleasedPolicyError):
            check_lock(policies, locked)


@pytest.mark.parametrize(
    "line", ["", "x", "0" * 64 + " kr.a 1", "0" * 64 + "  kr.a 0", "\xff"]
)
def test_a_lock_has_one_form(line: str) -> None:
    with pytest.raises(MalformedPolicyError) as caught:
        read_lock(f"{'0' * 64}  kr.b 1\n{line}\n".encode("latin-1"))
    assert caught.value.where == "LOCK line 2"


def test_a_lock_names_a_version_once() -> None:
    line = f"{'0' * 64}  kr.b 1\n"
    with pytest.raises(MalformedPolicyError):
        read_lock((line + line).encode())
