"""Sealed frames are looked for in output folders, never among source files."""

from pathlib import Path

from ledger.cli.sealed_files import SealedFiles
from ledger.encoding.digest import sha256_hex
from ledger.records.frames import SealedLeaf


def test_locations_of_source_files_are_not_searched(tmp_path: Path) -> None:
    content = b"a frame"
    folder = tmp_path / "pictures"
    folder.mkdir()
    (folder / "frame.1001.png").write_bytes(content)
    leaf = SealedLeaf.model_validate(
        {
            "frame": 1001,
            "file": sha256_hex(content),
            "part": 0,
            "index": 0,
            "manifest": "ab" * 32,
        }
    )
    assert SealedFiles({"01" * 16: str(folder)}).read("", leaf) == content
    asset = {"asset/" + "ab" * 32: '{"folder": "/nowhere"}'}
    assert SealedFiles(asset).read("", leaf) is None
    assert SealedFiles({"asset/" + "cd" * 32: str(folder)}).read("", leaf) is None
