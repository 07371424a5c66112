"""Manifest stores are found byte for byte, and doubtful files refused."""

import struct
import zlib
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.credentials.jumbf import manifest_store_of
from pipeline.errors import UnreadableFrameError
from pipeline.frames.containers import JPEG_MAGIC, PNG_MAGIC

C2PA = bytes.fromhex("63327061001100108000 00aa00389b71".replace(" ", ""))
OTHER = bytes(16)


def box(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body) + 8) + kind + body


def store(uuid: bytes = C2PA, payload: bytes = b"payload") -> bytes:
    return box(b"jumb", box(b"jumd", uuid + b"\x03c2pa\0") + box(b"cbor", payload))


def chunk(kind: bytes, body: bytes = b"", *, crc: int | None = None) -> bytes:
    crc = zlib.crc32(kind + body) if crc is None else crc
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", crc)


def png(*chunks: bytes) -> bytes:
    return (
        PNG_MAGIC
        + chunk(b"IHDR", bytes(13))
        + b"".join(chunks)
        + chunk(b"IDAT", b"x")
        + chunk(b"IEND")
    )


def segment(marker: int, body: bytes) -> bytes:
    return bytes([0xFF, marker]) + struct.pack(">H", len(body) + 2) + body


def app11(whole: bytes, pieces: int = 1, instance: int = 1) -> list[bytes]:
    head, rest = whole[:8], whole[8:]
    size = -(-len(rest) // pieces)
    return [
        segment(
            0xEB,
            struct.pack(">2sHI", b"JP", instance, number + 1)
            + head
            + rest[number * size : (number + 1) * size],
        )
        for number in range(pieces)
    ]


def jpeg(*segments: bytes, scan: bytes = b"\x12\xff\x00\xff\xd0\x34") -> bytes:
    return (
        b"\xff\xd8"
        + b"".join(segments)
        + segment(0xDA, b"\x01\x01\x00\x00\x3f\x00")
        + scan
        + b"\xff\xd9"
    )


def test_a_png_without_a_manifest_has_none() -> None:
    assert manifest_store_of(png()) is None


def test_a_png_gives_its_store_back() -> None:
    assert manifest_store_of(png(chunk(b"caBX", store()))) == store()


def test_a_store_behind_the_picture_data_is_found_too() -> None:
    late = png(chunk(b"IDAT", b"x"), chunk(b"caBX", store()))
    assert manifest_store_of(late) == store()


def test_bytes_behind_iend_do_not_count() -> None:
    assert manifest_store_of(png() + chunk(b"caBX", store())) is None


@pytest.mark.parametrize("pieces", [1, 2, 5])
def test_a_jpeg_gives_its_store_back_from_any_number_of_segments(pieces: int) -> None:
    assert manifest_store_of(jpeg(*app11(store(), pieces))) == store()


def test_a_jpeg_with_a_foreign_jumbf_box_only_has_no_manifest() -> None:
    assert manifest_store_of(jpeg(*app11(store(OTHER)))) is None


def test_two_interleaved_boxes_are_told_apart_by_their_instance() -> None:
    ours, theirs = app11(store(), 2, 1), app11(store(OTHER), 2, 2)
    mixed = jpeg(ours[0], theirs[0], ours[1], theirs[1])
    assert manifest_store_of(mixed) == store()


def test_a_store_behind_the_first_scan_is_found_too() -> None:
    scan = b"\x12\xff\x00" + app11(store())[0] + segment(0xDA, b"\x01") + b"\x55"
    assert manifest_store_of(jpeg(scan=scan)) == store()


@pytest.mark.parametrize(
    "broken",
    [
        b"",
        b"GIF89a",
        PNG_MAGIC,
        png()[:-1],
        png(chunk(b"caBX", store(), crc=0)),
        png(chunk(b"caBX", store()), chunk(b"caBX", store())),
        png(chunk(b"caBX", store() + b"x")),
        png(chunk(b"caBX", store(OTHER))),
        png(chunk(b"caBX", b"jumb")),
        png(chunk(b"caBX", b"")),
        png()[:8] + b"\x7f\xff\xff\xff" + png()[12:],
        JPEG_MAGIC,
        jpeg()[:-2],
        jpeg()[:12],
        jpeg(b"no marker"),
        jpeg(segment(0xE0, b"")[:2] + b"\0\1"),
        jpeg(*app11(store()), *app11(store(), instance=2)),
        jpeg(app11(store(), 3)[0], app11(store(), 3)[2]),
        jpeg(app11(store(), 3)[0]),
        jpeg(*app11(store()), *app11(store())),
    ],
)
def test_a_broken_or_doubtful_file_is_refused(broken: bytes) -> None:
    with pytest.raises(UnreadableFrameError):
        manifest_store_of(broken)


@given(st.binary(max_size=200), st.sampled_from([PNG_MAGIC, JPEG_MAGIC]))
def test_no_bytes_raise_anything_but_our_error(tail: bytes, magic: bytes) -> None:
    with suppress(UnreadableFrameError):
        manifest_store_of(magic + tail)


@given(st.binary(min_size=1, max_size=3), st.integers(0, 200))
def test_a_damaged_container_gives_the_store_or_our_error(
    noise: bytes, place: int
) -> None:
    whole = jpeg(*app11(store(payload=b"p" * 64), 2))
    damaged = whole[:place] + noise + whole[place + len(noise) :]
    with suppress(UnreadableFrameError):
        manifest_store_of(damaged)
