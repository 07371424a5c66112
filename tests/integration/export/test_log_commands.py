"""`jangbu log` and `jangbu prove` as they are called, on one small shot."""

import json
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from ledger.cli.main import app
from tests.simulators.shot_folder import CODE, make_shot


@dataclass(frozen=True)
class Called:
    """What a command in this process answered."""

    code: int
    json: dict[str, Any]
    said: str


def call(*words: object) -> Called:
    done = CliRunner().invoke(app, [*map(str, words), "--json"])
    return Called(done.exit_code, json.loads(done.stdout or "{}"), done.stderr)


@dataclass(frozen=True)
class Made:
    """A production with one shot of four frames, and its export.

    Attributes:
        vkey: the log's verifier key, out of the trust file.
    """

    production: Path
    exported: Path
    vkey: str

    @property
    def trust(self) -> Path:
        return self.production / "trust.json"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Made]:
    root = tmp_path_factory.mktemp("cell")
    folder = make_shot(root, range(1024, 1028), (64, 36))
    assert folder.run(folder.production).code == 0
    exported = root / "exported"
    assert call("log", "export", folder.production, exported).code == 0
    trust = json.loads((folder.production / "trust.json").read_text("utf-8"))
    yield Made(folder.production, exported, trust["log_vkeys"][0])
    folder.close()


def test_log_without_a_word_after_it_still_lists_the_entries(made: Made) -> None:
    plain = call("log", made.production)
    assert plain.code == 0
    assert plain.json == call("log", "list", made.production).json
    options_first = CliRunner().invoke(app, ["log", "--json", str(made.production)])
    assert json.loads(options_first.stdout) == plain.json
    assert CliRunner().invoke(app, ["log", "--help"]).exit_code == 0


def test_an_exported_log_is_found_whole_and_counted(made: Made) -> None:
    checked = call("log", "check", made.exported, "--key", made.vkey)
    listed = call("log", made.production).json["entries"]
    assert checked.code == 0
    assert checked.json["state"] == "verified"
    counted = {kind: one["of_shot"] for kind, one in checked.json["records"].items()}
    kinds = [one["kind"] for one in listed]
    assert counted == {kind: kinds.count(kind) for kind in kinds}
    assert call("log", "check", made.exported).code == 3


def test_an_export_holds_no_statement(made: Made) -> None:
    exported = b"".join(
        path.read_bytes() for path in made.exported.rglob("*") if path.is_file()
    )
    for word in ("interior", "actor", "김민수", CODE, '"body"', "장부"):
        assert word.encode() not in exported


def test_a_changed_export_fails_and_names_the_file(made: Made, tmp_path: Path) -> None:
    folder = shutil.copytree(made.exported, tmp_path / "log")
    (tile,) = (folder / "tile" / "0").rglob("*.p/*")
    tile.write_bytes(bytes(len(tile.read_bytes())))
    (folder / "tile" / "stray").write_bytes(b"")
    checked = call("log", "check", folder, "--key", made.vkey)
    name = tile.relative_to(folder).as_posix()
    assert checked.code == 5
    assert checked.json["faults"] == [{"path": name, "fault": "wrong"}]
    assert checked.json["strays"] == ["tile/stray"]
    assert name in checked.said


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["--key", "not a key"], 2),
        (["--shot", "SQ010_0040"], 2),
        (["--key", "x.example/y+00000000+AWZm"], 2),
    ],
)
def test_a_check_that_cannot_work_is_a_matter_of_usage(
    words: list[str], code: int, made: Made
) -> None:
    assert call("log", "check", made.exported, *words).code == code


def test_a_folder_without_a_log_is_unreadable(tmp_path: Path) -> None:
    assert call("log", "check", tmp_path).code == 4


def test_a_shots_records_are_counted_from_the_export_and_from_a_proof(
    made: Made, tmp_path: Path
) -> None:
    out = tmp_path / "complete.json"
    proven = call(
        "prove", "complete", made.production, "--shot", CODE, "--out", out
    ).json
    (uid,) = proven["shots"]
    words = ["--key", made.vkey, "--shot", uid]
    counted = call("log", "check", made.exported, *words).json["records"]
    checked = call("prove", "check", out, "--trust", made.trust)
    assert checked.code == 0
    assert checked.json["shown"]["records"] == counted
    assert counted["run.1"] == {"of_shot": 1, "without_shot": 0, "elsewhere": 0}


def test_an_entry_is_proven_by_index_or_by_id(made: Made, tmp_path: Path) -> None:
    listed = call("log", made.production).json["entries"]
    for reference in ("3", listed[3]["id"]):
        out = tmp_path / f"{reference}.tlog-proof"
        assert call("prove", "entry", made.production, reference, "-o", out).code == 0
        checked = call("prove", "check", out, "--trust", made.trust)
        assert (checked.code, checked.json["shown"]["index"]) == (0, 3)
        assert call("prove", "check", out).code == 3
        assert call("prove", "check", out, "--key", made.vkey).code == 0
    unknown = call("prove", "entry", made.production, "99999", "-o", tmp_path / "x")
    assert unknown.code == 2
    there = tmp_path / "3.tlog-proof"
    again = call("prove", "entry", made.production, "3", "-o", there)
    assert again.code == 6


def test_a_frame_is_proven_and_one_that_is_not_there_is_not(
    made: Made, tmp_path: Path
) -> None:
    out = tmp_path / "frame.json"
    words = ["prove", "frame", made.production, CODE]
    assert call(*words, 1025, "--out", out).code == 0
    checked = call("prove", "check", out, "--trust", made.trust)
    assert checked.code == 0
    assert checked.json["shown"]["frame"] == 1025
    assert len(checked.json["shown"]["sealed"]) == 1
    assert call(*words, 1028, "--out", tmp_path / "a").code == 2
    assert call(*words, 1025, "--out", tmp_path / "b", "--view", "left").code == 2
    assert call(*words, 1025, "--out", tmp_path / "c", "--view", "up").code == 2
    unknown = call(
        "prove", "frame", made.production, "NOPE", 1, "--out", tmp_path / "d"
    )
    assert unknown.code == 2


def test_growth_is_proven_from_a_checkpoint_that_was_seen(
    made: Made, tmp_path: Path
) -> None:
    out = tmp_path / "growth.json"
    seen = made.exported / "checkpoint"
    assert call("prove", "consistency", made.production, seen, "-o", out).code == 0
    assert call("prove", "check", out, "--trust", made.trust).code == 0
    unsigned = seen.read_bytes().replace(b"=\n\n", b"A=\n\n", 1)
    origin, size, _, *signed = seen.read_bytes().split(b"\n")
    another = b"\n".join([origin, size, b"A" * 43 + b"=", *signed])
    for note, code in ((another, 5), (unsigned, 4), (b"\xff\n", 4), (b"", 4)):
        forged = tmp_path / "forged"
        forged.write_bytes(note)
        refused = call(
            "prove", "consistency", made.production, forged, "-o", tmp_path / "no"
        )
        assert refused.code == code, note


def test_a_disclosure_has_its_checking_command(made: Made, tmp_path: Path) -> None:
    listed = call("log", made.production, "--private").json["entries"]
    shown = next(one for one in listed if one["kind"] == "party.1")
    out = tmp_path / "name.json"
    words = [made.production, shown["index"], "/body/name", "--out", out]
    assert call("disclose", *words).code == 0
    asked = ["prove", "check", out, "--trust", made.trust]
    assert call(*asked).json["open"] == ["signer unknown"]
    genesis = call("log", made.production)  # the studio's own key signs parties
    assert genesis.code == 0
    assert call(*asked, "--signer", "nonsense").code == 2
    checked = call(*asked, "--signer", "0" * 63 + "1")
    assert (checked.code, checked.json["state"]) == (3, "open")
    raw = out.read_bytes()
    out.write_bytes(raw.replace(b'"index":', b'"index": '))
    assert call(*asked).code == 4
