"""What a picture declares is read from its bytes alone, bounded and lossless."""

import io
import struct
import zlib
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from ledger.encoding.canonical import JsonValue, encode
from pipeline.capture.declared import LARGEST_TEXT, MOST_ITEMS, declared
from pipeline.capture.exif import LARGEST_VALUE, exif_fields, raw, text
from pipeline.errors import UnreadableFrameError

PNG = b"\x89PNG\r\n\x1a\n"


def chunk(kind: bytes, body: bytes = b"") -> bytes:
    return (
        struct.pack(">I", len(body))
        + kind
        + body
        + struct.pack(">I", zlib.crc32(kind + body))
    )


def png(*after: bytes) -> bytes:
    return (
        PNG
        + chunk(b"IHDR", bytes(13))
        + chunk(b"IDAT", b"x")
        + b"".join(after)
        + chunk(b"IEND")
    )


def segment(marker: int, body: bytes) -> bytes:
    return bytes([0xFF, marker]) + struct.pack(">H", len(body) + 2) + body


def jpeg(*segments: bytes) -> bytes:
    return b"\xff\xd8" + b"".join(segments) + b"\xff\xda\x00\x02\xff\xd9"


def items(content: bytes) -> list[JsonValue]:
    found = declared(content)
    assert found is not None
    encode(found)
    assert isinstance(found["items"], list)
    return found["items"]


def test_a_picture_that_says_nothing_declares_none() -> None:
    assert declared(png()) is None
    assert declared(jpeg(segment(0xE0, b"JFIF\0"))) is None


def test_text_behind_the_picture_data_is_found_and_repeated_keywords_are_kept() -> None:
    found = items(png(chunk(b"tEXt", b"prompt\0duck"), chunk(b"tEXt", b"prompt\0cat")))
    assert found == [
        {"chunk": "tEXt", "keyword": "prompt", "text": "duck"},
        {"chunk": "tEXt", "keyword": "prompt", "text": "cat"},
    ]


def test_every_kind_of_text_chunk_that_pillow_writes_is_read() -> None:
    info = PngInfo()
    info.add_text("plain", "하나가 아니라")
    info.add_text("packed", "z" * 1000, zip=True)
    info.add_itxt("international", "장부", lang="ko", tkey="이름")
    info.add_itxt("XML:com.adobe.xmp", "<x:xmpmeta/>", zip=True)
    buffer = io.BytesIO()
    Image.new("RGB", (2, 2)).save(buffer, "PNG", pnginfo=info)
    assert items(buffer.getvalue()) == [
        {"chunk": "iTXt", "keyword": "plain", "text": "하나가 아니라"},
        {"chunk": "zTXt", "keyword": "packed", "text": "z" * 1000},
        {
            "chunk": "iTXt",
            "keyword": "international",
            "language": "ko",
            "translated": "이름",
            "text": "장부",
        },
        {"chunk": "iTXt", "keyword": "XML:com.adobe.xmp", "xmp": "<x:xmpmeta/>"},
    ]


def test_text_is_brought_to_nfc_and_bytes_that_are_no_text_stay_bytes() -> None:
    assert text("가".encode()) == "가"
    assert text(b"\xff\xfe") == {"base64": "//4="}


def test_a_bomb_is_kept_as_bytes_and_never_unpacked() -> None:
    bomb = zlib.compress(bytes(LARGEST_TEXT * 3), 9)
    [found] = items(png(chunk(b"zTXt", b"k\0\0" + bomb)))
    assert isinstance(found, dict)
    assert found["unreadable"] is True
    assert "text" not in found


def test_damaged_packing_is_marked_not_left_out() -> None:
    assert items(png(chunk(b"zTXt", b"k\0\0nonsense"))) == [
        {"chunk": "zTXt", "keyword": "k", "unreadable": True, **raw(b"nonsense")}
    ]


def test_there_is_a_bound_on_the_number_of_items() -> None:
    found = items(png(*[chunk(b"tEXt", b"k\0v")] * (MOST_ITEMS + 9)))
    assert len(found) == MOST_ITEMS + 1
    assert found[-1] == {"more": True}


def test_bytes_beyond_the_bound_are_stated_by_length_and_digest() -> None:
    assert set(raw(bytes(LARGEST_VALUE + 1))) == {"length", "sha256"}


def test_a_jpeg_gives_comment_exif_xmp_and_photoshop_segments() -> None:
    tiff = b"II*\0\x08\0\0\0\0\0\0\0\0\0"
    found = items(
        jpeg(
            segment(0xFE, b"made by hand\0"),
            segment(0xE1, b"Exif\0\0" + tiff),
            segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0<x/>"),
            segment(0xE1, b"http://ns.adobe.com/xmp/extension/\0part"),
            segment(0xED, b"Photoshop 3.0\x008BIM"),
        )
    )
    assert found == [
        {"segment": "COM", "text": "made by hand"},
        {"segment": "APP1", "exif": {"0": []}},
        {"segment": "APP1", "xmp": "<x/>"},
        {"segment": "APP1", "xmp_part": raw(b"part")},
        {"segment": "APP13", "photoshop": raw(b"8BIM")},
    ]


def tiff_of(*entries: tuple[int, int, int, bytes], order: str = "<") -> bytes:
    """One directory; values longer than four bytes stand behind it."""
    head = {"<": b"II*\0", ">": b"MM\0*"}[order] + struct.pack(f"{order}I", 8)
    place = 8 + 2 + 12 * len(entries) + 4
    directory, behind = struct.pack(f"{order}H", len(entries)), b""
    for tag, kind, number, value in entries:
        directory += struct.pack(f"{order}HHI", tag, kind, number)
        if len(value) <= 4:
            directory += value.ljust(4, b"\0")
        else:
            directory += struct.pack(f"{order}I", place + len(behind))
            behind += value
    return head + directory + bytes(4) + behind


@pytest.mark.parametrize("order", ["<", ">"])
def test_exif_values_are_integers_text_and_exact_fractions(order: str) -> None:
    tiff = tiff_of(
        (0x010F, 2, 10, b"Panasonic\0"),
        (0x0112, 3, 1, struct.pack(f"{order}H", 6)),
        (0x0102, 3, 3, struct.pack(f"{order}3H", 8, 8, 8)),
        (0x829A, 5, 1, struct.pack(f"{order}2I", 1, 60)),
        (0x9204, 10, 1, struct.pack(f"{order}2i", -1, 3)),
        (0x9000, 7, 4, b"0231"),
        (0xC000, 12, 1, struct.pack(f"{order}d", 0.1)),
        order=order,
    )
    assert exif_fields(tiff) == {
        "0": [
            {"tag": "010f", "value": "Panasonic"},
            {"tag": "0112", "value": 6},
            {"tag": "0102", "value": [8, 8, 8]},
            {"tag": "829a", "value": "1/60"},
            {"tag": "9204", "value": "-1/3"},
            {"tag": "9000", "value": {"base64": "MDIzMQ=="}},
            {"tag": "c000", "value": "0.1"},
        ]
    }


@pytest.mark.parametrize(
    ("charset", "encoded"),
    [
        (b"ASCII\0\0\0", b"a duck\0"),
        (b"UNICODE\0", "a duck".encode("utf-16-be")),
        (b"UNICODE\0", "a duck".encode("utf-16-le")),
    ],
)
def test_a_user_comment_is_read_in_its_character_set(
    charset: bytes, encoded: bytes
) -> None:
    content = charset + encoded
    tiff = tiff_of((0x9286, 7, len(content), content))
    assert exif_fields(tiff) == {"0": [{"tag": "9286", "value": "a duck"}]}


def test_directories_that_point_in_a_circle_are_read_once() -> None:
    tiff = tiff_of((0x8769, 4, 1, struct.pack("<I", 8)))
    assert exif_fields(tiff) == {"0": []}


def test_pillow_reads_the_same_numbers() -> None:
    block = Image.Exif()
    block[0x010F] = "Panasonic"
    block.get_ifd(0x8769)[0x8827] = 3200
    block.get_ifd(0x8825)[0x0001] = "N"
    assert exif_fields(block.tobytes()[6:]) == {
        "0": [{"tag": "010f", "value": "Panasonic"}],
        "exif": [{"tag": "8827", "value": 3200}],
        "gps": [{"tag": "0001", "value": "N"}],
    }


@pytest.mark.parametrize(
    "hostile",
    [b"", b"II*\0", b"II*\0\xff\xff\xff\xff", b"II*\0\x08\0\0\0\xff\xff", b"XX"],
)
def test_an_exif_block_that_cannot_be_read_is_marked(hostile: bytes) -> None:
    assert "unreadable" in encode(exif_fields(hostile)).decode()


@given(
    st.binary(max_size=120), st.sampled_from([b"II*\0\x08\0\0\0", b"MM\0*\0\0\0\x08"])
)
def test_any_exif_block_gives_canonical_json(tail: bytes, head: bytes) -> None:
    assert encode(exif_fields(head + tail))


@pytest.mark.parametrize(
    "broken", [b"", b"GIF89a", png()[:-1], PNG, jpeg()[:3], jpeg(b"\0\0\0\0")]
)
def test_a_file_that_is_cut_short_is_refused(broken: bytes) -> None:
    with pytest.raises(UnreadableFrameError):
        declared(broken)


@given(st.binary(max_size=120), st.sampled_from([PNG, b"\xff\xd8\xff"]))
def test_no_bytes_raise_anything_but_our_error(tail: bytes, magic: bytes) -> None:
    with suppress(UnreadableFrameError):
        found = declared(magic + tail)
        assert found is None or encode(found)
