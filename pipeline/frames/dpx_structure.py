"""The header of a DPX file, checked before anything is allocated for its samples.

Offsets and codes are those of SMPTE ST 268-1:2014, clauses 5 (generic headers) and 6
(image data). The checks, in the order of the code:

1. the signature says the byte order, and the header makes sense in it;
2. one element with RGB, RGBA or luminance of 10, 12 or 16 bits, upright, not
   compressed, not encrypted, with a packing that is read here;
3. its samples lie within the file.
"""

import struct
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from pipeline.errors import FrameShapeError, UnreadableFrameError
from pipeline.frames.arrays import MAX_SIDE, check_size

ByteOrder: TypeAlias = Literal["<", ">"]

BIG: Final = b"SDPX"
LITTLE: Final = b"XPDS"
HEADER_BYTES: Final = 2048
MIN_HEADER_BYTES: Final = 1664  # the generic headers; those of industries may lack
UNDEFINED: Final = 0xFFFFFFFF

RGB, RGBA, LUMA = 50, 51, 6
_COMPONENTS: Final[Mapping[int, int]] = {RGB: 3, RGBA: 4, LUMA: 1}

PACKED, METHOD_A, METHOD_B = 0, 1, 2

TRANSFERS: Final[Mapping[int, str]] = {
    0: "user-defined",
    1: "printing density",
    2: "linear",
    3: "logarithmic",
    4: "unspecified video",
    5: "SMPTE 274M",
    6: "ITU-R 709-4",
    7: "ITU-R 601-5 system B or G",
    8: "ITU-R 601-5 system M",
    9: "composite video (NTSC)",
    10: "composite video (PAL)",
}
"""Transfer characteristics and colorimetric specifications, ST 268-1 tables 5A, 5B."""

_REC_709: Final = frozenset({5, 6})
"""High definition's curve and primaries, under either name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DpxStructure:
    """What the header says.

    Attributes:
        components: 1 luminance, 3 RGB, 4 RGBA.
        packing: 0 packed, 1 filled words by method A, 2 by method B.
        line_bytes: of the samples of one line.
        stride: from one line to the next.
        transfer: see `TRANSFERS`; `None` if undefined. So is `colorimetric`.
        reference: codes of reference black and white; `None` if they say nothing.
        aspect: horizontal and vertical part of the pixel aspect ratio.
    """

    order: ByteOrder
    width: int
    height: int
    components: int
    bits: int
    packing: int
    offset: int
    line_bytes: int
    stride: int
    transfer: str | None
    colorimetric: str | None
    colour: str | None
    reference: tuple[int, int] | None
    aspect: tuple[int, int]


def survey_dpx_structure(data: bytes, name: str) -> DpxStructure:
    """Check a DPX file's structure without decoding it.

    Raises:
        UnreadableFrameError: truncated, in the wrong byte order or not well formed.
        FrameShapeError: a form of DPX that is not read here, or an impossible size.
    """
    order = _order(data, name)
    orientation, elements, width, height = struct.unpack_from(order + "HHII", data, 768)
    _check_order(data, order, width, name)
    check_size(width, height, where=name)
    _only(elements == 1, "one image element", f"{elements}", name)
    _only(orientation in {0, 0xFFFF}, "an upright image", f"{orientation}", name)
    (key,) = struct.unpack_from(order + "I", data, 660)
    _only(key in {0, UNDEFINED}, "no encryption", f"a key {key:#x}", name)
    return _element(data, order, (width, height), name)


def damaged(name: str, met: str) -> UnreadableFrameError:
    """The error for a DPX file that is not whole or not well formed."""
    return UnreadableFrameError(
        "a whole, well-formed DPX file",
        met=met,
        advice="Export or copy the file again.",
        where=name,
    )


def _only(fits: object, expected: str, met: str, name: str) -> None:
    if not fits:
        raise FrameShapeError(
            f"a DPX file with {expected}",
            met=met,
            advice="Export upright RGB of 10, 12 or 16 bits.",
            where=name,
        )


def _order(data: bytes, name: str) -> ByteOrder:
    """Step 1."""
    if data[:4] not in {BIG, LITTLE}:
        raise damaged(name, "no DPX signature")
    if len(data) < MIN_HEADER_BYTES:
        raise damaged(name, "the file ends inside its header")
    return ">" if data[:4] == BIG else "<"


def _check_order(data: bytes, order: ByteOrder, width: int, name: str) -> None:
    other: ByteOrder = "<" if order == ">" else ">"
    (swapped,) = struct.unpack_from(other + "I", data, 772)
    if width > MAX_SIDE >= swapped:
        raise damaged(
            name,
            f"a signature for one byte order and a header in the other (width {width}, "
            f"or {swapped})",
        )


def _element(
    data: bytes, order: ByteOrder, size: tuple[int, int], name: str
) -> DpxStructure:
    """Steps 2 and 3."""
    width, height = size
    fields = struct.unpack_from(order + "IIfIfBBBBHHII", data, 780)
    sign, low, _, high, _, kind, transfer, colorimetric, bits = fields[:9]
    packing, encoding, offset, padding = fields[9:]
    _only(sign in {0, UNDEFINED}, "unsigned samples", "signed ones", name)
    _only(kind in _COMPONENTS, "RGB, RGBA or luminance", f"descriptor {kind}", name)
    _only(bits in {10, 12, 16}, "10, 12 or 16 bits", f"{bits} bits", name)
    _only(encoding in {0, 0xFFFF}, "no compression", "run lengths", name)
    packing = METHOD_A if bits == 16 else packing
    _only(
        packing in {PACKED, METHOD_A, METHOD_B},
        "packed samples or filled words (method A or B)",
        f"packing {packing} of {bits} bits",
        name,
    )
    (start,) = struct.unpack_from(order + "I", data, 4)
    offset = start if offset in {0, UNDEFINED} else offset
    line = _line_bytes(width * _COMPONENTS[kind], bits, packing)
    stride = line + (0 if padding == UNDEFINED else padding)
    if stride % 4 and not stride - line:
        stride = _aligned(len(data) - offset, line, height, name)
    if offset < MIN_HEADER_BYTES or offset + stride * (height - 1) + line > len(data):
        raise damaged(
            name,
            f"{len(data)} bytes for {height} lines of {stride} bytes at {offset}",
        )
    high_definition = transfer in _REC_709 and colorimetric in _REC_709
    return DpxStructure(
        order=order,
        width=width,
        height=height,
        components=_COMPONENTS[kind],
        bits=bits,
        packing=packing,
        offset=offset,
        line_bytes=line,
        stride=stride,
        transfer=TRANSFERS.get(transfer),
        colorimetric=TRANSFERS.get(colorimetric),
        colour="rec709" if high_definition else None,
        reference=(low, high) if low < high < UNDEFINED else None,
        aspect=_aspect(data, order),
    )


def _line_bytes(samples: int, bits: int, packing: int) -> int:
    """Bytes of one line; words of 32 bits where samples share them."""
    if packing == PACKED:
        return -(-samples * bits // 32) * 4
    return -(-samples // 3) * 4 if bits == 10 else samples * 2


def _aligned(there: int, line: int, height: int, name: str) -> int:
    """Bytes from line to line where lines do not end with a word.

    The standard begins each line with a word (clause 6.2); OpenImageIO's writer does
    not. The length of the file says which it is, or nothing does.
    """
    whole = -(-line // 4) * 4
    fitting = [each for each in (line, whole) if there == each * height]
    if not fitting:
        raise damaged(
            name, f"{there} bytes of samples, neither {line} nor {whole} a line"
        )
    return fitting[0]


def _aspect(data: bytes, order: ByteOrder) -> tuple[int, int]:
    across, down = struct.unpack_from(order + "II", data, 1628)
    undefined = {0, UNDEFINED} & {across, down}
    return (1, 1) if undefined else (across, down)
