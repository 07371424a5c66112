"""What was destroyed on purpose is told from what is missing, and never verified."""

import pytest

from ledger.encoding.digest import sha256_hex
from ledger.encoding.statement import Composed
from ledger.errors import MissingEvidenceError
from ledger.evidence import form
from ledger.evidence.bundle import Request
from ledger.evidence.single.checking import Asked, check_bundle
from ledger.evidence.single.outside import read_trust
from ledger.evidence.steps.media import Readers
from ledger.evidence.verdict import State, Verdict
from ledger.evidence.verify import verify_bundle
from tests.simulators.repacking import contents
from tests.simulators.small_studio import Shot, SmallStudio


@pytest.fixture
def studio() -> SmallStudio:
    return SmallStudio()


@pytest.fixture
def shot(studio: SmallStudio) -> Shot:
    return studio.shoot()


def blob_of(studio: SmallStudio, composed: Composed, name: str) -> str:
    return str(studio.body_of(composed)[name]["blob"])


def dispose(studio: SmallStudio, *digests: str) -> Composed:
    body = {"purged": sorted(digests), "basis": "retention-ended"}
    disposition = studio.state("disposition.1", body, by="studio")
    for digest in digests:
        studio.shelf.blobs.pop(digest, None)
    return disposition


def judged(studio: SmallStudio, frames: str = "none") -> tuple[Verdict, set[str]]:
    """The verdict and its open points; the verifier of one file must agree."""
    raw = studio.bundle(Request(frames=frames)).to_bytes()
    verdict = verify_bundle(raw, studio.trust(), Readers())
    alone = check_bundle(raw, Asked(trust=read_trust(studio.trust().to_bytes())))
    assert alone.state == verdict.state.value, (alone.failures, verdict.failures)
    return verdict, {
        f"{one.reason.value} {one.what} {one.count}" for one in verdict.open_points
    }


@pytest.mark.parametrize(
    ("made", "name", "point"),
    [
        ("asset", "files", "erased asset.blobs 1"),
        ("sets", "measured", "erased frame.set.blobs 1"),
        # Both cells have the same table, which is one blob.
        ("sets", "tiles", "erased frame.set.blobs 2"),
        ("seals", "sealed", "erased seal.set.blobs 1"),
    ],
)
def test_a_blob_that_was_disposed_of_leaves_the_answer_open(
    studio: SmallStudio, shot: Shot, made: str, name: str, point: str
) -> None:
    found = getattr(shot, made)
    composed = found[0] if isinstance(found, tuple) else found
    gone = blob_of(studio, composed, name)
    dispose(studio, gone)
    verdict, points = judged(studio)
    assert verdict.state is State.OPEN, verdict.failures
    assert point in points
    raw = studio.bundle(Request()).to_bytes()
    assert form.blob_name(gone) not in contents(raw)


def test_frames_whose_measures_are_destroyed_count_as_no_frames_of_a_version(
    studio: SmallStudio, shot: Shot
) -> None:
    def in_versions() -> int:
        verdict, _ = judged(studio)
        counts = {one.step: one.count for one in verdict.checks}
        return counts.get("frames.in_versions", 0)

    whole = in_versions()
    dispose(studio, blob_of(studio, shot.sets[0], "measured"))
    assert 0 < in_versions() < whole


def test_the_file_of_a_frame_that_was_disposed_of_is_left_out_and_open(
    studio: SmallStudio, shot: Shot
) -> None:
    seal = shot.seals[0].id
    frame = min(number for one, number in studio.files if one == seal)
    dispose(studio, sha256_hex(studio.files[seal, frame]))
    del studio.files[seal, frame]
    verdict, points = judged(studio, frames="all")
    assert verdict.state is State.OPEN, verdict.failures
    assert "erased media.frames 1" in points


def test_a_blob_that_nobody_disposed_of_stops_the_bundle(
    studio: SmallStudio, shot: Shot
) -> None:
    studio.shelf.blobs.pop(blob_of(studio, shot.asset, "files"))
    with pytest.raises(MissingEvidenceError):
        studio.bundle(Request())


def test_a_disposition_that_is_withdrawn_excuses_nothing(
    studio: SmallStudio, shot: Shot
) -> None:
    gone = blob_of(studio, shot.asset, "files")
    kept = studio.shelf.read(gone)
    disposition = dispose(studio, gone)
    studio.state("disposition.1", {}, by="studio", act=("withdraw", disposition.id))
    with pytest.raises(MissingEvidenceError):
        studio.bundle(Request())
    studio.shelf.put(kept)
    assert judged(studio)[0].state is State.VERIFIED


def test_a_blob_that_came_back_stays_out_of_the_bundle(
    studio: SmallStudio, shot: Shot
) -> None:
    gone = blob_of(studio, shot.asset, "files")
    kept = studio.shelf.read(gone)
    dispose(studio, gone)
    studio.shelf.put(kept)
    verdict, points = judged(studio)
    assert "erased asset.blobs 1" in points
    assert verdict.state is State.OPEN
