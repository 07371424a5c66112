"""Clips are read frame by frame: real ones, and ones made to be awkward."""

import io
import itertools
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import iscc_samples
import numpy as np
import pytest

from pipeline.errors import (
    ColourSpaceError,
    FrameShapeError,
    PipelineError,
    UnreadableFrameError,
)
from pipeline.frames.video import Video
from pipeline.frames.video_survey import ReadOptions
from tests.simulators import small_clips as made

ROOT = Path(__file__).resolve().parents[3]
SAMPLES = Path(iscc_samples.__file__).parent / "files" / "video"
SD = ReadOptions(matrix="bt601")
UNITY = 0x10000


def opened(
    raw: bytes, name: str = "clip.mp4", options: ReadOptions | None = None
) -> Video:
    return Video(io.BytesIO(raw), name, options)


def pixels(video: Video) -> list[bytes]:
    return [frame.raster.rgb.tobytes() for frame in video.frames()]


@pytest.fixture(scope="module")
def clip() -> bytes:
    return made.written()


# --- real files ----------------------------------------------------------------------


@pytest.mark.parametrize("name", ["demo.mp4", "demo.mov", "demo.m4v"])
def test_a_real_clip_is_read_from_end_to_end(name: str) -> None:
    with (SAMPLES / name).open("rb") as file:
        video = Video(file, name, SD)
        survey = video.survey
        assert (survey.width, survey.height, survey.bits) == (176, 144, 8)
        assert survey.rate == Fraction(24)
        assert survey.tick == Fraction(1, 12288)
        assert (survey.colour, survey.matrix) == (None, "bt601")
        frames = [(one.index, one.time) for one in video.frames()]
        assert frames == [(n, Fraction(n, 24)) for n in range(1441)]


def test_a_clip_that_declares_no_matrix_needs_one_named() -> None:
    with (SAMPLES / "demo.mp4").open("rb") as file, pytest.raises(ColourSpaceError):
        Video(file, "demo.mp4")


def test_a_matrix_that_the_clip_denies_is_refused(clip: bytes) -> None:
    with pytest.raises(ColourSpaceError):
        opened(clip, options=SD)


def test_a_real_clip_of_varying_rate_is_taken_only_with_its_times() -> None:
    with (SAMPLES / "demo.mkv").open("rb") as file:
        with pytest.raises(UnreadableFrameError, match="constant rate"):
            Video(file, "demo.mkv", SD)
        video = Video(file, "demo.mkv", ReadOptions(matrix="bt601", variable=True))
        survey = video.survey
        assert survey.rate is None
        # As the file has them, in milliseconds.
        assert survey.ticks[:6] == (0, 42, 95, 137, 179, 220)
        times = [one.time for one in itertools.islice(video.frames(), 6)]
        assert times == [Fraction(tick, 1000) for tick in survey.ticks[:6]]


@pytest.mark.parametrize("name", ["demo.avi", "demo.webm", "demo.3gp", "demo.flv"])
def test_another_kind_of_file_is_refused(name: str) -> None:
    with (SAMPLES / name).open("rb") as file, pytest.raises(UnreadableFrameError):
        Video(file, name, SD)


@pytest.mark.parametrize(
    ("name", "other"),
    [("demo.mp4", "x.mov"), ("demo.mkv", "x.mp4"), ("demo.mov", "x.png")],
)
def test_a_wrong_suffix_is_refused(name: str, other: str) -> None:
    with (SAMPLES / name).open("rb") as file, pytest.raises(UnreadableFrameError):
        Video(file, other, SD)


@pytest.mark.parametrize("name", ["demo.mp4", "demo.mov", "demo.mkv"])
@pytest.mark.parametrize("part", [0.0, 0.0001, 0.01, 0.5, 0.999])
def test_a_clip_that_is_cut_off_is_refused(name: str, part: float) -> None:
    raw = (SAMPLES / name).read_bytes()
    cut = raw[: int(len(raw) * part)]
    options = ReadOptions(matrix="bt601", variable=True)
    with pytest.raises(UnreadableFrameError):
        opened(cut, name, options)


def test_a_header_within_a_thousand_others_is_refused_quickly() -> None:
    path = ROOT.parent / "shared" / "data" / "c2pa" / "nested_moov_1000.mp4"
    if not path.exists():
        pytest.skip("the corpus is not here")
    with pytest.raises(PipelineError):
        opened(path.read_bytes())


# --- samples -------------------------------------------------------------------------


@pytest.mark.parametrize("encoding", ["h264", "hevc", "prores", "prores-4444"])
def test_samples_do_not_depend_on_threads_or_on_where_one_starts(encoding: str) -> None:
    raw = made.written(encoding)
    name = "x.mov" if encoding.startswith("prores") else "x.mp4"
    whole = pixels(opened(raw, name))
    assert len(set(whole)) == made.COUNT
    for threads in (2, 4):
        assert pixels(opened(raw, name, ReadOptions(threads=threads))) == whole
    video = opened(raw, name)
    for start in range(made.COUNT):
        (one,) = video.frames(start, start + 1)
        assert (one.index, one.raster.rgb.tobytes()) == (start, whole[start])


@pytest.mark.parametrize("container", ["mp4", "mov", "matroska"])
def test_a_clip_of_another_program_shows_its_pictures(container: str) -> None:
    raw = made.foreign(container, options={"crf": "1"})
    suffix = {"matroska": "mkv"}.get(container, container)
    video = opened(raw, f"x.{suffix}")
    assert video.survey.rate == Fraction(24)
    assert video.survey.colour == "rec709"
    for frame, pixels_in in zip(video.frames(), made.pictures(), strict=True):
        # libswscale took BT.601 for the way there, whatever the tags say: only luma is
        # comparable, and only roughly.
        difference = frame.raster.rgb.mean() - pixels_in.mean()
        assert abs(difference) < 12
        assert np.corrcoef(frame.raster.rgb.ravel(), pixels_in.ravel())[0, 1] > 0.95


def test_the_file_is_left_open_and_can_be_read_again(clip: bytes) -> None:
    file = io.BytesIO(clip)
    video = Video(file, "x.mp4")
    assert pixels(video) == pixels(video)
    assert not file.closed


def test_pictures_outside_the_clip_are_refused(clip: bytes) -> None:
    video = opened(clip)
    for start, stop in ((-1, 3), (5, 4), (0, made.COUNT + 1)):
        with pytest.raises(UnreadableFrameError):
            list(video.frames(start, stop))


# --- edit lists ----------------------------------------------------------------------


def test_a_trimmed_start_keeps_the_indices_of_the_file(clip: bytes) -> None:
    whole = opened(clip)
    tick = whole.survey.tick
    first = whole.survey.ticks[5]
    # Six pictures from the sixth on; the movie's clock counts milliseconds.
    raw = made.with_edits(clip, (250, first, UNITY))
    video = opened(raw)
    assert video.survey.shown == range(5, 11)
    assert [one.index for one in video.frames()] == list(range(5, 11))
    assert [one.time for one in video.frames()] == [Fraction(n, 24) for n in range(6)]
    assert pixels(video) == pixels(whole)[5:11]
    assert tick > 0


def test_an_empty_edit_delays_the_first_picture(clip: bytes) -> None:
    first = opened(clip).survey.ticks[0]
    video = opened(made.with_edits(clip, (1500, -1, UNITY), (500, first, UNITY)))
    assert video.survey.starts_at == Fraction(3, 2)
    assert next(video.frames()).time == Fraction(3, 2)
    assert video.survey.shown == range(made.COUNT)


@pytest.mark.parametrize(
    "rows",
    [
        ((250, 1025 + 7, UNITY),),
        ((100, 1024, UNITY), (100, 3072, UNITY)),
        ((500, 1024, 2 * UNITY),),
        ((100, 1024, UNITY), (100, -1, UNITY)),
        ((0, 1024, UNITY),),
        ((500, 1 << 30, UNITY),),
        (),
    ],
    ids=["mid-picture", "pieces", "speed", "gap", "nothing", "beyond", "no rows"],
)
def test_an_edit_list_that_does_more_than_cut_is_refused(
    clip: bytes, rows: tuple[tuple[int, int, int], ...]
) -> None:
    with pytest.raises(UnreadableFrameError):
        opened(made.with_edits(clip, *rows))


# --- structure -----------------------------------------------------------------------


def rotated(header: bytes) -> bytes:
    quarter = (0, UNITY, 0, -UNITY, 0, 0, made.HEIGHT * UNITY, 0, 0x40000000)
    return (
        header[:40]
        + b"".join(n.to_bytes(4, signed=True) for n in quarter)
        + header[76:]
    )


def huge(entries: bytes) -> bytes:
    return entries[:40] + b"\xff\xff\xff\xff" + entries[44:]


def another_track(handler: bytes) -> bytes:
    return handler.replace(b"vide", b"soun")


def two_descriptions(entries: bytes) -> bytes:
    return entries[:4] + b"\0\0\0\2" + entries[8:] * 2


@pytest.mark.parametrize(
    ("path", "change", "error"),
    [
        ([b"moov", b"trak", b"tkhd"], rotated, UnreadableFrameError),
        ([b"moov", b"trak", b"mdia", b"minf", b"stbl", b"stsd"], huge, FrameShapeError),
        (
            [b"moov", b"trak", b"mdia", b"minf", b"stbl", b"stsd"],
            two_descriptions,
            UnreadableFrameError,
        ),
        ([b"moov", b"trak", b"mdia", b"hdlr"], another_track, UnreadableFrameError),
        ([b"moov", b"trak"], lambda _: b"", UnreadableFrameError),
        ([b"moov"], lambda _: b"", UnreadableFrameError),
        ([b"moov", b"mvhd"], lambda _: b"\0" * 100, UnreadableFrameError),
    ],
    ids=["rotated", "huge", "two kinds", "no handler", "no track", "empty", "no clock"],
)
def test_a_track_that_cannot_be_shown_as_stored_is_refused(
    clip: bytes,
    path: list[bytes],
    change: Callable[[bytes], bytes],
    error: type[Exception],
) -> None:
    with pytest.raises(error):
        opened(made.changed(clip, path, change))


def test_a_clip_without_pictures_is_refused(clip: bytes) -> None:
    path = [b"moov", b"trak", b"mdia", b"minf", b"stbl"]
    raw = clip
    for kind in (b"stts", b"ctts", b"stsc", b"stco", b"stss"):
        raw = made.changed(raw, [*path, kind], lambda one: one[:4] + bytes(4))
    raw = made.changed(raw, [*path, b"stsz"], lambda one: one[:8] + bytes(4))
    with pytest.raises(UnreadableFrameError):
        opened(raw)


def test_a_clip_in_fragments_is_refused() -> None:
    options = {"movflags": "frag_keyframe+empty_moov"}
    with pytest.raises(UnreadableFrameError, match="fragments"):
        opened(made.foreign(container_options=options))


@pytest.mark.parametrize(
    ("primaries", "transfer", "matrix"),
    [(9, 16, 9), (9, 14, 1), (1, 18, 1), (12, 1, 1)],
)
def test_a_colour_space_that_we_lack_does_not_pass_for_undeclared(
    primaries: int, transfer: int, matrix: int
) -> None:
    def tag(stream: Any) -> None:  # noqa: ANN401
        context = stream.codec_context
        context.color_primaries, context.color_trc = primaries, transfer
        context.colorspace = matrix

    with pytest.raises(ColourSpaceError):
        opened(made.foreign(adjust=tag))


def test_another_codec_is_refused() -> None:
    with pytest.raises(UnreadableFrameError, match="h264"):
        opened(made.foreign(codec="mpeg4"))


def test_interlaced_pictures_are_refused() -> None:
    raw = made.foreign(options={"flags": "+ildct+ilme", "x264-params": "tff=1"})
    with pytest.raises(UnreadableFrameError, match="rows of one time"):
        list(opened(raw).frames())


def test_a_clip_of_varying_rate_is_refused_in_mp4_too() -> None:
    stamps = [0, 1, 2, 5, 6, 7, 8, 9, 10, 11, 12, 13]
    raw = made.foreign(stamps=stamps)
    with pytest.raises(UnreadableFrameError, match="constant rate"):
        opened(raw)
    video = opened(raw, options=ReadOptions(variable=True))
    assert [one.time for one in video.frames()] == [Fraction(n, 24) for n in stamps]


@pytest.mark.parametrize("seed", range(30))
def test_a_damaged_clip_gives_frames_or_our_error(clip: bytes, seed: int) -> None:
    generator = np.random.default_rng(seed)
    raw = bytearray(clip)
    for place in generator.integers(0, len(raw), 6):
        raw[place] = generator.integers(0, 256)
    try:
        frames = list(opened(bytes(raw)).frames())
    except PipelineError:
        return
    assert len(frames) <= made.COUNT
