"""Our export by others' verifiers, and others' logs by ours.

`aics_tlog` and the Go checksum database were written by others, from the same pages of
C2SP. What one of them refuses of ours is wrong, and so is what we refuse of theirs.
"""

import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from ledger.evidence.tiled_log import check_tiled_log
from ledger.evidence.tiled_report import Fault
from ledger.evidence.verdict import State
from ledger.log.note import Verifier
from ledger.log.tiles import Tile, tiles_of
from tests.simulators.public_logs import PublicLog, files_in

aics: Any = pytest.importorskip("aics_tlog", reason="the other implementation")

SIZES = (1, 255, 256, 257, 1000, 70_001)
GO = Path("/usr/share/gocode/src/golang.org/x/mod/sumdb/tlog")
PROGRAM = Path(__file__).with_name("outside.go")


def accepts(folder: Path, log: PublicLog) -> bool:
    """Whether the other implementation finds everything right."""
    note = aics.parse_note((folder / "checkpoint").read_bytes())
    key = aics.parse_vkey(log.verifier.to_vkey())
    found = aics.verify_checkpoint(note, key, expected_origin=log.origin)
    if not found.ok:
        return False
    point = aics.parse_checkpoint(note.text)
    reader = aics.FileSystemTileReader(folder)
    try:
        aics.audit_tiles(reader, point.size, point.root)
    except (aics.TileMissingError, aics.TileVerificationError, ValueError):
        return False
    return True


# --- ours by theirs -----------------------------------------------------------------


@pytest.mark.parametrize("size", SIZES)
def test_the_other_implementation_accepts_our_export(size: int, tmp_path: Path) -> None:
    log = PublicLog(size)
    log.export(tmp_path)
    assert accepts(tmp_path, log)
    point = aics.parse_checkpoint(aics.parse_note(log.log.note).text)
    reader = aics.VerifiedTileReader(
        aics.FileSystemTileReader(tmp_path), point.size, point.root
    )
    for index in {0, size // 2, size - 1}:
        assert reader.entry(index) == log.log.raw_entries[index]
        proof = aics.inclusion_proof_from_tiles(reader, index, size)
        leaf = aics.leaf_hash(log.log.raw_entries[index])
        assert aics.verify_inclusion(leaf, index, size, proof, point.root)


def test_the_other_implementation_makes_an_offline_bundle_of_our_export(
    tmp_path: Path,
) -> None:
    log = PublicLog(700)
    log.export(tmp_path)
    reader = aics.FileSystemTileReader(tmp_path)
    bundle = aics.bundle_from_tiles(reader, 257, log.log.note)
    key = aics.parse_vkey(log.verifier.to_vkey())
    wire = bundle.to_json()
    assert aics.verify_bundle(wire, key, expected_origin=log.origin).ok
    stranger = aics.parse_vkey(
        Verifier(name=log.origin, public_key=b"\x07" * 32).to_vkey()
    )
    assert not aics.verify_bundle(wire, stranger, expected_origin=log.origin).ok


def test_the_other_implementation_finds_the_same_files_wrong(tmp_path: Path) -> None:
    log = PublicLog(600)
    log.export(tmp_path / "log")
    for name in (tile.path for tile in tiles_of(600)):
        folder = shutil.copytree(tmp_path / "log", tmp_path / "changed")
        raw = bytearray((folder / name).read_bytes())
        raw[-1] ^= 1
        (folder / name).write_bytes(raw)
        assert not accepts(folder, log), name
        report = check_tiled_log(folder, [log.verifier])
        assert [one.path for one in report.faults] == [name]
        shutil.rmtree(folder)


def test_it_goes_on_with_our_export_where_we_stopped(tmp_path: Path) -> None:
    log = PublicLog(300)
    log.export(tmp_path)
    writer = aics.IncrementalTileWriter(aics.DirectoryTileStore(tmp_path), 300)
    log.grow(400)
    writer.append(log.log.raw_entries[300:])
    (tmp_path / "checkpoint").write_bytes(log.log.note)
    assert check_tiled_log(tmp_path, [log.verifier]).state is State.VERIFIED
    log.grow(50).export(tmp_path)
    assert accepts(tmp_path, log)


# --- theirs by ours -----------------------------------------------------------------


def write_theirs(
    folder: Path, steps: list[int], *, origin: str = "log.example/2026"
) -> Verifier:
    """A log that the other implementation writes; the verifier of its key."""
    key = Ed25519PrivateKey.from_private_bytes(bytes(31) + b"\x02")
    store = aics.DirectoryTileStore(folder)
    writer = aics.IncrementalTileWriter(store)
    for step in steps:
        first = writer.size
        writer.append(b"%d" % at * (at % 3) for at in range(first, first + step))
        point = aics.Checkpoint(origin=origin, size=writer.size, root=writer.root())
        note = aics.sign_checkpoint(point, key, "log.example/2026")
        store.write_checkpoint(note.to_bytes())
    return Verifier.of("log.example/2026", key)


@pytest.mark.parametrize("steps", [[1], [256], [257, 3], [100, 200, 5000], [70_001]])
def test_we_accept_a_log_that_the_other_implementation_wrote(
    steps: list[int], tmp_path: Path
) -> None:
    verifier = write_theirs(tmp_path, steps)
    report = check_tiled_log(tmp_path, [verifier])
    assert (report.state, report.size) == (State.VERIFIED, sum(steps))
    assert report.entries == sum(steps)
    assert report.records is None


def test_we_find_in_their_log_what_was_changed(tmp_path: Path) -> None:
    verifier = write_theirs(tmp_path, [600])
    for name, raw in files_in(tmp_path / "tile").items():
        (tmp_path / "tile" / name).write_bytes(raw[:-1] + bytes([raw[-1] ^ 1]))
        report = check_tiled_log(tmp_path, [verifier])
        (one,) = report.faults
        assert one.path == f"tile/{name}"
        assert one.fault in (Fault.WRONG, Fault.MALFORMED)
        (tmp_path / "tile" / name).write_bytes(raw)


def test_we_read_their_checkpoint_with_several_signatures(tmp_path: Path) -> None:
    verifier = write_theirs(tmp_path, [5])
    path = tmp_path / "checkpoint"
    note = aics.parse_note(path.read_bytes())
    witness = Ed25519PrivateKey.from_private_bytes(bytes(31) + b"\x03")
    point = aics.parse_checkpoint(note.text)
    _, line = aics.sign_cosignature(
        witness, "witness.example", 1_700_000_000, point.origin, point.size, point.root
    )
    signed = aics.Note(text=note.text, signatures=[*note.signatures, line])
    path.write_bytes(signed.to_bytes())
    report = check_tiled_log(tmp_path, [verifier])
    assert (report.state, report.signers, report.unknown) == (
        State.VERIFIED,
        ("log.example/2026",),
        1,
    )


# --- the original -------------------------------------------------------------------


@pytest.fixture(scope="module")
def checker(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The Go program, built from the packages of the system."""
    go = shutil.which("go")
    if go is None or not GO.is_dir():
        pytest.skip("needs Debian's golang-go and golang-golang-x-mod-dev")
    folder = tmp_path_factory.mktemp("go")
    program = folder / "check"
    environment = {
        **os.environ,
        "GO111MODULE": "off",
        "GOPATH": "/usr/share/gocode",
        "GOCACHE": str(folder / "cache"),
        "CGO_ENABLED": "0",
    }
    subprocess.run(
        [go, "build", "-o", str(program), str(PROGRAM)], check=True, env=environment
    )
    return program


@pytest.mark.slow
def test_the_go_checksum_databases_own_code_accepts_our_export(
    checker: Path, tmp_path: Path
) -> None:
    for size in SIZES:
        folder = tmp_path / str(size)
        PublicLog(size).export(folder)
        done = judged(checker, folder)
        assert (done.returncode, done.stdout) == (0, f"{size}\n"), done.stderr
    for tile in (Tile(0, 0), Tile(0, 273, 113), Tile(1, 0), Tile(2, 0, 1)):
        folder = shutil.copytree(tmp_path / "70001", tmp_path / "changed")
        raw = bytearray((folder / tile.path).read_bytes())
        raw[5] ^= 1
        (folder / tile.path).write_bytes(raw)
        assert judged(checker, folder).returncode == 1
        shutil.rmtree(folder)


def judged(checker: Path, folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(checker), str(folder), PublicLog().verifier.to_vkey()],
        capture_output=True,
        text=True,
        check=False,
    )
