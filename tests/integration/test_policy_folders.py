"""Folders of policies on disk."""

from pathlib import Path

import pytest

from ledger.rules.errors import MalformedPolicyError, PolicyError, ReleasedPolicyError
from ledger.rules.lock import lock_text
from ledger.rules.rulebook import read_rulebook
from tests.simulators.sample_policies import leaf, policy_tree, raw


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    inner = tmp_path / "kr" / "test"
    inner.mkdir(parents=True)
    (inner / "one.yaml").write_bytes(raw(policy_tree(leaf("a.x"))))
    (inner / "one.cases.yaml").write_text("format: jangbu-cases/1\n", "utf-8")
    (tmp_path / "README.md").write_text("words", "utf-8")
    return tmp_path


def test_policies_are_found_in_folders_and_other_files_are_left_alone(
    folder: Path,
) -> None:
    assert [one.file for one in read_rulebook(folder).policies] == ["kr/test/one.yaml"]


def test_a_file_of_an_unknown_format_is_refused(folder: Path) -> None:
    (folder / "new.yaml").write_text("format: jangbu-policy/2\n", "utf-8")
    with pytest.raises(MalformedPolicyError):
        read_rulebook(folder)


def test_an_edited_file_that_was_released_is_refused(folder: Path) -> None:
    lock = folder / "LOCK"
    lock.write_text(lock_text(read_rulebook(folder).policies), "ascii")
    assert read_rulebook(folder).policies
    path = folder / "kr" / "test" / "one.yaml"
    path.write_bytes(raw(policy_tree(leaf("a.x", **{"is": "no"}))))
    with pytest.raises(ReleasedPolicyError) as caught:
        read_rulebook(folder)
    assert caught.value.where == "kr/test/one.yaml"


def test_a_large_file_is_refused_without_being_read_whole(folder: Path) -> None:
    (folder / "large.yaml").write_bytes(b"a: " + b"x" * 1_000_000)
    with pytest.raises(MalformedPolicyError) as caught:
        read_rulebook(folder)
    assert caught.value.where == "large.yaml#"


def test_a_folder_that_is_not_there_is_an_error_with_advice(tmp_path: Path) -> None:
    with pytest.raises(PolicyError):
        read_rulebook(tmp_path / "missing")


def test_a_folder_within_itself_is_refused(folder: Path) -> None:
    (folder / "kr" / "again").symlink_to(folder, target_is_directory=True)
    with pytest.raises(PolicyError):
        read_rulebook(folder)
