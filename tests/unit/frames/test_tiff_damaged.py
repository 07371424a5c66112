"""A TIFF built to mislead is refused before memory or time is spent on it."""

import struct
import zlib
from collections.abc import Callable, Mapping

import imagecodecs
import pytest

from pipeline.errors import FrameShapeError, PipelineError, UnreadableFrameError
from pipeline.frames.tiff import read_tiff, survey_tiff
from tests.simulators.raster_files import noise, pillow, plain_tiff, tiff, tiff_tags

SAMPLES = noise(4, 5, 3, "u1")
CONTENT = SAMPLES.tobytes()
SHORT, LONG = 3, 4
Value = tuple[int, tuple[int, ...]]


def made(
    content: bytes = CONTENT, changes: Mapping[str, Value | None] | None = None
) -> bytes:
    tags = tiff_tags(5, 4, len(content), **(changes or {}))
    return plain_tiff(tags, content)


def test_the_unchanged_file_is_read() -> None:
    assert read_tiff(made(), "a.tif").rgb.tobytes() == CONTENT


@pytest.mark.parametrize(
    ("changes", "met"),
    [
        ({"t258": (SHORT, (8, 8, 16))}, r"\[8, 16\] bits"),
        ({"t258": (SHORT, (4, 4, 4))}, r"\[4\] bits"),
        ({"t339": (SHORT, (2, 2, 2))}, r"sample format \[2\]"),
        ({"t258": (SHORT, (32, 32, 32))}, r"\[32\] bits"),
        ({"t259": (SHORT, (7,))}, "compression 7"),
        ({"t262": (SHORT, (6,))}, "YCbCr"),
        ({"t262": (SHORT, (5,)), "t277": (SHORT, (4,))}, "CMYK with 4"),
        ({"t262": (SHORT, (3,)), "t277": (SHORT, (1,))}, "a palette"),
        ({"t262": (SHORT, (0,)), "t277": (SHORT, (1,))}, "white as zero"),
        ({"t262": (SHORT, (99,))}, "interpretation 99"),
        ({"t277": (SHORT, (2,))}, "2 channels"),
        ({"t284": (SHORT, (2,))}, "planes of their own"),
        ({"t266": (SHORT, (2,))}, "FillOrder"),
        ({"t274": (SHORT, (6,))}, "orientation 6"),
        ({"t259": (SHORT, (5,)), "t317": (SHORT, (3,))}, "predictor 3"),
        ({"t256": (LONG, (100_000,)), "t257": (LONG, (100_000,))}, "100000"),
        ({"t256": (LONG, (2**32 - 1,)), "t257": (LONG, (2**32 - 1,))}, "4294967295"),
        ({"t257": (LONG, (0,))}, "5 × 0"),
    ],
)
def test_what_no_raster_holds_is_refused(changes: dict[str, Value], met: str) -> None:
    with pytest.raises(FrameShapeError, match=met):
        read_tiff(made(changes=changes))


@pytest.mark.parametrize(
    "changes",
    [
        {"t256": None},
        {"t262": None},
        {"t273": None},
        {"t273": (LONG, (10**9,))},
        {"t279": (LONG, (2**32 - 1,))},
        {"t279": (LONG, (0,))},
        {"t279": (LONG, (len(CONTENT) - 1,))},
        {"t273": (LONG, (8, 9))},
        {"t278": (LONG, (1,))},  # four strips are needed, one is there
        {"t256": (LONG, (60_000,)), "t257": (LONG, (1000,))},
        {"t256": (SHORT, (5, 5))},
        {"t256": (12, ())},  # a double, and none of them
        {"t322": (SHORT, (16,)), "t323": (SHORT, (10,))},
        {"t322": (SHORT, (16,)), "t323": None},
        {"t34675": (LONG, (1,))},
        {"t319": (LONG, (1, 2, 3))},
    ],
)
def test_what_contradicts_itself_is_refused(changes: dict[str, Value | None]) -> None:
    if changes.get("t256") == (12, ()):
        damaged = made().replace(
            struct.pack("<HHI", 256, 4, 1), struct.pack("<HHI", 256, 12, 0)
        )
    else:
        damaged = made(changes=changes)
    with pytest.raises(UnreadableFrameError):
        read_tiff(damaged)


def test_a_tag_of_four_thousand_million_values_is_refused() -> None:
    whole = made()
    for tag, kind in ((273, 4), (279, 4), (258, 3), (256, 4)):
        count = 3 if tag == 258 else 1
        huge = whole.replace(
            struct.pack("<HHI", tag, kind, count),
            struct.pack("<HHI", tag, kind, 2**32 - 1),
        )
        assert huge != whole
        with pytest.raises(UnreadableFrameError):
            survey_tiff(huge)


@pytest.mark.parametrize("cut", [0, 3, 7, 8, 20, 60, 90, 150])
def test_a_truncated_file_is_refused(cut: int) -> None:
    with pytest.raises(UnreadableFrameError):
        read_tiff(made()[:cut])


@pytest.mark.parametrize("following", [8, 68, 10**8, 2**32 - 1])
def test_directories_that_lead_nowhere_or_in_a_circle_are_refused(
    following: int,
) -> None:
    whole = made()
    at = int.from_bytes(whole[4:8], "little")
    end = at + 2 + 12 * int.from_bytes(whole[at : at + 2], "little")
    with pytest.raises(UnreadableFrameError):
        read_tiff(whole[:end] + struct.pack("<I", following) + whole[end + 4 :])


def test_a_thousand_directories_in_a_chain_are_refused() -> None:
    # Each one tag long, each leading to the next.
    step = 2 + 12 + 4
    chain = b"".join(
        struct.pack("<HHHII", 1, 256, 4, 1, 5) + struct.pack("<I", 8 + step * (n + 1))
        for n in range(3000)
    )
    with pytest.raises(UnreadableFrameError, match="without an end"):
        survey_tiff(b"II*\0" + struct.pack("<I", 8) + chain)


def test_a_tag_that_stands_twice_is_refused() -> None:
    twice = made().replace(
        struct.pack("<HHI", 262, 3, 1), struct.pack("<HHI", 259, 3, 1)
    )
    with pytest.raises(UnreadableFrameError, match="tag 259 twice"):
        read_tiff(twice)


PACKERS: dict[int, Callable[[bytes], bytes]] = {
    5: lambda content: bytes(imagecodecs.lzw_encode(content)),
    8: zlib.compress,
    32773: lambda content: bytes(imagecodecs.packbits_encode(content)),
    50000: lambda content: bytes(imagecodecs.zstd_encode(content)),
}


@pytest.mark.parametrize("scheme", list(PACKERS))
def test_a_strip_decodes_to_what_was_promised_and_no_more(scheme: int) -> None:
    pack, how = PACKERS[scheme], (SHORT, (scheme,))
    assert (
        read_tiff(made(pack(CONTENT), changes={"t259": how})).rgb.tobytes() == CONTENT
    )
    # The encoder of PackBits takes a minute for what stands here by hand.
    bomb = b"\x81\0" * 24_000 if scheme == 32773 else pack(bytes(3_000_000))
    for content in (
        pack(CONTENT[:-1]),
        pack(CONTENT + b"\0"),
        pack(CONTENT)[:-3],
        bomb,
        b"\0",
        b"\xff" * 40,
    ):
        with pytest.raises(UnreadableFrameError):
            read_tiff(made(content, changes={"t259": how}))


@pytest.mark.parametrize("scheme", list(PACKERS))
def test_a_picture_that_its_bytes_cannot_hold_is_refused_unread(scheme: int) -> None:
    tags = tiff_tags(8192, 8192, 60, t259=(SHORT, (scheme,)))
    with pytest.raises(UnreadableFrameError, match="60 bytes for 201326592"):
        survey_tiff(plain_tiff(tags, CONTENT))


def test_a_last_strip_may_be_padded_to_its_full_height() -> None:
    samples = noise(5, 4, 3, "u1")
    rows = 3
    strips = [samples[:3].tobytes(), samples[3:].tobytes() + bytes(12)]
    packed = [zlib.compress(one) for one in strips]
    tags = tiff_tags(
        4,
        5,
        0,
        t259=(SHORT, (8,)),
        t278=(SHORT, (rows,)),
        t273=(LONG, (8, 8 + len(packed[0]))),
        t279=(LONG, tuple(map(len, packed))),
    )
    assert read_tiff(plain_tiff(tags, b"".join(packed))).rgb.tobytes() == (
        samples.tobytes()
    )


@pytest.mark.parametrize(
    "file",
    [
        pillow(noise(6, 6, 4, "u1"), "TIFF")[:2] + b"+\0" + bytes(100),  # BigTIFF
        tiff(noise(6, 6, 3, "u1"), bigtiff=True),
        tiff(noise(3, 6, 6, "u1"), planarconfig="separate"),
        tiff(noise(6, 6, 3, "i2".replace("i", "u")).astype("i2")),
        tiff(noise(6, 6, 3, "f4").astype("f8")),
        tiff(noise(32, 32, 3, "u1"), compression="jpeg"),
    ],
)
def test_kinds_of_tiff_that_are_not_read_are_refused(file: bytes) -> None:
    with pytest.raises(PipelineError):
        read_tiff(file)
