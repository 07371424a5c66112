"""A cut is resolved to exactly the frames that an editor would see."""

import unicodedata
from fractions import Fraction

import pytest

from ledger.errors import CutError
from ledger.records.time import FrameRange, Rate
from pipeline.editing.cut import LONGEST, resolve_cut
from pipeline.editing.cut_shots import CutShot
from pipeline.editing.write_cut import CutUse, write_cut
from tests.simulators.otio_cuts import (
    FILM,
    Part,
    clip,
    dissolve,
    freeze,
    gap,
    item,
    shot,
    stack,
    timeline,
    track,
    warp,
    written,
)

SHOTS = (shot(1, "A"), shot(2, "B"), shot(3, "숲길"))
NAMES = {one.uid: one.code for one in SHOTS}


def seen(part: Part, shots: tuple[CutShot, ...] = SHOTS) -> list[str]:
    """Record frames as text, `A1001+B1002`; black is an empty one."""
    found = resolve_cut(written(part), shots)
    assert [leaf.frame for leaf in found.leaves] == list(range(len(found.leaves)))
    return [
        "+".join(f"{NAMES[one.shot]}{one.frame}" for one in leaf.sources)
        for leaf in found.leaves
    ]


def refused(part: Part, shots: tuple[CutShot, ...] = SHOTS) -> CutError:
    with pytest.raises(CutError) as caught:
        resolve_cut(written(part), shots)
    return caught.value


def test_clips_follow_one_another_and_gaps_are_black() -> None:
    film = timeline(track(clip("A", 1001, 2), gap(1), clip("B", 1050, 1)))
    assert seen(film) == ["A1001", "A1002", "", "B1050"]


@pytest.mark.parametrize(
    ("speed", "frames"),
    [
        (2.0, [1001, 1003, 1005, 1007]),
        (0.5, [1001, 1001, 1002, 1002]),
        (0.7, [1001, 1001, 1002, 1003, 1003, 1004, 1005, 1005, 1006, 1007, 1008]),
        (1 / 3, [1001, 1001, 1001, 1002]),
    ],
)
def test_a_retime_shows_the_frame_rounded_down(speed: float, frames: list[int]) -> None:
    film = timeline(track(clip("A", 1001, len(frames), effects=[warp(speed)])))
    assert seen(film) == [f"A{one}" for one in frames]


def test_a_frozen_frame_is_seen_as_long_as_it_lasts() -> None:
    assert (
        seen(timeline(track(clip("A", 1007, 3, effects=[freeze()])))) == ["A1007"] * 3
    )


def test_both_sides_of_a_dissolve_are_seen_with_their_handles() -> None:
    film = timeline(track(clip("A", 1001, 3), dissolve(1, 2), clip("B", 1050, 3)))
    assert seen(film) == [
        "A1001",
        "A1002",
        "A1003+B1049",
        "A1004+B1050",
        "A1005+B1051",
        "B1052",
    ]


def test_a_handle_of_a_retimed_clip_runs_at_its_speed() -> None:
    incoming = clip("B", 1050, 2, effects=[warp(0.5)])
    film = timeline(track(clip("A", 1001, 2), dissolve(1, 0), incoming))
    assert seen(film) == ["A1001", "A1002+B1049", "B1050", "B1050"]


def test_a_dissolve_with_a_gap_fades() -> None:
    film = timeline(track(clip("A", 1001, 2), dissolve(1, 1), gap(2)))
    assert seen(film) == ["A1001", "A1002", "A1003", ""]


def test_every_enabled_track_is_seen_lowest_first() -> None:
    film = timeline(
        track(clip("A", 1001, 2)),
        track(clip("B", 1001, 2), name="off", enabled=False),
        track(gap(1), clip("숲길", 1005, 2), name="V3"),
        track(clip("nobody", 0, 9), name="A1", kind="Audio"),
    )
    assert seen(film) == ["A1001", "A1002+숲길1005", "숲길1006"]
    leaves = resolve_cut(written(film), SHOTS).leaves
    assert [one.track for one in leaves[1].sources] == [0, 1]


def test_a_nested_stack_is_seen_in_part_and_at_its_speed() -> None:
    inner = stack(
        track(clip("A", 1001, 10)),
        track(gap(4), clip("B", 1050, 6)),
        effects=[warp(2)],
        source_range=extent_of(2, 4),
    )
    assert seen(timeline(track(inner))) == [
        "A1003",
        "A1005+B1050",
        "A1007+B1052",
        "A1009+B1054",
    ]


def extent_of(first: int, frames: int) -> Part:
    found: Part = clip("", first, frames)["source_range"]
    return found


def test_what_is_nested_has_the_number_of_the_track_it_stands_in() -> None:
    film = timeline(track(gap(1)), track(stack(clip("A", 1001, 1), clip("B", 1001, 1))))
    (leaf,) = resolve_cut(written(film), SHOTS).leaves
    assert [one.track for one in leaf.sources] == [1, 1]


def test_a_disabled_clip_takes_its_time_and_shows_nothing() -> None:
    off = clip("no such shot", 0, 2, enabled=False)
    found = resolve_cut(written(timeline(track(off, clip("A", 1001, 1)))), SHOTS)
    assert [len(leaf.sources) for leaf in found.leaves] == [0, 0, 1]
    assert [one.code for one in found.notes] == ["disabled"]


def test_a_generator_of_black_is_black_and_another_is_refused() -> None:
    def generated(kind: str) -> Part:
        """A clip of what a program generates."""
        reference: Part = {
            "OTIO_SCHEMA": "GeneratorReference.1",
            "name": "",
            "generator_kind": kind,
            "parameters": {},
            "available_range": None,
            "metadata": {},
        }
        return timeline(track(clip("x", 0, 2, media_reference=reference)))

    assert len(resolve_cut(written(timeline(track(clip("A", 1001, 1)))), SHOTS).leaves)
    both = timeline(
        track(clip("A", 1001, 1), *generated("black")["tracks"]["children"])
    )
    assert seen(both) == ["A1001", "", ""]
    assert "SMPTEBars" in refused(generated("SMPTEBars")).met


def test_a_clip_without_a_range_is_all_of_its_shot() -> None:
    found = resolve_cut(
        written(timeline(track(clip("A", source_range=None)))), (shot(1, "A", 5, 7),)
    )
    assert [leaf.sources[0].frame for leaf in found.leaves] == [5, 6, 7]
    assert found.rate == FILM
    assert [one.code for one in found.notes] == ["whole_shot"]


def test_a_shot_is_found_by_metadata_before_the_name_and_by_the_media_after() -> None:
    media: Part = {
        "OTIO_SCHEMA": "MissingReference.1",
        "name": "B",
        "available_range": None,
        "metadata": {},
    }
    by_metadata = clip("A", 1001, 1, metadata={"jangbu": {"shot": "숲길"}})
    by_media = clip("B_v012", 1001, 1, media_reference=media)
    assert seen(timeline(track(by_metadata, by_media))) == ["숲길1001", "B1001"]


def test_a_decomposed_name_finds_the_shot() -> None:
    name = unicodedata.normalize("NFD", "숲길")
    assert seen(timeline(track(clip(name, 1001, 1)))) == ["숲길1001"]


def test_one_view_of_two_is_found_by_metadata_and_else_refused() -> None:
    left, right = (
        CutShot(uid=SHOTS[0].uid, code="A", view=view, range=SHOTS[0].range)
        for view in ("left", "right")
    )
    chosen = clip("A", 1001, 1, metadata={"jangbu": {"view": "right"}})
    found = resolve_cut(written(timeline(track(chosen))), (left, right))
    assert found.leaves[0].sources[0].view == "right"
    error = refused(timeline(track(clip("A", 1001, 1))), (left, right))
    assert error.met == "2 shots of that name"


def test_a_frame_that_does_not_exist_is_named_with_its_clip() -> None:
    error = refused(timeline(track(clip("A", 1099, 3))))
    assert error.where == "clip 'A', record frame 2"
    assert error.met == "frame 1101 of shot 'A'"
    assert SHOTS[0].uid not in str(error)
    assert error.facts == {"record_frame": 2, "source_frame": 1101}
    assert "A" not in error.public().values()


def test_a_handle_that_does_not_exist_is_refused() -> None:
    film = timeline(track(clip("A", 1001, 3), dissolve(1, 1), clip("B", 1001, 3)))
    assert refused(film).facts == {"record_frame": 2, "source_frame": 1000}


@pytest.mark.parametrize(
    ("part", "words"),
    [
        (clip("A", 1001, 2, effects=[warp(-1.0)]), "forwards"),
        (
            clip("A", 1001, 2, effects=[{**warp(1), "OTIO_SCHEMA": "Effect.1"}]),
            "effect",
        ),
        (clip("unknown", 1001, 2), "exactly one shot"),
        (clip("A", 1001, -2), "length"),
        (clip("A", 1001, 1e300), "number of frames"),
        (clip("B\u0007" * 100, 1001, 2), "exactly one shot"),
        (item("Clip.1", "", source_range=extent_of(1001, 2)), "exactly one shot"),
    ],
)
def test_what_cannot_be_resolved_is_refused(part: Part, words: str) -> None:
    error = refused(timeline(track(part)))
    assert words in f"{error.expected} {error.met}"
    assert error.where.startswith("clip ")


def test_transitions_are_refused_if_they_are_no_dissolves_or_overlap() -> None:
    wipe = track(
        clip("A", 1001, 3), dissolve(1, 1, kind="Custom_Transition"), clip("B", 1010, 3)
    )
    assert "SMPTE_Dissolve" in refused(timeline(wipe)).expected
    twice = track(
        clip("A", 1010, 5),
        dissolve(1, 2),
        clip("B", 1010, 3),
        dissolve(2, 1),
        clip("A", 1010, 5),
    )
    assert "a dissolve within" in refused(timeline(twice)).expected
    too_long = track(clip("A", 1010, 2), dissolve(3, 0), clip("B", 1010, 3))
    assert "a dissolve within" in refused(timeline(too_long)).expected
    assert "stack" in refused(timeline(dissolve(1, 1))).met


def test_another_rate_is_refused_in_the_cut_and_of_a_shot() -> None:
    slow = clip("A", source_range=extent_of(1001, 2))
    slow["source_range"]["duration"]["rate"] = 25
    film = timeline(track(clip("A", 1001, 1), slow))
    assert refused(film).met == "25/1"
    other = CutShot(
        uid=SHOTS[0].uid,
        code="A",
        view="screen",
        range=FrameRange.between(1, 9, Rate(25, 1)),
    )
    assert "25/1" in refused(timeline(track(clip("A", 1, 2))), (other,)).met


def test_a_rate_written_short_is_that_rate_with_a_note() -> None:
    ntsc = Rate(24000, 1001)
    one = clip("A", 1001, 2)
    for time in (one["source_range"]["start_time"], one["source_range"]["duration"]):
        time["rate"] = 23.976
    slow = CutShot(
        uid=SHOTS[0].uid,
        code="A",
        view="screen",
        range=FrameRange.between(1001, 1100, ntsc),
    )
    found = resolve_cut(written(timeline(track(one))), (slow,))
    assert found.rate == ntsc
    assert [note.code for note in found.notes] == ["rate_rounded"]


def test_positions_near_a_frame_are_rounded_with_a_note() -> None:
    found = resolve_cut(
        written(timeline(track(clip("A", 1001.0000004, 1.9999999)))), SHOTS
    )
    assert [leaf.sources[0].frame for leaf in found.leaves] == [1001, 1002]
    assert [note.code for note in found.notes] == ["frame_rounded"] * 2


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"TITLE: x\n001  AX V C 00:00:00:00",
        b"\xff\xfe",
        b"[" * 100_000,
        b"9" * 5000,
        b'{"OTIO_SCHEMA": "Timeline.9"}',
        b'{"OTIO_SCHEMA": "Timeline.1"}',
        b'{"OTIO_SCHEMA": "Clip.1", "name": "A"}',
        b'{"a": NaN}',
        b'{"a": "\\ud800"}',
        written({**timeline(), "tracks": None}),
        written(timeline()),
        written(timeline(track())),
        written(timeline(track(gap(LONGEST + 1)))),
        written(timeline(track(clip("A", metadata={"x": [[]] * 3, "OTIO": 1e999})))),
        b'{"OTIO_SCHEMA": "SerializableObjectRef.1", "id": "x"}',
    ],
    ids=lambda raw: repr(raw[:24]),
)
def test_what_is_no_cut_is_refused_as_such(raw: bytes) -> None:
    with pytest.raises(CutError):
        resolve_cut(raw, SHOTS)


def test_a_file_with_several_timelines_is_refused_and_with_one_read() -> None:
    def collection(*children: Part) -> bytes:
        return written(
            {
                "OTIO_SCHEMA": "SerializableCollection.1",
                "name": "",
                "metadata": {},
                "children": list(children),
            }
        )

    one = timeline(track(clip("A", 1001, 1)))
    assert len(resolve_cut(collection(one), SHOTS).leaves) == 1
    with pytest.raises(CutError, match="exactly one timeline"):
        resolve_cut(collection(one, one), SHOTS)


def test_a_written_cut_resolves_to_what_was_asked_for() -> None:
    uses = (
        CutUse(code="A", first=1001, frames=4),
        CutUse(code="B", first=1050, frames=4, speed=Fraction(1, 2), dissolve_in=3),
        CutUse(code=None, frames=1),
        CutUse(code="A", first=1090, frames=2, speed=Fraction(0)),
    )
    raw = write_cut(uses, FILM)
    assert raw == write_cut(uses, FILM)
    found = resolve_cut(raw, SHOTS)
    assert found.rate == FILM
    assert [[s.frame for s in leaf.sources] for leaf in found.leaves] == [
        [1001],
        [1002],
        [1003],
        [1004, 1049],
        [1005, 1050],
        [1006, 1050],
        [1051],
        [1051],
        [],
        [1090],
        [1090],
    ]
