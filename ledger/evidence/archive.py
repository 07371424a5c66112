"""A zip of stored files with exactly one form for given parts (APPNOTE 6.3.10).

No compression, dates, extra fields, comments, data descriptors or zip64, so that equal
parts give equal bytes. Two readers of an ordinary zip may see different files: one
believes the local headers, another the central directory. So whatever is read is
written again and compared with every byte that came in, which also leaves no room
for anything beside the parts.
"""

import re
import struct
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from ledger.errors import AlteredEvidenceError, EvidenceError, UnreadableInputError

MAX_PARTS: Final = 0xFFFF - 1
"""65,535 itself marks a zip64 file."""
MAX_BYTES: Final = 0xFFFFFFFF - 1
"""4 GiB and more would need zip64, too."""

_LOCAL: Final = struct.Struct("<4s5H3I2H")
_CENTRAL: Final = struct.Struct("<4s6H3I5H2I")
_END: Final = struct.Struct("<4s4H2IH")
_LOCAL_MARK, _CENTRAL_MARK, _END_MARK = b"PK\x03\x04", b"PK\x01\x02", b"PK\x05\x06"
_LONGEST_COMMENT: Final = 0xFFFF
_VERSION: Final = 20  # 2.0: files in folders
_DAY: Final = (1 << 5) | 1  # 1980-01-01, the first day that the format can write

# Neither absolute, nor with dots that lead elsewhere, nor with letters that file
# systems fold: a segment begins with a letter, a digit or the sign of a frame.
_NAME = re.compile(r"[a-z0-9-][a-z0-9._-]{0,127}(?:/[a-z0-9-][a-z0-9._-]{0,127}){0,3}")


@dataclass(frozen=True, slots=True)
class Part:
    """One file of an archive."""

    name: str
    content: bytes


@dataclass(frozen=True, slots=True)
class _Header:
    """What both headers of a part say about it."""

    name: bytes
    crc: int
    size: int

    def fields(self) -> tuple[int, ...]:
        return (_VERSION, 0, 0, 0, _DAY, self.crc, self.size, self.size, len(self.name))


def looks_like_zip(raw: bytes) -> bool:
    """Tell whether bytes start or end like a zip, as any reader would judge.

    A zip with a damaged start is found by its end, and the other way round, so that
    no single change makes a bundle pass for another kind of file.
    """
    tail = raw[-(_LONGEST_COMMENT + _END.size) :]
    return raw.startswith((_LOCAL_MARK, _END_MARK)) or _END_MARK in tail


def emit_archive(parts: Sequence[Part]) -> Iterator[bytes]:
    """Write parts as the chunks of an archive, in the order given.

    Raises:
        EvidenceError: more or larger parts than a zip without zip64 holds.
    """
    _check_limits(parts)
    directory: list[bytes] = []
    offset = 0
    for part in parts:
        header = _Header(
            part.name.encode("ascii"), zlib.crc32(part.content), len(part.content)
        )
        local = _LOCAL.pack(_LOCAL_MARK, *header.fields(), 0) + header.name
        directory.append(_directory_row(header, offset))
        offset += len(local) + len(part.content)
        yield local
        yield part.content
    length = sum(map(len, directory))
    yield from directory
    count = len(parts)
    yield _END.pack(_END_MARK, 0, 0, count, count, length, offset, 0)


def read_archive(raw: bytes) -> tuple[Part, ...]:
    """Read an archive of the one permitted form.

    Raises:
        UnreadableInputError: this is no zip at all.
        AlteredEvidenceError: a zip in any other form.
    """
    if not looks_like_zip(raw):
        raise UnreadableInputError(
            "an evidence bundle (a zip)",
            met=f"a file of {len(raw)} bytes that is no zip",
            advice="Give the file that jangbu bundle wrote.",
        )
    parts = tuple(_parts_of(raw))
    names = [part.name for part in parts]
    if len(set(names)) != len(names):
        raise _altered("each part once", "a name that comes twice")
    # The headers, the directory and the end are nothing but a function of the parts.
    offset = 0
    for chunk in emit_archive(parts):
        if not raw.startswith(chunk, offset):
            raise _altered("the one form of an archive of these parts", "another form")
        offset += len(chunk)
    if offset != len(raw):
        raise _altered("nothing after the end of the archive", "more bytes")
    return parts


def _parts_of(raw: bytes) -> Iterator[Part]:
    offset = 0
    while raw.startswith(_LOCAL_MARK, offset):
        if offset + _LOCAL.size > len(raw):
            raise _altered("whole headers", "a header that is cut off")
        fields = _LOCAL.unpack_from(raw, offset)
        size, name_length, extra_length = fields[8:11]
        start = offset + _LOCAL.size
        end = start + name_length + extra_length + size
        name = _name_of(raw[start : start + name_length])
        if end > len(raw):
            raise _altered("whole parts", f"{name} cut off")
        yield Part(name, raw[start + name_length + extra_length : end])
        offset = end


def _name_of(raw: bytes) -> str:
    name = raw.decode("ascii", "replace")
    if _NAME.fullmatch(name) is None:
        raise _altered("relative names in lower case", repr(name[:80]))
    return name


def _directory_row(header: _Header, offset: int) -> bytes:
    rest = (0, 0, 0, 0, 0, offset)
    packed = _CENTRAL.pack(_CENTRAL_MARK, _VERSION, *header.fields(), *rest)
    return packed + header.name


def _check_limits(parts: Sequence[Part]) -> None:
    names = sum(len(part.name) for part in parts)
    content = sum(len(part.content) for part in parts)
    headers = len(parts) * (_LOCAL.size + _CENTRAL.size) + _END.size
    length = content + 2 * names + headers
    if len(parts) > MAX_PARTS or length > MAX_BYTES:
        raise EvidenceError(
            f"at most {MAX_PARTS} parts and {MAX_BYTES} bytes in one bundle",
            met=f"{len(parts)} parts, {length} bytes",
            advice="Take --frames sample:N, or --frames none and verify with --media.",
            parts=len(parts),
        )


def _altered(expected: str, met: str) -> AlteredEvidenceError:
    return AlteredEvidenceError(
        expected,
        met=met,
        advice="The bundle was changed or damaged: ask for it again.",
        where="bundle",
    )
