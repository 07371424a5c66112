"""The commands as a new user runs them, on the demonstration's shot made small."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

JANGBU = Path(sys.executable).with_name("jangbu")


def jangbu(*arguments: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(JANGBU), *map(str, arguments)],
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
        env={**os.environ, "COLUMNS": "200"},
    )


def document(done: subprocess.CompletedProcess[str]) -> dict[str, Any]:
    parsed: dict[str, Any] = json.loads(done.stdout)
    return parsed


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("demo") / "d"
    done = jangbu("demo", "--out", out, "--frames", 40, "--size", "256x144", "--json")
    assert done.returncode == 0, done.stderr
    verdict = document(done)["verdict"]
    assert verdict["state"] == "verified"
    assert verdict["pixels"] == {"checked": 4, "of": 40}
    return out


def test_the_demo_leaves_frames_bundle_trust_file_and_nothing_temporary(
    demo: Path,
) -> None:
    frames = sorted(path.name for path in (demo / "frames").glob("*.png"))
    assert frames[0] == "SQ010_0010.1001.png"
    assert len(frames) == 40
    assert {"bundle.zip", "trust.json", "production", "frames", "shot"} == {
        path.name for path in demo.iterdir()
    }
    assert not list((demo / "frames" / ".jangbu" / "work").iterdir())


def test_the_demo_run_again_states_nothing_new(demo: Path) -> None:
    before = document(jangbu("log", demo / "production", "--json"))
    again = jangbu("demo", "--out", demo, "--frames", 40, "--size", "256x144")
    assert again.returncode == 0, again.stderr
    assert document(jangbu("log", demo / "production", "--json")) == before


def test_a_stranger_verifies_with_the_trust_file_and_not_without(demo: Path) -> None:
    known = jangbu("verify", demo / "bundle.zip", "--trust", demo / "trust.json")
    assert known.returncode == 0, known.stderr
    assert "pixels checked: 4 of 40" in known.stderr
    unknown = jangbu("verify", demo / "bundle.zip", "--json")
    assert unknown.returncode == 3
    assert document(unknown)["state"] == "origin_unknown"


def test_frames_beside_the_bundle_are_checked_too(demo: Path, tmp_path: Path) -> None:
    done = jangbu(
        "verify", demo / "bundle.zip", "--trust", demo / "trust.json",
        "--media", demo / "frames", "--json",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert document(done)["pixels"] == {"checked": 40, "of": 40}
    swapped = tmp_path / "swapped"
    swapped.mkdir()
    frame = (demo / "frames" / "SQ010_0010.1003.png").read_bytes()
    (swapped / "a.png").write_bytes(frame[:-20] + b"\0" * 20)
    other = jangbu(
        "verify", demo / "bundle.zip", "--trust", demo / "trust.json",
        "--media", swapped, "--json",
    )  # fmt: skip
    assert other.returncode in {3, 5}
    assert document(other)["media"]["unmatched"] == 1


def test_fsck_finds_nothing_in_an_untouched_production(demo: Path) -> None:
    done = jangbu("fsck", demo / "production", "--json")
    assert done.returncode == 0, done.stderr
    assert document(done)["ok"] is True


def test_the_log_lists_kinds_in_the_order_of_admission(demo: Path) -> None:
    listed = document(jangbu("log", demo / "production", "--private", "--json"))
    kinds = [row["kind"] for row in listed["entries"]]
    assert kinds[:3] == ["genesis.1", "key.1", "delegation.1"]
    assert kinds[-1] == "version.1"
    assert kinds.count("frame.set.1") == kinds.count("seal.set.1") == 2
    run = next(row for row in listed["entries"] if row["kind"] == "run.1")
    assert run["private"] == ["/body/recipe"]


def test_one_field_is_disclosed_with_its_proof(demo: Path, tmp_path: Path) -> None:
    out = tmp_path / "name.json"
    done = jangbu("disclose", demo / "production", 4, "/body/name", "--out", out)
    assert done.returncode == 0, done.stderr
    assert "김하나" in out.read_text("utf-8")
    again = jangbu("disclose", demo / "production", 4, "/body/name", "--out", out)
    assert again.returncode == 6
    missing = jangbu(
        "disclose", demo / "production", 4, "/body/nothing", "--out", tmp_path / "x"
    )
    assert missing.returncode == 5
    assert not (tmp_path / "x").exists()


def test_a_renamed_element_supersedes_its_statement(tmp_path: Path) -> None:
    registry = tmp_path / "production.toml"
    registry.write_text(
        '[production]\ntitle = "t"\n[[party]]\ntype = "organisation"\nname = "s"\n'
        '[[element]]\nname = "creature"\n',
        "utf-8",
    )
    assert jangbu("init", tmp_path / "p", "--from", registry).returncode == 0
    inside = tmp_path / "p" / "production.toml"
    text = inside.read_text("utf-8")
    inside.write_text(text.replace("creature", "dragon"), "utf-8")
    done = jangbu("register", tmp_path / "p", "--json")
    assert document(done) == {"new": 1}
    assert document(jangbu("register", tmp_path / "p", "--json")) == {"new": 0}
    inside.write_text(text, "utf-8")  # back to the old name: a third statement
    assert document(jangbu("register", tmp_path / "p", "--json")) == {"new": 1}
    rows = document(jangbu("log", tmp_path / "p", "--json"))["entries"]
    states = [row["state"] for row in rows if row["kind"] == "element.1"]
    assert states == ["superseded", "superseded", "current"]


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["verify", "absent.zip"], 4),
        (["verify"], 2),
        (["fsck", "absent"], 4),
        (["init", "absent/x"], 2),
        (["demo", "--size", "9x9"], 2),
        (["run", "absent.toml", "-p", "absent"], 4),
        (["nonsense"], 2),
    ],
)
def test_wrong_calls_get_their_documented_exit_code(
    arguments: list[str], code: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    done = jangbu(*arguments)
    assert done.returncode == code, done.stderr
    assert "Traceback" not in done.stderr
    assert not list(tmp_path.iterdir())
