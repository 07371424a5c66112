"""Frames and the manifests beside them get their names together, whoever dies when.

Real OpenEXR files, sealed by c2pa; a child does the placing and dies before one step.
"""

import os
from dataclasses import dataclass
from pathlib import Path

import pytest

from ledger.encoding import canonical
from ledger.encoding.digest import sha256_hex
from ledger.encoding.models import validate
from ledger.parcel import Parcel
from ledger.ports import Submission
from ledger.records.frames import SealedLeaf
from pipeline.credentials.reader import read_credential
from pipeline.credentials.sealer import Sealed
from pipeline.errors import OutputInTheWayError
from pipeline.run.decided import Decided, DecidedFrame, awaited, decide, decided_in
from pipeline.run.decided import place_frames as place
from pipeline.run.output import OutputFolder, both_names
from pipeline.run.owner import Owner, sweep
from pipeline.run.sealed_file import sealed_leaf, write_sealed
from tests.fault.dying_run import DEAD, Bomb
from tests.integration.credentials.conftest import frame_credential
from tests.simulators import sealable_files
from tests.simulators.small_frames import chain_of
from tests.simulators.stated_log import StatedLog

FRAMES = range(1024, 1027)
CELL = 32


def name_of(frame: int) -> str:
    return f"SQ010_0040.{frame:04d}.exr"


@dataclass
class Placing:
    """A cell of sealed frames under temporary names, decided and not placed."""

    folder: OutputFolder
    decided: Decided
    seals: dict[int, Sealed]

    def check_whole(self) -> None:
        """Each frame stands under its name, valid with the manifest beside it."""
        for frame, sealed in self.seals.items():
            data, manifest = (
                (self.folder.root / name).read_bytes()
                for name in both_names(name_of(frame))
            )
            assert (data, manifest) == (sealed.data, sealed.manifest)
            state = read_credential(data, "image/x-exr", None, manifest).state
            assert state == "valid"
        expected = {name for frame in FRAMES for name in both_names(name_of(frame))}
        names = {path.name for path in self.folder.root.iterdir()}
        assert names == {*expected, ".jangbu"}

    def no_frame_without_manifest(self) -> None:
        for path in self.folder.root.glob("*.exr"):
            assert path.with_suffix(".c2pa").exists()


@pytest.fixture(scope="module")
def seals() -> dict[int, Sealed]:
    sealer = chain_of("sidecars").sealer
    credential = frame_credential()
    return {
        frame: sealer.seal(
            sealable_files.exr(width=96 + frame % 32), "image/x-exr", credential
        )
        for frame in FRAMES
    }


@pytest.fixture(scope="module")
def parcel() -> tuple[str, Parcel]:
    """Any signed statement; what it says is not looked at here."""
    log = StatedLog()
    stated = log.delegation
    sheet = next(one.sheet for one in log.log.stored if one.id == stated.id)
    submission = Submission(
        raw=stated.raw, blind=stated.blind, by_blind=stated.by_blind
    )
    return stated.id, Parcel(sheet=log.log.sheets[sheet], statements=(submission,))


def made(root: Path, seals: dict[int, Sealed], parcel: tuple[str, Parcel]) -> Placing:
    """What a process left that died right after it decided a cell."""
    folder = OutputFolder(root, name_of)
    folder.bind("jangbu.invalid/0123456789abcdef", "12" * 32, {})
    child = os.fork()
    if child == 0:
        owner = Owner(folder)
        leaves = []
        for frame, sealed in seals.items():
            write_sealed(owner.folder / name_of(frame), sealed)
            raw = canonical.encode(sealed_leaf(frame, sealed))
            leaves.append(validate(SealedLeaf, raw))
        decided = Decided(
            cell=CELL,
            owner=owner.token,
            set=parcel[0],
            frames=tuple(DecidedFrame.of(leaf) for leaf in leaves),
            parcel=parcel[1],
        )
        os._exit(0 if decide(folder, decided) else 1)
    assert os.waitpid(child, 0)[1] == 0
    found = decided_in(folder, CELL)
    assert found is not None
    return Placing(folder, found, seals)


@pytest.fixture
def placing(
    tmp_path: Path, seals: dict[int, Sealed], parcel: tuple[str, Parcel]
) -> Placing:
    return made(tmp_path / "out", seals, parcel)


def test_a_decided_cell_knows_both_digests_of_a_frame(placing: Placing) -> None:
    for one in placing.decided.frames:
        sealed = placing.seals[one.frame]
        assert one.digest == sha256_hex(sealed.data)
        assert one.sidecar == sha256_hex(sealed.manifest)
        manifest, frame = (name for name, _ in one.files(name_of(one.frame)))
        assert (manifest, frame) == tuple(reversed(both_names(name_of(one.frame))))


def test_a_sweep_keeps_both_files_of_a_frame_that_counts(placing: Placing) -> None:
    waiting = {name for frame in FRAMES for name in both_names(name_of(frame))}
    assert awaited(placing.folder) == {placing.decided.owner: waiting}
    sweep(placing.folder)
    work = placing.folder.work / placing.decided.owner
    assert {path.name for path in work.iterdir()} == waiting
    place(placing.folder, placing.decided)
    placing.check_whole()
    sweep(placing.folder)
    assert list(placing.folder.work.iterdir()) == []


def test_dying_before_any_step_of_placing_leaves_nothing_amiss(
    tmp_path: Path, seals: dict[int, Sealed], parcel: tuple[str, Parcel]
) -> None:
    step, dead = 0, True
    while dead:
        step += 1
        one = made(tmp_path / str(step), seals, parcel)
        child = os.fork()
        if child == 0:
            Bomb(step).plant()
            place(one.folder, one.decided)
            os._exit(0)
        dead = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == DEAD
        one.no_frame_without_manifest()
        # What a later run does with a cell that was decided.
        sweep(one.folder)
        one.no_frame_without_manifest()
        place(one.folder, one.decided)
        one.check_whole()
        sweep(one.folder)
        assert list(one.folder.work.iterdir()) == []
    # Link and unlink of two files for each frame, and the folder's fsync.
    assert step > 4 * len(FRAMES)


@pytest.mark.parametrize("suffix", [".exr", ".c2pa"])
def test_a_stranger_under_either_name_is_refused(placing: Placing, suffix: str) -> None:
    names = [name_of(frame) for frame in FRAMES]
    stranger = placing.folder.root / Path(names[1]).with_suffix(suffix).name
    stranger.write_bytes(b"mine")
    with pytest.raises(OutputInTheWayError):
        placing.folder.refuse_strangers(names)
    with pytest.raises(OutputInTheWayError):
        place(placing.folder, placing.decided)
    assert stranger.read_bytes() == b"mine"
    stranger.unlink()
    place(placing.folder, placing.decided)
    placing.check_whole()


@pytest.mark.parametrize("suffix", [".exr", ".c2pa"])
def test_a_lost_or_changed_file_is_reported_and_not_remade(
    placing: Placing, suffix: str
) -> None:
    place(placing.folder, placing.decided)
    path = placing.folder.root / Path(name_of(1025)).with_suffix(suffix).name
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(content)
    with pytest.raises(OutputInTheWayError):
        place(placing.folder, placing.decided)
    path.unlink()
    with pytest.raises(OutputInTheWayError):
        place(placing.folder, placing.decided)


def test_two_processes_that_place_the_same_cell_agree(placing: Placing) -> None:
    children = []
    for _ in range(4):
        child = os.fork()
        if child == 0:
            place(placing.folder, placing.decided)
            os._exit(0)
        children.append(child)
    assert [os.waitpid(child, 0)[1] for child in children] == [0] * 4
    placing.check_whole()


def test_a_frame_that_cannot_be_written_leaves_no_manifest(
    tmp_path: Path, seals: dict[int, Sealed]
) -> None:
    taken = tmp_path / name_of(1024)
    taken.write_bytes(b"mine")
    with pytest.raises(Exception, match="File exists"):
        write_sealed(taken, seals[1024])
    assert [path.name for path in tmp_path.iterdir()] == [taken.name]
