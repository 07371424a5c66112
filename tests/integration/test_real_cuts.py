"""Cuts that editing programs wrote, from OpenTimelineIO's own samples (Apache-2.0).

The files are not part of the repository; where they are absent these tests are skipped.
"""

import json
from pathlib import Path
from typing import Any

import pytest

from ledger.errors import CutError
from ledger.records.identity import as_uid
from ledger.records.time import FrameRange, Rate
from pipeline.editing.cut import ResolvedCut, resolve_cut
from pipeline.editing.cut_shots import CutShot

FOLDER = Path(__file__).resolve().parents[3] / "shared" / "data" / "cuts"
pytestmark = pytest.mark.skipif(
    not FOLDER.is_dir(),
    reason="the cuts are not there: ../shared/data/cuts beside the repository",
)


def names_in(value: Any) -> set[str]:  # noqa: ANN401 - any JSON
    if isinstance(value, list):
        return set().union(*map(names_in, value))
    if not isinstance(value, dict):
        return set()
    own = {value["name"]} if value.get("OTIO_SCHEMA") == "Clip.1" else set()
    return own.union(*map(names_in, value.values()))


def resolved(name: str) -> tuple[ResolvedCut, dict[str, str]]:
    raw = (FOLDER / name).read_bytes()
    names = sorted(names_in(json.loads(raw)))
    shots = [
        CutShot(
            uid=as_uid(f"{number:032x}"),
            code=code,
            view="screen",
            range=FrameRange.between(0, 1000, Rate(24, 1)),
        )
        for number, code in enumerate(names)
    ]
    return resolve_cut(raw, shots), {one.uid: one.code for one in shots}


def seen(name: str, record: int) -> list[tuple[str, int]]:
    found, names = resolved(name)
    return [(names[one.shot], one.frame) for one in found.leaves[record].sources]


@pytest.mark.parametrize(
    ("name", "frames", "black"),
    [
        ("simple_cut.otio", 19, 0),
        ("transition.otio", 19, 0),
        ("clip_example.otio", 19, 15),
        # 119 of the second gap and 605 of the third are not covered from above.
        ("multitrack.otio", 3282, 724),
        ("nested_example.otio", 636, 0),
    ],
)
def test_a_real_cut_resolves(name: str, frames: int, black: int) -> None:
    found, _ = resolved(name)
    assert found.rate == Rate(24, 1)
    assert len(found.leaves) == frames
    assert sum(not leaf.sources for leaf in found.leaves) == black


def test_the_dissolve_of_the_sample_has_both_sides() -> None:
    # 3 frames, then 6, then 4: the clips meet at frame 9; 2 before it, 3 after it.
    assert seen("transition.otio", 6) == [("Clip-002", 5)]
    assert seen("transition.otio", 7) == [("Clip-002", 6), ("Clip-003", 1)]
    assert seen("transition.otio", 11) == [("Clip-002", 10), ("Clip-003", 5)]
    assert seen("transition.otio", 12) == [("Clip-003", 6)]


def test_a_fade_of_the_sample_shows_the_one_clip() -> None:
    # 8 black frames, 3 of the clip, and the fade keeps it for one more.
    shown = [seen("clip_example.otio", record) for record in (7, 8, 10, 11, 12)]
    assert shown == [[], [("Clip-001", 3)], [("Clip-001", 5)], [("Clip-001", 6)], []]


def test_nested_parts_of_the_sample_are_seen_at_their_speed() -> None:
    at = 238 + 31 + 33
    first, last = seen("nested_example.otio", at), seen("nested_example.otio", at + 28)
    assert first == [("Clip Inside A Stack 2", 429)]
    # floor(28 × 0.8545454551724138) = 23
    assert last == [("Clip Inside A Stack 2", 429 + 23)]
    frozen = at + 29 + 63
    assert [seen("nested_example.otio", frozen + one) for one in range(4)] == [
        [("Clip Inside A Track", 471)]
    ] * 4


def test_upper_and_lower_tracks_of_the_sample_are_both_seen() -> None:
    assert [name for name, _ in seen("multitrack.otio", 500)] == [
        "tech.fux (loop)-HD.mp4",
        "t-hawk (loop)-HD.mp4",
    ]


def test_a_generator_that_is_not_black_is_refused() -> None:
    with pytest.raises(CutError, match="SMPTEBars"):
        resolved("generator_reference_test.otio")


@pytest.mark.parametrize("name", ["speed_effects.edl", "fcpx_example.fcpxml"])
def test_another_format_is_refused_with_advice(name: str) -> None:
    with pytest.raises(CutError, match=r"Export the cut again") as caught:
        resolve_cut((FOLDER / name).read_bytes(), ())
    assert caught.value.exit_code == 4
