"""The commands as a new user runs them, on the demonstration film made small."""

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest
from typer.testing import CliRunner

from ledger.cli.main import app
from tests.integration.conftest import FRAMES, SIZE, MadeDemo
from tests.simulators.command_line import JANGBU, document, jangbu

SHOTS = ["SQ010_0010", "SQ020_0010", "SQ030_0010", "SQ040_0010", "SQ040_0020"]
LEFT = {
    "film",
    "production",
    "frames",
    "bundle.zip",
    "trust.json",
    "film.otio",
    *(f"{name}.{kind}" for name in ("roll", "audit") for kind in ("pdf", "json")),
}


def called(*arguments: object) -> int:
    """The exit code of a command in this process."""
    return CliRunner().invoke(app, [*map(str, arguments)]).exit_code


def test_the_demo_leaves_what_it_says_and_nothing_temporary(demo: MadeDemo) -> None:
    assert {path.name for path in demo.root.iterdir()} == LEFT
    folders = sorted((demo.root / "frames").iterdir())
    assert [path.name for path in folders] == SHOTS
    for folder in folders:
        frames = sorted(path.name for path in folder.glob("*.png"))
        assert len(frames) == FRAMES
        assert frames[0] == f"{folder.name}.1001.png"
        assert not list((folder / ".jangbu" / "work").iterdir())
    for name in ("roll.pdf", "audit.pdf"):
        assert (demo.root / name).read_bytes().startswith(b"%PDF-")
    for name in ("roll.json", "audit.json", "film.otio"):
        assert json.loads((demo.root / name).read_text("utf-8"))


def test_what_the_demo_says_of_itself_is_what_it_made(demo: MadeDemo) -> None:
    told = demo.told
    assert (told["shots"], told["frames"]) == (5, 5 * FRAMES)
    lines = (demo.root / "film" / "records.jsonl").read_text("utf-8").splitlines()
    assert told["records"] == len(lines)
    verdict = told["verdict"]
    assert verdict["state"] == "verified"
    assert verdict["pixels"] == {"checked": 8, "of": 5 * FRAMES}
    states = [one["state"] for one in told["findings"]]
    assert {"supported", "not_supported", "open"} <= set(states)
    roll = json.loads((demo.root / "roll.json").read_text("utf-8"))
    assert told["roll"]["frames"] == roll["cut"]["frames"]
    lines_of_people = sum(len(one["lines"]) for one in roll["departments"])
    assert told["roll"]["lines"] == lines_of_people + len(roll["companies"])
    assert told["roll"]["models"] == len(roll["models"])


def test_the_demo_run_again_states_nothing_new(demo: MadeDemo, tmp_path: Path) -> None:
    root = tmp_path / "again"
    shutil.copytree(demo.root, root)
    before = document(jangbu("log", root / "production", "--json"))
    again = jangbu("demo", "--out", root, "--frames", FRAMES, "--size", SIZE)
    assert again.returncode == 0, again.stderr
    assert "New statements: 0." in again.stderr
    assert document(jangbu("log", root / "production", "--json")) == before
    for name in ("roll.json", "film.otio", "trust.json"):
        assert (root / name).read_bytes() == (demo.root / name).read_bytes()
    other = jangbu("demo", "--out", root, "--frames", FRAMES + 1)
    assert other.returncode == 2


def test_a_stranger_verifies_with_the_trust_file_and_not_without(
    demo: MadeDemo,
) -> None:
    bundle = demo.root / "bundle.zip"
    known = jangbu("verify", bundle, "--trust", demo.root / "trust.json")
    assert known.returncode == 0, known.stderr
    assert f"pixels checked: 8 of {5 * FRAMES}" in known.stderr
    unknown = jangbu("verify", bundle, "--json")
    assert unknown.returncode == 3
    assert document(unknown)["state"] == "origin_unknown"


def test_frames_beside_the_bundle_are_checked_too(
    demo: MadeDemo, tmp_path: Path
) -> None:
    bundle, trust = demo.root / "bundle.zip", demo.root / "trust.json"
    known = ("verify", bundle, "--trust", trust, "--json", "--media")
    done = jangbu(*known, demo.root / "frames")
    assert done.returncode == 0, done.stderr
    pixels = {"checked": 5 * FRAMES, "of": 5 * FRAMES}
    assert document(done)["pixels"] == pixels
    swapped = tmp_path / "swapped"
    swapped.mkdir()
    frame = demo.root / "frames" / SHOTS[0] / f"{SHOTS[0]}.1003.png"
    (swapped / "a.png").write_bytes(frame.read_bytes()[:-20] + b"\0" * 20)
    other = jangbu(*known, swapped)
    assert other.returncode in {3, 5}
    assert document(other)["media"]["unmatched"] == 1


def test_the_log_lists_kinds_in_the_order_of_admission(demo: MadeDemo) -> None:
    listed = document(jangbu("log", demo.production, "--private", "--json"))
    kinds = [row["kind"] for row in listed["entries"]]
    assert kinds[:3] == ["genesis.1", "key.1", "delegation.1"]
    assert kinds[-1] == "opinion.1"
    # Two cells of frames in each of five shots.
    assert kinds.count("frame.set.1") == kinds.count("seal.set.1") == 10
    assert kinds.count("version.1") == kinds.count("run.1") == 5
    assert kinds.count("generation.1") == 6
    assert kinds.count("engagement.1") == 8
    assert kinds.count("contribution.1") == 12
    run = next(row for row in listed["entries"] if row["kind"] == "run.1")
    assert run["private"] == ["/body/recipe"]


def test_one_field_is_disclosed_with_its_proof(demo: MadeDemo, tmp_path: Path) -> None:
    listed = document(jangbu("log", demo.production, "--private", "--json"))
    parties = [row for row in listed["entries"] if row["kind"] == "party.1"]
    index, out = parties[3]["index"], tmp_path / "name.json"
    done = jangbu("disclose", demo.production, index, "/body/name", "--out", out)
    assert done.returncode == 0, done.stderr
    assert "한가람(가공)" in out.read_text("utf-8")
    disclose = ("disclose", demo.production, index)
    assert called(*disclose, "/body/name", "--out", out) == 6
    assert called(*disclose, "/body/nothing", "--out", tmp_path / "x") == 5
    assert not (tmp_path / "x").exists()


def test_the_next_commands_that_the_demo_names_can_be_called(demo: MadeDemo) -> None:
    asked = jangbu("ask", "authorship", demo.production, "--json")
    assert asked.returncode == 1
    assert document(asked)["findings"] == demo.told["findings"]
    last = ("--shot", SHOTS[-1], "--floor", "independent")
    assert called("ask", "authorship", demo.production, *last) == 3
    assert called("ask", "chain-of-title", demo.production) == 1
    assert called("fsck", demo.production) == 0


@pytest.mark.parametrize("source", ["pipe", "/dev/zero", "huge"])
def test_a_registry_that_is_no_small_file_is_refused_at_once(
    tmp_path: Path, source: str
) -> None:
    os.mkfifo(tmp_path / "pipe")
    with (tmp_path / "huge").open("wb") as file:
        file.truncate((4 << 20) + 1)
    assert called("init", tmp_path / "p", "--from", tmp_path / source) == 4
    assert not (tmp_path / "p").exists()


@pytest.mark.parametrize("source", ["pipe", "/dev/zero", "words"])
def test_a_font_that_is_none_is_refused_at_once(
    demo: MadeDemo, tmp_path: Path, source: str
) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "words").write_text("no font", "utf-8")
    cut, out = demo.root / "film.otio", tmp_path / "r.pdf"
    font = tmp_path / source
    words = ("roll", demo.production, "--cut", cut, "--out", out, "--font", font)
    assert called(*words) == 4
    assert {path.name for path in tmp_path.iterdir()} == {"pipe", "words"}


def test_a_read_only_production_is_read_and_not_written(
    demo: MadeDemo, tmp_path: Path
) -> None:
    production = Path(shutil.copytree(demo.production, tmp_path / "p % ?"))
    out = tmp_path / "r.pdf"
    head = read_only(production)
    for words in (
        ("ask", "authorship", production),
        ("log", production),
        ("fsck", production),
        ("report", "authorship", production, "--out", out),
    ):
        command = [*head, str(JANGBU), *map(str, words)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        # What it says of the film is another matter.
        assert done.returncode in {0, 1, 3}, done.stderr
    registry = production / "production.toml"
    text = registry.read_text("utf-8")
    registry.write_text(text.replace('code = "SQ010_0010"', 'code = "S1"'), "utf-8")
    stating = [*head, str(JANGBU), "register", str(production)]
    assert subprocess.run(stating, capture_output=True, check=False).returncode == 7


def read_only(folder: Path) -> list[str]:
    """What makes a folder read-only to the command that follows."""
    if os.geteuid():
        folder.chmod(0o500)
        return []
    # For root only a mount is read-only; it ends with its namespace.
    script = 'mount --bind "$0" "$0" && mount -o remount,ro,bind "$0" && exec "$@"'
    head = ["unshare", "-m", "sh", "-c", script, str(folder)]
    if subprocess.run([*head, "true"], check=False).returncode:
        pytest.skip("no right to mount")
    return head


def test_a_renamed_element_supersedes_its_statement(tmp_path: Path) -> None:
    registry = tmp_path / "production.toml"
    registry.write_text(
        '[production]\ntitle = "t"\n[[party]]\ntype = "organisation"\nname = "s"\n'
        '[[element]]\nname = "creature"\n',
        "utf-8",
    )
    assert called("init", tmp_path / "p", "--from", registry) == 0
    inside = tmp_path / "p" / "production.toml"
    text = inside.read_text("utf-8")
    inside.write_text(text.replace("creature", "dragon"), "utf-8")
    done = jangbu("register", tmp_path / "p", "--json")
    assert document(done) == {"new": 1}
    assert document(jangbu("register", tmp_path / "p", "--json")) == {"new": 0}
    inside.write_text(text, "utf-8")  # back to the old name: a third statement
    assert called("register", tmp_path / "p") == 0
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
        (["demo", "--from", "absent"], 4),
        (["demo", "--from", "absent", "--frames", "3"], 2),
        (["run", "absent.toml", "-p", "absent"], 4),
        (["record", "absent.jsonl", "-p", "absent"], 4),
        (["ask", "authorship", "absent"], 4),
        (["ask", "anything", "absent"], 2),
        (["roll", "absent", "--cut", "absent.otio", "--out", "roll.pdf"], 4),
        (["report", "authorship", "absent", "--out", "audit.pdf"], 4),
        (["nonsense"], 2),
    ],
)
def test_wrong_calls_get_their_documented_exit_code(
    arguments: list[str], code: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    done = CliRunner().invoke(app, arguments)
    assert done.exit_code == code, done.output
    assert "Traceback" not in done.output
    assert not list(tmp_path.iterdir())
