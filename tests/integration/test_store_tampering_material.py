"""Blobs, leaves and vault values that are no longer what the log commits to."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from ledger.encoding.commitment import Opening, Place, commit
from ledger.encoding.statement import Composed, KeptValue, Secret
from ledger.errors import MissingEvidenceError
from ledger.evidence.fsck.check import fsck
from ledger.log.leaves import LeafBlob, encode_leaves
from ledger.ports import OpeningReader
from ledger.records.frames import (
    Bounds,
    Coverage,
    MeasuredLeaf,
    SealedLeaf,
)
from ledger.records.identity import as_digest, as_token
from ledger.records.making import AssetLeaf
from ledger.records.statement import Leaves, Private
from ledger.records.time import FrameRange, Rate
from tests.simulators.ledger_studio import PERSON, LedgerStudio

TILES = bytes(range(64))
SCOPE = {"shot": "50" * 16, "range": FrameRange.between(0, 2, Rate(24, 1))}


@dataclass
class OtherOpenings:
    """A vault in which somebody changed something; implements `OpeningReader`."""

    vault: OpeningReader
    change: Callable[[Opening], Opening] = lambda opening: opening
    blind: bytes | None = None
    lost: bool = False

    def blinds(self, statement_id: str) -> tuple[bytes, bytes]:
        if self.lost:
            raise MissingEvidenceError("blinds", met="none", advice="None.")
        blind, by_blind = self.vault.blinds(statement_id)
        return self.blind or blind, by_blind

    def open(self, statement_id: str, path: str) -> Opening:
        return self.change(self.vault.open(statement_id, path))


def measured(frame: int) -> MeasuredLeaf:
    return MeasuredLeaf(
        frame=frame,
        pixels=as_digest("11" * 32),
        decoder=as_token("simplejpeg@1.9.0+rgb"),
        inputs=(),
        coverage=Coverage(layers=(), unattributed=Bounds(lower=32768, upper=32768)),
        tiles=as_digest("22" * 32),
        iscc="ISCC:EEA4GQZQTY6J5DTH",
        profile=as_token("iscc/1"),
    )


def sealed(frame: int) -> SealedLeaf:
    digest = as_digest("33" * 32)
    return SealedLeaf(frame=frame, file=digest, part=0, index=0, manifest=digest)


@dataclass
class Cell:
    """A cell that was stated: entries 5 (asset), 6 (run), 7 and 8 (its sets)."""

    studio: LedgerStudio
    asset: Composed
    measured: Leaves
    sealed: Leaves
    tiles: str

    def path(self, digest: str) -> Path:
        return self.studio.root / "blobs" / digest[:2] / digest


@pytest.fixture
def cell(ledger_studio: LedgerStudio) -> Cell:
    asset = ledger_studio.asset(1)
    frames, seals = keep_leaves(ledger_studio)
    tiles = ledger_studio.blobs.put(TILES)
    run = run_of(ledger_studio, asset)
    sets = ledger_studio.compose(
        "frame.set.1",
        {
            "run": run.id,
            "cell": 0,
            "measured": frames.stated,
            "tiles": {"length": len(TILES), "blob": tiles},
        },
        key="f5" * 16,
        scope=SCOPE,
    )
    seal = ledger_studio.compose(
        "seal.set.1",
        {
            "set": sets.id,
            "audience": "public",
            "cert": "ce" * 32,
            "sealed": seals.stated,
        },
        key="5e" * 16,
        scope=SCOPE,
    )
    ledger_studio.state(asset, run, sets, seal)
    report = ledger_studio.check()
    assert report.ok
    assert (report.checked["blobs"], report.checked["leaves"]) == (4, 5)
    return Cell(ledger_studio, asset, frames.stated, seals.stated, tiles)


def keep_leaves(studio: LedgerStudio) -> tuple[LeafBlob, LeafBlob]:
    frames = encode_leaves([measured(0), measured(1)])
    seals = encode_leaves([sealed(0), sealed(1)])
    for blob in (frames, seals):
        studio.blobs.put(blob.raw)
    return frames, seals


@pytest.mark.parametrize(
    ("which", "index"), [("measured", 7), ("tiles", 7), ("sealed", 8)]
)
def test_a_missing_or_altered_blob_is_named(cell: Cell, which: str, index: int) -> None:
    stated = getattr(cell, which)
    path = cell.path(stated if isinstance(stated, str) else stated.blob)
    raw = path.read_bytes()
    path.write_bytes(raw[:-2] + b"0" + raw[-1:])
    assert cell.studio.found_by_fsck() == {("blob.altered", index)}
    path.unlink()
    assert cell.studio.found_by_fsck() == {("blob.missing", index)}
    cell.studio.blobs.put(raw)
    assert cell.studio.check().ok


def run_of(studio: LedgerStudio, asset: Composed) -> Composed:
    layer = {
        "element": "e1" * 16,
        "asset": asset.id,
        "source_type": "digitalCapture",
        "alpha": "opaque",
    }
    body = {
        "view": "screen",
        "picture": "picture/1",
        "measure": "measure/1",
        "width": 1,
        "height": 1,
        "layers": [layer],
        "tools": [{"name": "numpy", "version": "2.4.6"}],
        "tables": {},
        "encoder": {"type": "image/png", "options": []},
        "audience": "public",
        "recipe": Secret("a recipe"),
    }
    return studio.compose("run.1", body, key="70" * 16, scope=SCOPE)


def test_leaves_that_are_not_the_stated_ones_are_refused_and_named(
    ledger_studio: LedgerStudio, monkeypatch: pytest.MonkeyPatch
) -> None:
    frames, _ = keep_leaves(ledger_studio)
    other = frames.stated.model_copy(update={"root": as_digest("00" * 32)})
    asset = ledger_studio.asset(1)
    tiles = ledger_studio.blobs.put(TILES)
    run = run_of(ledger_studio, asset)
    sets = ledger_studio.compose(
        "frame.set.1",
        {
            "run": run.id,
            "cell": 0,
            "measured": other,
            "tiles": {"length": 1, "blob": tiles},
        },
        key="f5" * 16,
        scope=SCOPE,
    )
    ledger_studio.state(asset, run)
    assert ledger_studio.refusal(sets) == "record.blob"
    # The log of an admission that did not look into blobs.
    monkeypatch.setattr(
        "ledger.store.sequencing.check_blobs", lambda _body, _blobs: None
    )
    ledger_studio.state(sets)
    assert ledger_studio.found_by_fsck() == {
        ("leaves.altered", 7),
        ("blob.altered", 7),
    }


def test_a_value_that_does_not_fit_its_commitment_is_named(
    grown: LedgerStudio,
) -> None:
    other = OtherOpenings(grown.vault, lambda one: replace(one, value="a house"))
    report = fsck(replace(grown.holdings(), openings=other))
    found = {(one.code.value, one.index) for one in report.findings}
    # Two delegations hold a party, the genesis a title, the elements a name.
    assert found == {("opening.altered", index) for index in (0, 2, 4, 5, 6, 7, 8)}


def test_what_a_file_declares_is_opened_by_its_leaf(
    ledger_studio: LedgerStudio,
) -> None:
    key = "a5" * 16
    place = Place(log=ledger_studio.origin, kind="asset.1", key=key)
    opening = Opening(path="/files/7/declared", value="a lens", blind=bytes(32))
    leaf = AssetLeaf(
        index=7,
        file=as_digest("44" * 32),
        size=1,
        type=as_token("image/png"),
        width=1,
        height=1,
        declared=Private.model_validate({"#": commit(opening, place)}),
    )
    blob = encode_leaves([leaf])
    ledger_studio.blobs.put(blob.raw)
    asset = ledger_studio.compose("asset.1", {"files": blob.stated}, key=key)
    ledger_studio.state(asset)
    assert ledger_studio.found_by_fsck() == {("opening.missing", 5)}
    kept = KeptValue(opening=opening, key_ref="studio")
    ledger_studio.vault.keep_values(asset.id, [kept])
    report = ledger_studio.check()
    assert report.ok
    assert report.checked["values"] == 4


def test_blinds_that_open_another_id_are_named(grown: LedgerStudio) -> None:
    other = OtherOpenings(grown.vault, blind=bytes(32))
    report = fsck(replace(grown.holdings(), openings=other))
    assert {one.code.value for one in report.findings} == {"statement.altered"}
    assert len(report.findings) == 9


def test_blinds_and_values_that_the_vault_never_had_are_named(
    grown: LedgerStudio,
) -> None:
    other = OtherOpenings(grown.vault, lost=True)
    report = fsck(replace(grown.holdings(), openings=other))
    assert {one.code.value for one in report.findings} == {"opening.missing"}
    outside = grown.composed(
        "element.1",
        {"name": Secret("괴물")},
        key="77" * 16,
        scope={"element": "77" * 16},
    )
    grown.state(outside)
    assert grown.found_by_fsck() == {("opening.missing", 9)}


def test_what_was_erased_is_counted_and_is_no_damage(
    ledger_studio: LedgerStudio,
) -> None:
    person = f"person/{PERSON}"
    ledger_studio.state(ledger_studio.element(1), ledger_studio.element(2))
    body = {"type": "person", "party": Secret(PERSON), "name": Secret("김하늘")}
    ledger_studio.state(
        ledger_studio.compose("party.1", body, key=PERSON, blinded_by=person)
    )
    gone = ledger_studio.vault.erase_person(PERSON, ledger_studio.destroyed.add)
    said = {"basis": "pipa-36", "count": gone.count, "holds": gone.holds}
    ledger_studio.state(ledger_studio.compose("erasure.1", said, key="e5" * 16))
    report = ledger_studio.check()
    assert report.ok
    assert report.checked["statements.erased"] == 1
    assert report.checked["values.erased"] == 2
    assert report.checked["statements.opened"] == 8
