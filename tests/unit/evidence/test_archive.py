"""Archives: one form for given parts, and nothing else is read."""

import io
import zipfile
import zlib

import pytest

from ledger.errors import AlteredEvidenceError, EvidenceError, UnreadableInputError
from ledger.evidence import archive
from ledger.evidence.archive import (
    Part,
    emit_archive,
    looks_like_zip,
    read_archive,
)

PARTS = (
    Part("index.dsse", b"{}"),
    Part("blobs/" + "a" * 64, b"one\n"),
    Part("media/" + "b" * 64 + "/-8.png", b""),
)


def written(*parts: Part) -> bytes:
    return b"".join(emit_archive(parts))


RAW = written(*PARTS)


def test_what_is_written_is_read_again() -> None:
    assert read_archive(RAW) == PARTS
    assert read_archive(written()) == ()


def test_another_zip_reader_sees_the_same_files() -> None:
    with zipfile.ZipFile(io.BytesIO(RAW)) as other:
        assert other.testzip() is None
        assert [one.date_time for one in other.infolist()] == [
            (1980, 1, 1, 0, 0, 0)
        ] * 3
        assert [(name, other.read(name)) for name in other.namelist()] == [
            (part.name, part.content) for part in PARTS
        ]


def test_a_zip_by_another_writer_is_not_the_one_form() -> None:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as other:
        for part in PARTS:
            other.writestr(part.name, part.content)
    with pytest.raises(AlteredEvidenceError):
        read_archive(target.getvalue())


@pytest.mark.parametrize(
    "raw",
    [
        RAW + b"\0",
        RAW[:-1],
        b"\0" + RAW,
        RAW[: len(RAW) // 2],
        RAW[:10],
        RAW + RAW,
        RAW[:-2] + b"\x01\x00!",
    ],
    ids=["more", "less", "before", "half", "a header", "twice", "a comment"],
)
def test_nothing_may_stand_around_the_parts(raw: bytes) -> None:
    assert looks_like_zip(raw)
    with pytest.raises(AlteredEvidenceError):
        read_archive(raw)


@pytest.mark.parametrize("raw", [b"", b"PK", b"%PDF-1.7", b"\0" * 100_000])
def test_what_neither_starts_nor_ends_like_a_zip_is_unreadable(raw: bytes) -> None:
    assert not looks_like_zip(raw)
    with pytest.raises(UnreadableInputError) as refused:
        read_archive(raw)
    assert refused.value.exit_code == 4


@pytest.mark.parametrize(
    "name",
    ["/etc/passwd", "../index", "blobs/../index", "C:/x", "a\\b", "Index", "a//b", ""],
)
def test_names_that_lead_elsewhere_are_refused(name: str) -> None:
    with pytest.raises(AlteredEvidenceError):
        read_archive(written(Part(name, b"x")))


def test_a_name_that_comes_twice_is_refused() -> None:
    with pytest.raises(AlteredEvidenceError):
        read_archive(written(Part("checkpoint", b"1"), Part("checkpoint", b"2")))


def test_a_checksum_that_is_wrong_in_both_headers_is_found() -> None:
    crc = zlib.crc32(b"one\n").to_bytes(4, "little")
    assert RAW.count(crc) == 2
    with pytest.raises(AlteredEvidenceError):
        read_archive(RAW.replace(crc, b"\0\0\0\0"))


def test_every_single_changed_byte_is_found() -> None:
    for position in range(len(RAW)):
        changed = bytearray(RAW)
        changed[position] ^= 0x40
        with pytest.raises(AlteredEvidenceError):
            read_archive(bytes(changed))


def test_too_many_parts_are_refused_with_advice() -> None:
    parts = [Part("checkpoint", b"")] * (archive.MAX_PARTS + 1)
    with pytest.raises(EvidenceError) as refused:
        written(*parts)
    assert "--media" in refused.value.advice


def test_too_many_bytes_are_refused_with_advice(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(archive, "MAX_BYTES", len(RAW) - 1)
    with pytest.raises(EvidenceError) as refused:
        written(*PARTS)
    assert "--frames" in refused.value.advice
    monkeypatch.setattr(archive, "MAX_BYTES", len(RAW))
    assert written(*PARTS) == RAW
