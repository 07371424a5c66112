"""Every confidential read is noted before it is shown, once for each command."""

import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from ledger.cli.main import app
from ledger.errors import UsageError
from ledger.production.access import reason
from ledger.production.opening import opened
from tests.integration.privacy.in_process import jangbu
from tests.integration.test_commands import read_only
from tests.simulators.command_line import JANGBU


def reads(root: Path) -> list[dict[str, Any]]:
    code, found = jangbu("vault", "log", str(root))
    assert code == 0
    entries: list[dict[str, Any]] = found["entries"]
    return entries


def party(root: Path) -> int:
    with opened(root) as production:
        reader = production.reader()
        found = reader.statements(0, reader.size())
        return next(one.index for one in found if one.kind == "party.1")


def open_name(root: Path, *more: str) -> tuple[int, str]:
    """Exit code and document of `jangbu open`, called within the test."""
    given = ["open", str(root), str(party(root)), "/body/name", *more]
    done = CliRunner().invoke(app, given)
    return done.exit_code, done.stdout


def called(*arguments: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        list(map(str, arguments)), capture_output=True, text=True, check=False
    )


def test_commands_that_open_values_leave_one_entry_each(
    root: Path, tmp_path: Path
) -> None:
    path, index = str(root), str(party(root))
    assert reads(root) == []
    for arguments in (
        ("vault", "search", path, "--name", "김하나", "--reason", "사건 12"),
        ("ask", "authorship", path),
        (
            *("bundle", path, "--out", str(tmp_path / "a.zip")),
            *("--disclose", f"{index}:/body/name"),
        ),
        ("disclose", path, index, "/body/name", "--out", str(tmp_path / "d.json")),
    ):
        code, _ = jangbu(*arguments)
        assert code in {0, 1, 3}, arguments
    assert open_name(root, "--reason", "감사")[0] == 0
    noted = reads(root)
    commands = [one["what"]["command"] for one in noted]
    assert commands == ["vault search", "ask", "bundle", "disclose", "open"]
    assert noted[0]["why"] == "사건 12"
    assert noted[1]["what"]["count"] > 5
    assert noted[4]["what"]["path"] == "/body/name"
    assert {one["who"]["user"] for one in noted} != {""}
    assert len({one["who"]["key"] for one in noted}) == 1
    # What was looked for, and what was found, is not written down again.
    assert "김" not in str(noted)


def test_commands_that_open_nothing_leave_none(root: Path, tmp_path: Path) -> None:
    path = str(root)
    for arguments in (
        ("log", path),
        ("fsck", path),
        ("spool", path),
        ("bundle", path, "--out", str(tmp_path / "a.zip")),
    ):
        assert jangbu(*arguments)[0] == 0
    assert reads(root) == []


def test_what_cannot_be_noted_is_not_shown(root: Path) -> None:
    assert open_name(root)[0] == 0
    (root / "access.sqlite").unlink()
    assert open_name(root) == (5, "")
    assert jangbu("vault", "search", str(root), "--name", "김하나")[0] == 5
    assert jangbu("ask", "authorship", str(root))[0] == 5
    code, told = jangbu("vault", "log", str(root))
    assert (code, told["error"]["code"]) == (5, "log.rollback")


def test_an_older_log_of_reads_is_found(root: Path, tmp_path: Path) -> None:
    for _ in range(2):
        assert open_name(root)[0] == 0
    shutil.copy(root / "access.checkpoint", tmp_path / "kept")
    for name in ("access.sqlite", "access.checkpoint"):
        (root / name).unlink()
    assert open_name(root)[0] == 0
    path = str(root)
    assert jangbu("vault", "log", path, "--check")[0] == 0
    kept = str(tmp_path / "kept")
    assert jangbu("vault", "log", path, "--check", "--checkpoint", kept)[0] == 5


def test_a_folder_that_cannot_be_written_to_is_read_with_a_warning(root: Path) -> None:
    index = party(root)
    head = read_only(root)
    try:
        done = called(*head, JANGBU, "open", root, index, "/body/name")
        search = called(*head, JANGBU, "vault", "search", root, "--name", "김하나")
    finally:
        root.chmod(0o700)
    assert done.returncode == 0, done.stderr
    assert "not noted" in done.stderr
    assert search.returncode == 0, search.stderr
    assert "김하나" in search.stderr
    assert reads(root) == []
    assert os.access(root, os.W_OK)


@pytest.mark.parametrize("text", ["", "  ", "x" * 501, "line\nline", "a\u202eb"])
def test_a_reason_is_words_on_one_line(text: str) -> None:
    with pytest.raises(UsageError):
        reason(text)
