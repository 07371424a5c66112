"""Which frames go along, and how a part is named."""

import pytest

from ledger.errors import AlteredEvidenceError
from ledger.evidence.disclosure import spread
from ledger.evidence.form import MediaName, media_name, parse_media_name

SEAL = "5e" * 32
PNG, JPEG = b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff\xe0"
FRAMES = [(SEAL, frame) for frame in range(1001, 1101)]


def frames(choice: str) -> list[int]:
    return [frame for _, frame in spread(choice, FRAMES)]


def test_a_sample_is_spread_evenly_and_always_the_same() -> None:
    assert frames("sample:4") == [1001, 1026, 1051, 1076]
    assert frames("sample:1") == [1001]


def test_a_sample_larger_than_the_shot_is_the_shot() -> None:
    assert frames("sample:999") == frames("all") == list(range(1001, 1101))
    assert frames("none") == []
    assert spread("sample:5", []) == []


@pytest.mark.parametrize("frame", [0, 1001, -8])
@pytest.mark.parametrize(("content", "suffix"), [(PNG, "png"), (JPEG, "jpg")])
def test_a_frame_part_is_named_by_seal_frame_and_type(
    frame: int, content: bytes, suffix: str
) -> None:
    name = media_name(SEAL, frame, content)
    assert name == f"media/{SEAL}/{frame}.{suffix}"
    assert parse_media_name(name) == MediaName(SEAL, frame)


@pytest.mark.parametrize(
    "name",
    [f"media/{SEAL}/01.png", f"media/{SEAL}/-0.png", f"media/{SEAL}/1.gif", "media/1"],
)
def test_other_names_are_no_frames(name: str) -> None:
    assert parse_media_name(name) is None


def test_a_frame_part_of_another_type_is_refused() -> None:
    with pytest.raises(AlteredEvidenceError):
        media_name(SEAL, 1, b"GIF89a")
