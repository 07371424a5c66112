"""DPX in and out: codes of 10, 12 or 16 bits, as they are.

Read and written by our own code: a line of words is shifted and masked, nothing is
scaled, and nothing is turned into light.
"""

import struct
from typing import Final, Literal, TypeAlias

import numpy as np

from pipeline.errors import ColourSpaceError, FrameShapeError
from pipeline.frames.arrays import AnyArray
from pipeline.frames.dpx_structure import (
    BIG,
    HEADER_BYTES,
    METHOD_A,
    MIN_HEADER_BYTES,
    PACKED,
    RGB,
    RGBA,
    UNDEFINED,
    DpxStructure,
    damaged,
    survey_dpx_structure,
)
from pipeline.frames.picture import tool_token
from pipeline.frames.raster import Raster, Samples, check_samples
from pipeline.frames.survey import RasterSurvey

DpxBits: TypeAlias = Literal[10, 16]

_ROWS: Final = 8
"""Lines unpacked together: few enough to stay in the processor's cache."""

_GROUPS: Final = {10: (5, 16), 12: (3, 8)}
"""Packed samples by their bits: words of a group, and the samples in them."""

_USER, _LOGARITHMIC, _REC_709 = 0, 3, 6

_DECLARED: Final[dict[str | None, tuple[int, int]]] = {
    None: (_USER, _USER),
    "data": (_USER, _USER),
    "rec709": (_REC_709, _REC_709),
    "acescct": (_LOGARITHMIC, _USER),
    "logc3-ei800-awg3": (_LOGARITHMIC, _USER),
    "logc4-awg4": (_LOGARITHMIC, _USER),
    "slog3-sgamut3": (_LOGARITHMIC, _USER),
    "slog3-sgamut3cine": (_LOGARITHMIC, _USER),
}
"""By token: transfer characteristic and colorimetric specification."""

DPX_SPACES: Final = frozenset(token for token in _DECLARED if token is not None)
"""Spaces that a DPX of ours can be written in."""


def survey_dpx(data: bytes, name: str = "", *, squeezed: bool = False) -> RasterSurvey:
    """Say what a DPX file is, without decoding it.

    Raises:
        UnreadableFrameError: truncated, in the wrong byte order or not well formed.
        FrameShapeError: as for `read_dpx`.
    """
    structure = survey_dpx_structure(data, name)
    _check_aspect(structure, name, squeezed=squeezed)
    return RasterSurvey(
        format="dpx",
        width=structure.width,
        height=structure.height,
        bits=structure.bits,
        is_float=False,
        grey=structure.components == 1,
        alpha=structure.components == 4,
        colour=structure.colour,
    )


def read_dpx(data: bytes, name: str = "", *, squeezed: bool = False) -> Raster:
    """Decode a DPX file to its codes.

    Args:
        data: the whole file.
        name: for errors.
        squeezed: read pixels that are not square as they are stored.

    Raises:
        UnreadableFrameError: truncated, or in the wrong byte order.
        FrameShapeError: 8 or 32 bits, packed across words, more than one element,
            turned, compressed or encrypted; pixels that are not square; too large.
    """
    structure = survey_dpx_structure(data, name)
    _check_aspect(structure, name, squeezed=squeezed)
    samples = _samples(data, structure, name)
    rgb, alpha = samples, None
    if structure.components == 4:
        rgb = np.ascontiguousarray(samples[:, :, :3])
        alpha = np.ascontiguousarray(samples[:, :, 3])
    method = ("packed", "a", "b")[structure.packing]
    return Raster(
        rgb=rgb,
        alpha=alpha,
        bits=structure.bits,
        colour=structure.colour,
        header=_texts(structure),
        decoder=tool_token("jangbu", "dpx", str(structure.bits), method),
    )


def encode_dpx(
    rgb: Samples, alpha: Samples | None = None, *, bits: DpxBits, colour: str | None
) -> bytes:
    """Encode codes as a big-endian DPX file: method A for 10 bits, two bytes for 16.

    No time, machine or person is written: the same codes give the same bytes.

    Args:
        rgb: (height, width, 3) uint16, 0 to 2^bits - 1.
        alpha: (height, width) of the same depth.
        bits: depth of a sample.
        colour: token; a camera's curve is declared as `logarithmic`, since DPX has no
            word for whose.

    Raises:
        FrameShapeError: another shape or type, or a code over 2^bits - 1.
        ColourSpaceError: a space that DPX cannot declare.
    """
    check_samples(rgb, bits)
    if rgb.ndim != 3 or int(rgb.max()) >> bits:
        raise FrameShapeError(
            f"height × width × 3 codes of {bits} bits",
            met=f"shape {rgb.shape}, codes up to {int(rgb.max())}",
            advice="Encode the picture for this depth before it is written.",
        )
    samples = rgb
    if alpha is not None:
        check_samples(alpha, bits)
        samples = np.concatenate((rgb, alpha[:, :, None]), axis=2)
    if colour not in _DECLARED:
        raise ColourSpaceError(
            "rec709, or a logarithmic space, for DPX",
            met=str(colour),
            advice="Convert to Rec. 709 or to a camera's curve, or write OpenEXR.",
        )
    height, width, components = samples.shape
    lines = samples.reshape(height, width * components)
    packed = _packed_10(lines) if bits == 10 else _padded_16(lines)
    return b"".join((_header(samples, bits, _DECLARED[colour]), packed.data))


def dpx_encoder(bits: DpxBits) -> str:
    """The encoder's token for the statement of a run."""
    return tool_token("jangbu", "dpx", str(bits), "a")


def _check_aspect(structure: DpxStructure, name: str, *, squeezed: bool) -> None:
    across, down = structure.aspect
    if across != down and not squeezed:
        raise FrameShapeError(
            "square pixels",
            met=f"a pixel aspect ratio of {across}:{down}",
            advice="Desqueeze the picture, or have the recipe say that it is squeezed.",
            where=name,
        )


def _texts(structure: DpxStructure) -> dict[str, str]:
    """What the header says of the codes, for whoever has to name a colour space."""
    found = {
        "dpx:transfer": structure.transfer,
        "dpx:colorimetric": structure.colorimetric,
    }
    if structure.reference is not None:
        found["dpx:reference"] = "{} {}".format(*structure.reference)
    across, down = structure.aspect
    if across != down:
        found["dpx:aspect"] = f"{across}:{down}"
    return {key: text for key, text in found.items() if text is not None}


def _samples(data: bytes, structure: DpxStructure, name: str) -> Samples:
    """(height, width, components) codes, or (height, width) of luminance."""
    height, count = structure.height, structure.width * structure.components
    shared = structure.packing == PACKED or structure.bits == 10
    size = 4 if shared else 2
    words = np.ndarray(
        (height, structure.line_bytes // size),
        f"{structure.order}u{size}",
        memoryview(data)[structure.offset :],
        strides=(structure.stride, size),
    )
    filling = 0
    if structure.packing == PACKED:
        codes = _unpacked(words, count, structure.bits)
    elif structure.bits == 10:
        codes, filling = _unpacked_10(words, count, structure.packing)
    else:
        codes, filling = _unpacked_16(words, structure.bits, structure.packing)
    if filling:
        raise damaged(
            name, "bits set where words are filled up; is the byte order the other one?"
        )
    if structure.components == 1:
        return codes
    return codes.reshape(height, structure.width, structure.components)


def _unpacked(words: AnyArray, count: int, bits: int) -> AnyArray:
    """Samples side by side without gaps, the first in a word's lowest bits."""
    height, each = words.shape
    of_words, of_samples = _GROUPS[bits]
    groups = -(-each // of_words)
    codes = np.empty((height, groups, of_samples), np.uint16)
    padded = np.zeros((_ROWS, groups * of_words), np.uint32)
    for top in range(0, height, _ROWS):
        some = codes[top : top + _ROWS]
        padded[: len(some), :each] = words[top : top + _ROWS]
        grouped = padded[: len(some)].reshape(len(some), groups, of_words)
        for index in range(of_samples):
            word, shift = divmod(bits * index, 32)
            found = grouped[:, :, word] >> shift
            if shift + bits > 32:
                found |= grouped[:, :, word + 1] << (32 - shift)
            some[:, :, index] = found & ((1 << bits) - 1)
    return np.ascontiguousarray(codes.reshape(height, -1)[:, :count])


def _unpacked_10(words: AnyArray, count: int, packing: int) -> tuple[AnyArray, int]:
    """Three codes from each word, the first in the highest bits; and filling bits."""
    height, each = words.shape
    low = 2 if packing == METHOD_A else 0
    filling = 0
    codes = np.empty((height, each, 3), np.uint16)
    for top in range(0, height, _ROWS):
        # To the machine's order first: shifts of foreign words go through a buffer.
        some = words[top : top + _ROWS].astype(np.uint32)
        filling |= int(np.bitwise_or.reduce(some, axis=None))
        for index, shift in enumerate((low + 20, low + 10, low)):
            codes[top : top + _ROWS, :, index] = (some >> shift) & 0x3FF
    whole = codes.reshape(height, each * 3)
    return np.ascontiguousarray(whole[:, :count]), filling & ~(0x3FFFFFFF << low)


def _unpacked_16(words: AnyArray, bits: int, packing: int) -> tuple[AnyArray, int]:
    """One code from two bytes, and filling bits."""
    codes = words.astype(np.uint16)
    if bits == 16:
        return codes, 0
    every = int(np.bitwise_or.reduce(codes, axis=None))
    if packing == METHOD_A:
        return codes >> 4, every & 0x000F
    return codes, every & 0xF000


def _packed_10(lines: AnyArray) -> AnyArray:
    """Method A: three codes a word, two bits of zero below."""
    height, count = lines.shape
    each = -(-count // 3)
    if each * 3 != count:
        lines = np.pad(lines, ((0, 0), (0, each * 3 - count)))
    codes = lines.reshape(height, each, 3)
    packed = np.empty((height, each), ">u4")
    for top in range(0, height, _ROWS):
        some = codes[top : top + _ROWS]
        words = some[:, :, 0].astype(np.uint32) << 22
        words |= some[:, :, 1].astype(np.uint32) << 12
        words |= some[:, :, 2].astype(np.uint32) << 2
        packed[top : top + _ROWS] = words
    return packed


def _padded_16(lines: AnyArray) -> AnyArray:
    """Two bytes a code, each line ending with a word."""
    odd = lines.shape[1] % 2
    return (
        np.pad(lines, ((0, 0), (0, odd))).astype(">u2") if odd else lines.astype(">u2")
    )


def _header(samples: AnyArray, bits: int, declared: tuple[int, int]) -> bytes:
    """ST 268-1 clause 5; texts empty, and numbers undefined, where nothing is said."""
    height, width, components = samples.shape
    samples_a_line = width * components
    # Said of odd lines too, since some readers begin lines with words and some do not.
    padding = 0 if bits == 10 else samples_a_line % 2 * 2
    line = -(-samples_a_line // 3) * 4 if bits == 10 else samples_a_line * 2 + padding
    header = bytearray(HEADER_BYTES)
    struct.pack_into(
        ">4sI8sIIIII",
        header,
        0,
        BIG,
        HEADER_BYTES,
        b"V2.0",
        HEADER_BYTES + line * height,
        1,
        MIN_HEADER_BYTES,
        HEADER_BYTES - MIN_HEADER_BYTES,
        0,
    )
    struct.pack_into(">I", header, 660, UNDEFINED)
    struct.pack_into(">HHII", header, 768, 0, 1, width, height)
    kind = RGBA if components == 4 else RGB
    head = struct.pack(">IIfIf", 0, 0, 0.0, (1 << bits) - 1, 0.0)
    form = bytes((kind, *declared, bits))
    tail = struct.pack(
        ">HHIII", METHOD_A if bits == 10 else 0, 0, HEADER_BYTES, padding, 0
    )
    header[780 : 780 + 40] = head + form + tail
    struct.pack_into(">II", header, 1628, 1, 1)
    # Numbers of the film and television headers; their texts stay empty.
    for start, stop in ((1712, 1732), (1920, 1972)):
        header[start:stop] = b"\xff" * (stop - start)
    return bytes(header)
