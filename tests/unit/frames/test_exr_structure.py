"""Hostile and unusual OpenEXR headers, built byte by byte."""

import struct
from typing import Any

import numpy as np
import pytest

from pipeline.errors import FrameShapeError, PipelineError, UnreadableFrameError
from pipeline.frames.exr import read_exr, read_exr_planes, survey_exr
from pipeline.frames.exr_decode import check_dwa_machine
from pipeline.frames.exr_structure import survey_exr_structure
from tests.simulators.film_files import (
    attribute,
    channel_list,
    exr,
    exr_by_hand,
    exr_header,
    photo,
)


def box(*corners: int) -> bytes:
    return struct.pack("<4i", *corners)


def test_the_file_by_hand_is_one_that_reads() -> None:
    raster = read_exr(exr_by_hand(exr_header()))
    assert raster.rgb.shape == (2, 2, 3)
    assert not raster.rgb.any()


@pytest.mark.parametrize(
    "corners",
    [
        (0, 0, 99_999, 99_999),
        (0, 0, 65_535, 0),
        (-(2**31), -(2**31), 2**31 - 1, 2**31 - 1),
        (0, 0, 2**31 - 1, 0),
        (2**31 - 2, 0, 2**31 - 1, 1),
        (-(2**31), 0, -(2**31) + 1, 1),
        (5, 5, 4, 5),
        (1, 1, -1, -1),
        (0, 0, -1, 1),
    ],
)
@pytest.mark.parametrize("key", ["dataWindow", "displayWindow"])
def test_impossible_windows_are_refused_before_anything_is_allocated(
    corners: tuple[int, int, int, int], key: str
) -> None:
    file = exr_by_hand(exr_header(2, **{key: box(*corners)}))
    for read in (read_exr, read_exr_planes, survey_exr):
        with pytest.raises(PipelineError):
            read(file)


def test_many_channels_of_a_large_window_are_too_many_samples() -> None:
    names = [f"c{number:04d}" for number in range(1000)]
    header = exr_header(
        2,
        channels=channel_list(*names, kind=2),
        dataWindow=box(0, 0, 8191, 8191),
        displayWindow=box(0, 0, 8191, 8191),
    )
    with pytest.raises(UnreadableFrameError, match="bytes of samples"):
        read_exr_planes(exr_by_hand(header))


@pytest.mark.parametrize("size", [2**31 - 1, 2**31, 2**32 - 1, 2**24 + 1, 500])
def test_the_size_of_an_attribute_is_not_believed(size: int) -> None:
    start = exr_header()[:-1]
    file = start + b"owner\0string\0" + struct.pack("<I", size) + b"me\0" + bytes(99)
    with pytest.raises(UnreadableFrameError, match="'owner' of"):
        read_exr(file)


@pytest.mark.parametrize(
    "tail", [b"x" * 5000, b"owner\0" + b"s" * 300, b"\xff\xfe\0string\0", b"owner\0\0"]
)
def test_texts_without_an_end_are_refused(tail: bytes) -> None:
    with pytest.raises(UnreadableFrameError):
        read_exr(exr_header()[:-1] + tail)


@pytest.mark.parametrize(
    ("changed", "match"),
    [
        ({"channels": None}, "no list of channels"),
        ({"channels": b"\0"}, "none, repeated"),
        ({"channels": channel_list("B", "G", "R")[:-1]}, "does not end|no UTF-8|name"),
        ({"channels": channel_list("R", "G", "B")}, "out of order"),
        ({"channels": channel_list("B", "B", "R")}, "repeated"),
        ({"channels": channel_list("B", "G", "R", kind=3)}, "type 3"),
        ({"channels": channel_list("B", "G", "R") + b"\0"}, "out of order"),
        ({"compression": None}, "compression"),
        ({"compression": b"\1\0"}, "compression"),
        ({"pixelAspectRatio": struct.pack("<f", float("nan"))}, "aspect"),
        ({"pixelAspectRatio": struct.pack("<f", 0)}, "aspect"),
        ({"pixelAspectRatio": None}, "pixelAspectRatio"),
        ({"dataWindow": bytes(15)}, "dataWindow"),
    ],
)
def test_a_header_that_is_not_whole_is_refused(
    changed: dict[str, bytes | None], match: str
) -> None:
    with pytest.raises(UnreadableFrameError, match=match):
        read_exr(exr_by_hand(exr_header(2, **changed)))


@pytest.mark.parametrize(
    ("flags", "changed", "match"),
    [
        (2, {"channels": channel_list("BY", "RY", "Y", sampling=(2, 2))}, "2 × 2"),
        (2, {"channels": channel_list("B", "G", "R", sampling=(0, -1))}, "0 × -1"),
        (2, {"compression": b"\x0a"}, "number 10"),
        (0x802, {}, "deep data"),
        (0x1002, {"type": b"deepscanline", "name": b"a"}, "deep data"),
        (0x202, {"tiles": None}, "tiles"),
    ],
)
def test_forms_that_are_not_read_are_refused_by_name(
    flags: int, changed: dict[str, bytes | None], match: str
) -> None:
    with pytest.raises(PipelineError, match=match):
        read_exr(exr_by_hand(exr_header(flags, **changed)))


@pytest.mark.parametrize(
    ("tile", "match"),
    [
        (struct.pack("<IIB", 64, 64, 1), "mip-mapped"),
        (struct.pack("<IIB", 64, 64, 2), "mip-mapped"),
        (struct.pack("<IIB", 8192, 8192, 0), "tiles of 8192"),
        (struct.pack("<IIB", 0, 64, 0), "pixels a side"),
        (struct.pack("<IIB", 2**32 - 1, 1, 0), "pixels a side"),
    ],
)
def test_tiles_are_bounded(tile: bytes, match: str) -> None:
    header = exr_header(0x202)[:-1] + attribute("tiles", "tiledesc", tile) + b"\0"
    with pytest.raises(PipelineError, match=match):
        read_exr(exr_by_hand(header))


@pytest.mark.parametrize("flags", [0, 1, 3, 0x2002, 0x102, 0xFFFFFFFF])
def test_unknown_versions_and_flags_are_refused(flags: int) -> None:
    with pytest.raises(PipelineError):
        read_exr(exr_by_hand(exr_header(flags)))


@pytest.mark.parametrize(
    ("at", "value"),
    [
        (0, 0),  # a chunk that was never written
        (0, 2**63),
        (0, 2**64 - 1),
        (8, 1),
        (8, None),  # the first chunk twice
    ],
)
def test_offsets_of_chunks_are_checked(at: int, value: int | None) -> None:
    header = exr_header()
    file = bytearray(exr_by_hand(header))
    place = len(header) + at
    given = len(header) + 16 if value is None else value
    struct.pack_into("<Q", file, place, given)
    with pytest.raises(UnreadableFrameError, match="chunk"):
        read_exr(bytes(file))


@pytest.mark.parametrize("size", [-1, 0, 11, 13, 2**31 - 1])
def test_sizes_of_chunks_are_checked(size: int) -> None:
    header = exr_header()
    file = bytearray(exr_by_hand(header))
    struct.pack_into("<i", file, len(header) + 16 + 4, size)
    with pytest.raises(UnreadableFrameError, match="chunk"):
        read_exr(bytes(file))


@pytest.mark.parametrize("compression", [1, 2, 3, 5, 6, 7])
def test_chunks_that_promise_more_than_they_can_hold_are_refused(
    compression: int,
) -> None:
    header = exr_header(
        2,
        compression=bytes([compression]),
        dataWindow=box(0, 0, 8191, 0),
        displayWindow=box(0, 0, 8191, 8191),
    )
    chunk = struct.pack("<ii", 0, 30) + bytes(30)
    file = header + struct.pack("<Q", len(header) + 8) + chunk
    with pytest.raises(UnreadableFrameError, match="promise more"):
        read_exr(file)


@pytest.mark.parametrize("compression", ["rle", "zips", "zip", "pxr24", "b44"])
@pytest.mark.parametrize("kind", ["float16", "float32"])
def test_a_picture_of_one_colour_is_no_such_promise(
    compression: str, kind: str
) -> None:
    black: np.ndarray[Any, np.dtype[Any]] = np.zeros((64, 8192, 3), kind)
    assert not read_exr(exr({"RGB": black}, compression)).rgb.any()


@pytest.mark.parametrize("compression", ["none", "zip", "piz", "dwaa"])
def test_every_shorter_file_is_refused(compression: str) -> None:
    file = exr({"RGB": photo(40, 30)}, compression)
    for length in [*range(0, 700, 7), len(file) // 2, len(file) - 1]:
        with pytest.raises(PipelineError):
            read_exr(file[:length])


def test_what_people_wrote_never_reaches_the_library() -> None:
    file = exr(
        {"RGB": photo(4, 4)},
        owner="a person",
        comments="secret",
        chromaticities=(0.64, 0.33, 0.3, 0.6, 0.15, 0.06, 0.3127, 0.329),
    )
    structure = survey_exr_structure(file, "")
    seen = structure.stream(file).read()
    for word in (b"a person", b"secret", b"owner", b"chromaticities"):
        assert word in file
        assert word not in seen
    assert seen.endswith(file[structure.body :])


def test_the_stream_reads_like_a_file() -> None:
    file = exr({"RGB": photo(20, 20)}, "none")
    whole = survey_exr_structure(file, "").stream(file).read()
    stream = survey_exr_structure(file, "").stream(file)
    rng = np.random.default_rng(0)
    for start, size in rng.integers(0, len(whole) + 50, (300, 2)).tolist():
        assert stream.seek(start) == start
        assert stream.read(size) == whole[start : start + size]
        assert stream.tell() == start + len(whole[start : start + size])
    assert stream.seek(-3, 2) == len(whole) - 3
    assert stream.seek(1, 1) == len(whole) - 2
    assert stream.read() == whole[-2:]


def test_a_chunk_that_does_not_unpack_is_refused() -> None:
    file = bytearray(exr({"RGB": photo(40, 30)}, "zip"))
    file[-20:] = bytes(20)
    with pytest.raises(UnreadableFrameError, match="do not unpack"):
        read_exr(bytes(file))


def test_this_machine_decodes_dwa_as_others_do() -> None:
    check_dwa_machine()


def test_dwa_is_refused_where_its_known_answer_is_another(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("pipeline.frames.exr_decode._DWA_ANSWER", "0" * 64)
    with pytest.raises(FrameShapeError, match="every machine decodes alike"):
        read_exr(exr({"RGB": photo(8, 8)}, "dwab"))
    assert read_exr(exr({"RGB": photo(8, 8)}, "piz")).rgb.shape == (8, 8, 3)
