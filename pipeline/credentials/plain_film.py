"""Text and surplus in the headers of OpenEXR and DPX files.

Both formats invite it: owner, comments, date of capture, project, serial numbers, file
names. What is listed here is all that a file to be sealed may say.
"""

import struct
from collections.abc import Iterator
from typing import Final, NoReturn

from pipeline.errors import UnreadableFrameError

# OpenEXR file layout: the eight attributes that every header has, and what describes
# pixels and colour. Not among them: owner, comments, capDate, utcOffset, longitude,
# latitude, altitude, reelName, cameraUuid and whatever a program makes up.
_EXR_ATTRIBUTES: Final = frozenset(
    (
        *("channels", "compression", "dataWindow", "displayWindow", "lineOrder"),
        *("pixelAspectRatio", "screenWindowCenter", "screenWindowWidth"),
        *("type", "version", "chunkCount", "tiles", "dwaCompressionLevel"),
        *("chromaticities", "adoptedNeutral", "whiteLuminance", "colorInteropID"),
        "acesImageContainerFlag",
    )
)
_EXR_CHANNELS: Final = frozenset("RGBAY")
_LONGEST_NAME: Final = 255
_MULTI_PART: Final = 0x1000
_MOST_ATTRIBUTES: Final = 256

# SMPTE ST 268-1: (name, offset, length) of the header's texts and free space.
_DPX_TEXTS: Final = (
    ("file name", 36, 100),
    ("date", 136, 24),
    ("creator", 160, 100),
    ("project", 260, 200),
    ("copyright", 460, 200),
    ("reserved space", 664, 104),
    *((f"description {n + 1}", 820 + 72 * n, 32) for n in range(8)),
    ("reserved space", 1356, 52),
    ("source file name", 1432, 100),
    ("source date", 1532, 24),
    ("input device", 1556, 32),
    ("serial number", 1588, 32),
    ("reserved space", 1644, 20),
    ("film identification", 1664, 16),
    ("film format", 1680, 32),
    ("frame identification", 1732, 32),
    ("slate", 1764, 100),
    ("reserved space", 1864, 56),
    ("time code and user bits", 1920, 8),
    ("reserved space", 1972, 76),
)
_DPX_HEADER: Final = 2048
_UNSET: Final = frozenset((0x00, 0xFF))


def surplus_of_exr(data: bytes) -> set[str]:
    """Names of attributes and channels that are more than pixels and colour."""
    if struct.unpack_from("<I", data.ljust(8, b"\0"), 4)[0] & _MULTI_PART:
        return {"several parts"}
    surplus: set[str] = set()
    for name, body in _attributes(data):
        if name not in _EXR_ATTRIBUTES:
            surplus.add(name)
        elif name == "channels":
            surplus |= _channels(body)
    return surplus


def _attributes(data: bytes) -> Iterator[tuple[str, bytes]]:
    offset = 8
    for _ in range(_MOST_ATTRIBUTES):
        name, offset = _text(data, offset)
        if not name:
            return
        _, offset = _text(data, offset)
        (size,) = struct.unpack("<i", data[offset : offset + 4].ljust(4, b"\xff"))
        offset += 4
        if size < 0 or offset + size > len(data):
            _refuse("whole attributes", "one longer than the file")
        yield name, data[offset : offset + size]
        offset += size
    _refuse(f"at most {_MOST_ATTRIBUTES} attributes", "more")


def _channels(body: bytes) -> set[str]:
    names = set()
    offset = 0
    while offset < len(body):
        name, offset = _text(body, offset)
        if name:
            names.add(name)
            offset += 16
    return {f"channel {name}" for name in names - _EXR_CHANNELS}


def surplus_of_dpx(data: bytes) -> set[str]:
    """Names of header fields that say more than how to read the pixels."""
    if len(data) < _DPX_HEADER:
        _refuse(f"a DPX header of {_DPX_HEADER} bytes", f"{len(data)} bytes")
    order = ">" if data.startswith(b"SDPX") else "<"
    pixels, user = (struct.unpack_from(order + "I", data, at)[0] for at in (4, 32))
    surplus = {
        name
        for name, start, length in _DPX_TEXTS
        if not _UNSET.issuperset(data[start : start + length])
    }
    if user not in {0, 0xFFFFFFFF} or not _is_blank(data[_DPX_HEADER:pixels]):
        surplus.add("user data")
    return surplus


def _is_blank(gap: bytes) -> bool:
    return gap.count(0) + gap.count(0xFF) == len(gap)


def _text(data: bytes, offset: int) -> tuple[str, int]:
    end = data.find(b"\0", offset, offset + _LONGEST_NAME + 1)
    if end < 0:
        _refuse(f"names of up to {_LONGEST_NAME} bytes", "a longer one, or the end")
    return data[offset:end].decode("latin-1"), end + 1


def _refuse(expected: str, met: str) -> NoReturn:
    raise UnreadableFrameError(
        expected,
        met=met,
        advice="The file is damaged or was built to mislead; ask for it again.",
    )
