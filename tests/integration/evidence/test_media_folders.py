"""A folder of frames that are true ones, and not the ones that were asked for."""

import io

import numpy as np
import pytest
from PIL import Image

from ledger.cli.readers import FramePixels
from ledger.encoding import canonical
from ledger.evidence.bundle import Request
from ledger.evidence.trust import TrustFile
from ledger.evidence.verdict import OpenPoint, Reason
from ledger.evidence.verify import verify_bundle
from pipeline.errors import FrameShapeError
from pipeline.frames.arrays import Frame, as_frame
from pipeline.frames.writing import OutputFormat
from tests.simulators import small_studio
from tests.simulators.eyes import READERS
from tests.simulators.small_studio import FRAMES, OTHER_SHOT, SHOT, Shot, SmallStudio

Made = tuple[SmallStudio, Shot]

REPEATED, REPLACED = "media.repeated", "media.replaced"


@pytest.fixture(scope="module")
def bare(made: Made) -> bytes:
    return made[0].bundle(Request(frames="none")).to_bytes()


def conflict(what: str, count: int) -> OpenPoint:
    return OpenPoint(Reason.CONFLICT, what, count)


def lacking(count: int) -> OpenPoint:
    return OpenPoint(Reason.MISSING, "media.frames", count)


def test_copies_of_one_frame_are_not_a_shot(
    made: Made, bare: bytes, trust: TrustFile
) -> None:
    one = next(iter(made[0].files.values()))
    media = [(f"{frame}.png", one) for frame in range(1020, 1028)]
    verdict = verify_bundle(bare, trust, READERS, media)
    assert verdict.exit_code == 3
    assert verdict.open_points == (conflict(REPEATED, 7), lacking(7))
    assert (verdict.media.matched, verdict.media.missing) == (8, 7)


def test_a_frame_too_often_is_open_even_if_all_are_there(
    made: Made, bare: bytes, trust: TrustFile
) -> None:
    files = list(made[0].files.values())
    media = [(f"{place}.png", one) for place, one in enumerate([*files, files[0]])]
    verdict = verify_bundle(bare, trust, READERS, media)
    assert verdict.open_points == (conflict(REPEATED, 1),)


def test_frames_that_the_bundle_carries_are_not_missed_in_the_folder(
    made: Made, raw: bytes, trust: TrustFile
) -> None:
    first = next(iter(made[0].files.values()))
    verdict = verify_bundle(raw, trust, READERS, [("a.png", first)])
    assert (verdict.exit_code, verdict.open_points) == (0, ())


def test_a_folder_that_holds_nothing_leaves_the_answer_open(
    bare: bytes, trust: TrustFile
) -> None:
    verdict = verify_bundle(bare, trust, READERS, [])
    assert (verdict.exit_code, verdict.open_points) == (3, (lacking(8),))


def test_what_is_no_regular_file_is_unmatched(
    made: Made, bare: bytes, trust: TrustFile
) -> None:
    files = [(f"{place}", one) for place, one in enumerate(made[0].files.values())]
    verdict = verify_bundle(bare, trust, READERS, [*files, ("pipe", None)])
    unmatched = OpenPoint(Reason.MISSING, "media.unmatched", 1)
    assert verdict.open_points == (unmatched,)
    assert verdict.media.strangers == ("pipe",)


def test_frames_of_a_version_that_is_gone_do_not_stand_for_the_present_one() -> None:
    studio = SmallStudio()
    shot = studio.shoot()
    old = dict(studio.files)
    studio.shoot(OTHER_SHOT)
    studio.state(
        "version.1",
        {},
        by="pipeline",
        scope={"shot": SHOT, "range": FRAMES},
        act=("withdraw", shot.version.id),
    )
    media = [(f"{frame}.png", one) for (_, frame), one in old.items()]
    verdict = verify_bundle(
        studio.bundle(Request(frames="none")).to_bytes(), studio.trust(), READERS, media
    )
    assert verdict.exit_code == 3
    assert {conflict(REPLACED, 8), lacking(8)} <= set(verdict.open_points)
    assert (verdict.media.matched, verdict.media.missing) == (8, 8)


def test_a_file_that_was_sealed_twice_counts_for_the_seal_in_force() -> None:
    studio = SmallStudio()
    shot = studio.shoot()
    first = shot.seals[0]
    again = studio.state(
        "seal.set.1",
        {**studio.body_of(first), "cert": "cf" * 32},
        by="pipeline",
        scope=studio.scope_of(first),
        act=("supersede", first.id),
        prev=[shot.sets[0].id],
    )
    assert again.id != first.id
    media = [(f"{key}", one) for key, one in studio.files.items()]
    for (seal, frame), one in list(studio.files.items()):
        if seal == first.id:
            studio.files[again.id, frame] = one
    raw = studio.bundle(Request(frames="none")).to_bytes()
    verdict = verify_bundle(raw, studio.trust(), READERS, media)
    assert (verdict.exit_code, verdict.open_points) == (0, ())


# --- what the question was ------------------------------------------------------------


def test_a_verdict_says_what_the_bundle_is_about(
    made: Made, bare: bytes, trust: TrustFile
) -> None:
    verdict = verify_bundle(bare, trust, READERS)
    assert (verdict.shots, verdict.frames, verdict.outside) == ((), "none", 0)
    assert verdict.question == "about the whole log"
    partly = made[0].bundle(Request(shots=(SHOT,), frames="sample:3")).to_bytes()
    document = verify_bundle(partly, trust, READERS).to_json()
    assert (document["shots"], document["frames"]) == ([SHOT], "sample:3")
    assert SHOT.encode() in canonical.encode(document)


def test_entries_outside_of_the_question_are_counted() -> None:
    studio = SmallStudio()
    studio.shoot()
    before = studio.bundle(Request()).size
    studio.shoot(OTHER_SHOT)
    raw = studio.bundle(Request(shots=(OTHER_SHOT,))).to_bytes()
    verdict = verify_bundle(raw, studio.trust(), READERS)
    assert verdict.question == "about 1 shot"
    assert 0 < verdict.outside < before


# --- pictures with alpha --------------------------------------------------------------


def clear(frame: Frame, _output: OutputFormat) -> bytes:
    """The frame's colours, fully transparent."""
    alpha = np.zeros((*frame.shape[:2], 1), np.uint8)
    file = io.BytesIO()
    Image.fromarray(np.concatenate([frame, alpha], axis=2), "RGBA").save(file, "PNG")
    return file.getvalue()


def test_a_sealed_frame_with_alpha_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(small_studio, "encode_picture", clear)
    studio = SmallStudio()
    studio.shoot()
    raw = studio.bundle(Request(frames="all")).to_bytes()
    verdict = verify_bundle(raw, studio.trust(), READERS)
    assert verdict.exit_code == 5
    assert {one.step for one in verdict.failures} == {"files"}
    assert isinstance(verdict.failures[0].error, FrameShapeError)


def test_the_reader_of_pixels_takes_no_alpha() -> None:
    frame = as_frame(np.zeros((64, 64, 3), np.uint8))
    with pytest.raises(FrameShapeError, match="without alpha"):
        FramePixels().read(clear(frame, OutputFormat(kind="png")))
