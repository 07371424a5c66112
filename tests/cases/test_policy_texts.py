"""What the texts of policies must and must not say, and that the pages list them."""

import re
from functools import cache
from pathlib import Path

import pytest

from ledger.rules.policy import Policy
from ledger.rules.policy_files import read_policy
from tests.architecture.sources import ROOT

FILES = sorted(
    path
    for path in (ROOT / "policies" / "kr").rglob("*.yaml")
    if not path.name.endswith(".cases.yaml")
)
OVERCLAIMING = re.compile(
    r"copyrighted|copyright-free|registrable|eligible|compliant|등록\s?가능|저작권\s?없음",
    re.IGNORECASE,
)
COLLECTED_ON = "2026-06-08"
ACT_AFTER_THAT = "21336"


@cache
def policy_in(file: Path) -> Policy:
    return read_policy(file.read_bytes(), file.name)


@cache
def page(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def names(paths: list[Path]) -> list[str]:
    return [path.stem for path in paths]


@pytest.mark.parametrize("file", FILES, ids=names(FILES))
def test_a_no_is_said_to_be_no_finding_that_no_right_exists(file: Path) -> None:
    notes = policy_in(file).notes
    assert notes is not None
    assert "권리가 존재하지 않는다는 판단이 아니다" in notes.ko
    assert "no finding that no right exists" in notes.en


@pytest.mark.parametrize("file", FILES, ids=names(FILES))
def test_no_policy_says_more_than_the_records_can(file: Path) -> None:
    assert OVERCLAIMING.findall(file.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize("file", FILES, ids=names(FILES))
def test_every_policy_says_who_has_to_prove_what(file: Path) -> None:
    burden = policy_in(file).burden
    assert "증명하여야" in burden.ko
    assert "prove" in burden.en


@pytest.mark.parametrize("file", FILES, ids=names(FILES))
def test_every_provision_has_act_number_and_first_day(file: Path) -> None:
    for source in policy_in(file).sources:
        if source.type == "statute":
            assert source.number is not None
            assert source.in_force_from is not None
            assert source.in_force_from <= policy_in(file).effective_from
            assert source.wording_read
            assert source.note is not None
            assert ACT_AFTER_THAT in source.note.ko
            assert COLLECTED_ON in source.note.en


@pytest.mark.parametrize("file", FILES, ids=names(FILES))
def test_the_guide_is_never_cited_as_read(file: Path) -> None:
    for source in policy_in(file).sources:
        if source.type == "guideline":
            assert not source.wording_read
            assert source.note is not None
            assert "읽지 못하였" in source.note.ko
            assert "not read" in source.note.en


@pytest.mark.parametrize("file", FILES, ids=names(FILES))
def test_a_policy_begins_with_the_youngest_text_that_it_needs(file: Path) -> None:
    days = [one.in_force_from for one in policy_in(file).sources if one.in_force_from]
    assert policy_in(file).effective_from == max(days)


@pytest.mark.parametrize("file", FILES, ids=names(FILES))
def test_the_pages_list_the_policy_its_facts_and_judgements(file: Path) -> None:
    policy = policy_in(file)
    for listing in ("docs/reference/answers.md", "policies/README.md"):
        assert f"`{policy.id}`" in page(listing)
    assert f"`{policy.id}`" in page("docs/ko/answers.md")
    for name in (*policy.facts, *policy.judgements):
        assert f"`{name}`" in page("docs/reference/answers.md")


def test_a_fact_means_the_same_in_every_policy() -> None:
    texts: dict[str, set[object]] = {}
    for file in FILES:
        for name, entry in policy_in(file).facts.items():
            texts.setdefault(name, set()).add((entry.type, entry.text))
    assert {name for name, meanings in texts.items() if len(meanings) > 1} == set()


def test_technical_acts_stand_on_the_page() -> None:
    text = page("policies/kr/authorship/edit.yaml")
    listed = re.search(r"within: \[([^\]]+)\]", text)
    assert listed is not None
    for act in listed.group(1).split(", "):
        assert f"`{act}`" in page("docs/reference/answers.md")
