"""A delivered picture gets the strongest answer that holds, and no stronger one."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.errors import MalformedRecordError
from ledger.history.coverage import Coverage, Delivered, Known, Match, Place
from ledger.records.editing import CutLeaf
from ledger.records.frames import MeasuredLeaf

SHOT = "50" * 16
PROFILE = "iscc-image-v0/256+trim16+h1"


def code(bits: int) -> str:
    raw = b"\x21\x07" + bits.to_bytes(32, "big")
    return "ISCC:" + base64.b32encode(raw).decode().rstrip("=")


def measured(frame: int) -> MeasuredLeaf:
    nothing = {"lower": 0, "upper": 0}
    return MeasuredLeaf.model_validate(
        {
            "frame": frame,
            "pixels": f"{frame:064x}",
            "decoder": "pillow@13.0.0+rgb",
            "inputs": (),
            "coverage": {"layers": (), "unattributed": nothing},
            "tiles": "0" * 64,
            "iscc": code(frame << 64),
            "profile": PROFILE,
        }
    )


def place(frame: int) -> Place:
    return SHOT, "screen", frame


def leaf(record: int, *frames: int) -> CutLeaf:
    sources = tuple(
        {"shot": SHOT, "view": "screen", "frame": frame, "track": track}
        for track, frame in enumerate(frames)
    )
    return CutLeaf.model_validate({"frame": record, "sources": sources})


KNOWN = {
    place(frame): Known(measured=measured(frame), files=frozenset({f"f{frame}"}))
    for frame in (1001, 1002)
}


def answer(cut: CutLeaf, given: Delivered | None, distance: int = 20) -> Match:
    pictures = {} if given is None else {cut.frame: given}
    (found,) = Coverage(KNOWN, distance).of([cut], pictures)
    assert found.frame == cut.frame
    return found.match


def test_the_sealed_file_is_known_without_being_decoded() -> None:
    assert answer(leaf(0, 1001), Delivered(file="f1001")) is Match.FILE


def test_another_file_with_the_same_pixels_is_the_same_picture() -> None:
    given = Delivered(file="other", pixels=measured(1001).pixels)
    assert answer(leaf(0, 1001), given) is Match.PIXELS


@pytest.mark.parametrize(("apart", "match"), [(20, "fingerprint"), (21, "unmatched")])
def test_a_fingerprint_counts_within_the_distance_only(apart: int, match: str) -> None:
    near = Delivered(
        file="x",
        pixels="9" * 64,
        iscc=code((1001 << 64) ^ ((1 << apart) - 1)),
        profile=PROFILE,
    )
    assert answer(leaf(0, 1001), near).value == match


def test_fingerprints_of_other_profiles_are_not_compared() -> None:
    given = Delivered(file="x", iscc=measured(1001).iscc, profile="iscc-image-v0/64")
    assert answer(leaf(0, 1001), given) is Match.UNMATCHED


def test_a_frame_in_another_ones_place_is_found_out_however_alike_they_look() -> None:
    swapped = Delivered(
        file="f1002",
        pixels=measured(1002).pixels,
        iscc=measured(1001).iscc,
        profile=PROFILE,
    )
    assert answer(leaf(0, 1001), swapped) is Match.ELSEWHERE


def test_a_dissolve_is_never_matched_with_one_of_its_pictures_alone() -> None:
    assert answer(leaf(0, 1001, 1002), Delivered(file="f1001")) is Match.SEVERAL


def test_black_needs_no_picture_and_a_shown_frame_does() -> None:
    assert answer(leaf(0), None) is Match.BLACK
    assert answer(leaf(0, 1001), None) is Match.ABSENT


def test_a_frame_that_the_log_does_not_have_is_unmatched() -> None:
    given = Delivered(file="x", iscc=code(7 << 64), profile=PROFILE)
    assert answer(leaf(0, 7), given, distance=256) is Match.UNMATCHED


@pytest.mark.parametrize("distance", [-1, 257])
def test_a_distance_that_says_nothing_is_refused(distance: int) -> None:
    with pytest.raises(MalformedRecordError):
        Coverage(KNOWN, distance)


@given(st.text(max_size=90))
def test_no_text_in_the_place_of_a_fingerprint_is_taken_for_one(text: str) -> None:
    given = Delivered(file="x", iscc=text, profile=PROFILE)
    assert answer(leaf(0, 1001), given) in {Match.UNMATCHED, Match.FINGERPRINT}
