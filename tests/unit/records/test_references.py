"""References check their members when they are made."""

from typing import Any

import pytest

from ledger.errors import MalformedRecordError
from ledger.records.identity import as_day, as_digest, as_origin, as_uid
from ledger.records.references import CrossLogRef, FrameRef, MediaRef, ShotAlias

UID = as_uid("0" * 32)
DIGEST = as_digest("a" * 64)
ORIGIN = as_origin("jangbu.invalid/0123456789abcdef")


def test_a_frame_belongs_to_a_shot_or_to_a_take() -> None:
    assert FrameRef(shot=UID, frame=-8).view == "screen"
    assert FrameRef(take=UID, view="left", frame=0).shot is None


def test_the_same_frame_is_the_same_value() -> None:
    assert len({FrameRef(shot=UID, frame=1), FrameRef(shot=UID, frame=1)}) == 1


@pytest.mark.parametrize(
    ("members", "where"),
    [
        ({"frame": 1}, "/shot"),
        ({"shot": UID, "take": UID, "frame": 1}, "/shot"),
        ({"shot": "SQ010_0040", "frame": 1}, "/shot"),
        ({"take": "t1", "frame": 1}, "/take"),
        ({"shot": UID, "view": "both", "frame": 1}, "/view"),
        ({"shot": UID, "frame": 1.5}, "/frame"),
        ({"shot": UID, "frame": 2**53}, "/frame"),
    ],
)
def test_a_frame_that_is_not_one_is_refused(
    members: dict[str, Any], where: str
) -> None:
    with pytest.raises(MalformedRecordError) as refused:
        FrameRef(**members)
    assert refused.value.where == where


def test_a_picture_of_a_file_counts_parts_and_pictures_from_zero() -> None:
    assert MediaRef(file=DIGEST) == MediaRef(file=DIGEST, part=0, index=0)
    for members, where in (
        ({"file": "x"}, "/file"),
        ({"file": DIGEST, "part": -1}, "/part"),
        ({"file": DIGEST, "index": True}, "/index"),
    ):
        with pytest.raises(MalformedRecordError) as refused:
            MediaRef(**members)
        assert refused.value.where == where


def test_an_entry_of_another_log_is_named_by_leaf_and_checkpoint() -> None:
    ref = CrossLogRef(origin=ORIGIN, index=7, leaf=DIGEST, checkpoint=DIGEST)
    assert ref.index == 7
    with pytest.raises(MalformedRecordError) as refused:
        CrossLogRef(origin=ORIGIN, index=-7, leaf=DIGEST, checkpoint=DIGEST)
    assert refused.value.where == "/index"


@pytest.mark.parametrize(
    "code", ["SQ010_0040", "숏 12", "B" * 64], ids=["vfx", "korean", "longest"]
)
def test_a_code_of_a_shot_is_free_text_on_one_line(code: str) -> None:
    assert ShotAlias(code=code, since_on=as_day("2026-11-22")).code == code


@pytest.mark.parametrize(
    "code",
    ["", " a", "a\n", "a\tb", "B" * 65, "\u1109\u116d\u11ba", "\ud800", 40, "\u202ea"],
)
def test_a_code_that_could_be_mistaken_is_refused(code: str) -> None:
    with pytest.raises(MalformedRecordError) as refused:
        ShotAlias(code=code, since_on=as_day("2026-11-22"))
    assert refused.value.where == "/code"
