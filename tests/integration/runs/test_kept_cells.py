"""Retouched frames in the middle of a version: the other cells stay as they are."""

import hashlib
from pathlib import Path

import pytest
from PIL import Image

from tests.integration.runs.conftest import FRAMES
from tests.simulators.logged_shot import frames_in, leaves, of_kind, pixels, waiting
from tests.simulators.shot_folder import Done, ShotFolder


def _retouch(shot: ShotFolder, frame: int) -> None:
    path = shot.root / "plate" / f"p.{frame:04d}.png"
    picture = Image.open(path).convert("RGB")
    picture.putpixel((1, 1), (250, 10, 10))  # on the screen
    picture.save(path)


def _run(shot: ShotFolder, name: str, *words: str) -> Done:
    done = shot.run(shot.production, "--out", shot.root / name, *words)
    assert done.code == 0, done.err
    return done


def _sets(done: Done) -> dict[int, str]:
    return {row["cell"]: row["frame_set"] for row in done.json["cells"]}


def _kept(done: Done) -> list[int]:
    return [row["cell"] for row in done.json["cells"] if row.get("kept")]


def _listed(production: Path, version: str) -> dict[int, str]:
    (found,) = [one for one in of_kind(production, "version.1") if one.id == version]
    return {row["cell"]: row["set"] for row in found.body["body"]["cells"]}


def test_a_new_version_lists_the_unchanged_cells_of_the_one_in_force(
    versioned: ShotFolder,
) -> None:
    (first,) = of_kind(versioned.production, "version.1")
    before = _listed(versioned.production, first.id)
    _retouch(versioned, 1030)
    done = _run(versioned, "v2")
    assert _kept(done) == [31, 33]
    now = _listed(versioned.production, done.json["version"])
    assert now == _sets(done)
    assert {cell for cell in now if now[cell] == before[cell]} == {31, 33}
    # Only the changed cell was measured and sealed anew.
    assert len(of_kind(versioned.production, "frame.set.1")) == 4
    assert len(of_kind(versioned.production, "seal.set.1")) == 4
    assert waiting(versioned.production) == []


def test_the_folder_holds_the_whole_shot_with_the_seals_of_both_runs(
    versioned: ShotFolder,
) -> None:
    _retouch(versioned, 1030)
    done = _run(versioned, "v2")
    out = versioned.root / "v2"
    files = {path.name: path for path in frames_in(out)}
    assert list(files) == [f"SQ010_0040.{frame:04d}.png" for frame in FRAMES]
    sets = set(_sets(done).values())
    for one in of_kind(versioned.production, "frame.set.1"):
        if one.id in sets:
            for leaf in leaves(versioned.production, one.body["body"]["measured"]):
                path = files[f"SQ010_0040.{leaf['frame']:04d}.png"]
                assert pixels(path) == leaf["pixels"]
    seals = of_kind(versioned.production, "seal.set.1")
    stated = {
        row["file"]
        for one in seals
        if one.body["body"]["set"] in sets
        for row in leaves(versioned.production, one.body["body"]["sealed"])
    }
    found = {hashlib.sha256(path.read_bytes()).hexdigest() for path in files.values()}
    assert found == stated


def test_the_same_retouch_again_states_nothing(versioned: ShotFolder) -> None:
    _retouch(versioned, 1030)
    first = _run(versioned, "v2")
    count = len(of_kind(versioned.production, "run.1"))
    again = _run(versioned, "v2")
    assert again.json == first.json
    elsewhere = _run(versioned, "v2-elsewhere")
    assert elsewhere.json["version"] == first.json["version"]
    assert len(of_kind(versioned.production, "run.1")) == count
    assert len(of_kind(versioned.production, "version.1")) == 2


def test_a_version_of_two_runs_verifies_and_nothing_is_amiss(
    versioned: ShotFolder,
) -> None:
    _retouch(versioned, 1030)
    _run(versioned, "v2")
    production, bundle = versioned.production, versioned.root / "shot.jangbu"
    made = versioned.command("bundle", production, "--out", bundle, "--frames", "all")
    assert made.code == 0, made.err
    trust = production / "trust.json"
    verified = versioned.command("verify", bundle, "--trust", trust, "--json")
    assert verified.code == 0, verified.err
    fsck = versioned.command("fsck", production, "--json")
    assert fsck.code == 0, fsck.err


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("low = 2000", "low = 2001"),
        ('format = "png"', 'format = "jpeg"'),
        ('source_type = "composite"', 'source_type = "digitalCapture"'),
    ],
)
def test_another_recipe_keeps_no_cell(
    versioned: ShotFolder, old: str, new: str
) -> None:
    versioned.edit_recipe(old, new)
    assert _kept(_run(versioned, "v2")) == []


def test_files_under_other_names_are_the_same_inputs(versioned: ShotFolder) -> None:
    (versioned.root / "plate").rename(versioned.root / "scans")
    versioned.edit_recipe("plate/p.", "scans/p.")
    (first,) = of_kind(versioned.production, "version.1")
    done = _run(versioned, "v2")
    assert _kept(done) == [31, 32, 33]
    # Nothing changed: the version in force stays in force.
    assert done.json["version"] == first.id


def test_a_longer_shot_keeps_whole_cells_and_makes_the_last_anew(
    versioned: ShotFolder,
) -> None:
    for folder, name in (("plate", "p.{}.png"), ("bg", "b.{}.jpg")):
        last = versioned.root / folder / name.format(1059)
        (versioned.root / folder / name.format(1060)).write_bytes(last.read_bytes())
    versioned.edit_recipe("1020-1059", "1020-1060")
    assert _kept(_run(versioned, "v2")) == [31, 32]


def test_who_wants_every_cell_anew_gets_it(versioned: ShotFolder) -> None:
    _retouch(versioned, 1030)
    done = _run(versioned, "v2", "--anew")
    assert _kept(done) == []
    assert len(of_kind(versioned.production, "frame.set.1")) == 6


def test_without_the_old_files_the_version_stands_and_the_gap_is_said(
    shot: ShotFolder,
) -> None:
    _run(shot, "v1")
    for path in frames_in(shot.root / "v1"):
        path.unlink()
    _retouch(shot, 1030)
    done = _run(shot, "v2")
    assert _kept(done) == [31, 33]
    assert "8 frames of them lie elsewhere" in done.err
    assert len(frames_in(shot.root / "v2")) == 32


def test_a_foreign_file_in_a_kept_cell_is_left_alone(versioned: ShotFolder) -> None:
    _retouch(versioned, 1030)
    out = versioned.root / "v2"
    out.mkdir()
    stranger = out / "SQ010_0040.1021.png"
    stranger.write_bytes(b"mine")
    done = versioned.run(versioned.production, "--out", out)
    assert (done.code, done.json["error"]["code"]) == (6, "run.output"), done.err
    assert stranger.read_bytes() == b"mine"


def test_a_comparison_names_frames_evidence_and_shared_cells(
    versioned: ShotFolder,
) -> None:
    _retouch(versioned, 1030)
    done = _run(versioned, "v2")
    (first, second) = of_kind(versioned.production, "version.1")
    compared = versioned.command(
        *("run", "diff", "SQ010_0040@1", second.id[:12]),
        *("-p", versioned.production, "--json"),
    )
    assert compared.code == 0, compared.err
    found = compared.json
    assert (found["old"]["version"], found["new"]["ordinal"]) == (first.id, 2)
    assert found["cells"]["shared"] == [31, 33]
    (replaced,) = found["cells"]["replaced"]
    assert replaced["cell"] == 32
    assert replaced["new"] == _sets(done)[32]
    (changed,) = found["changed"]
    assert (changed["frame"], changed["pixels"], changed["inputs"]) == (1030, True, [1])
    # One pixel of the screen is an actor's now, to whatever the other layer loses.
    rows = changed["coverage"]
    gains = [row["new"]["lower"] - row["old"]["lower"] for row in rows]
    assert len(gains) == 2
    assert sum(gains) == 0
    assert max(gains) > 0
    assert (found["added"], found["removed"]) == ([], [])
    assert "actor" in compared.err
    assert "actor" not in compared.out


@pytest.mark.parametrize("name", ["SQ010_0040@9", "SQ999@1", "abc", "zzzz"])
def test_a_version_that_is_not_there_is_said(versioned: ShotFolder, name: str) -> None:
    done = versioned.command(
        "run", "diff", name, "SQ010_0040@1", "-p", versioned.production, "--json"
    )
    assert (done.code, done.json["error"]["code"]) == (4, "record.unknown_name")
