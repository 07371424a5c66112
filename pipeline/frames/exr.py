"""OpenEXR in and out: half and float pictures with layers, windows and parts.

The library decodes after our own checks and under a header of our making
(`exr_structure`). Alpha is associated by specification: colour is premultiplied.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

import numpy as np

from pipeline.errors import ColourSpaceError, FrameShapeError
from pipeline.frames.arrays import AnyArray
from pipeline.frames.exr_channels import (
    Chosen,
    ExrChoice,
    active_of,
    check_finite,
    check_one_frame,
    choose,
    placed,
    plane_names,
    texts_of,
)
from pipeline.frames.exr_colour import CHROMATICITIES, INTEROP_IDS, declared_colour
from pipeline.frames.exr_decode import (
    check_dwa_machine,
    decode_parts,
    encode_part,
    is_woven,
)
from pipeline.frames.exr_header import COMPRESSIONS, ExrPart
from pipeline.frames.exr_structure import ExrStructure, survey_exr_structure
from pipeline.frames.picture import tool_token
from pipeline.frames.raster import Box, Raster, Samples, check_samples
from pipeline.frames.survey import RasterSurvey

ExrCompression: TypeAlias = Literal["none", "zips", "zip", "piz", "dwaa"]

BITS: Final[Mapping[str, int]] = {"float16": 16, "float32": 32}
DWA_LEVEL: Final = 45.0
"""The library's own default; larger is smaller and worse."""

_WHOLE: Final = ExrChoice()


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ExrPlanes:
    """All channels of a file that need not have a picture, such as one of mattes.

    Attributes:
        planes: by name, (height, width) of the frame each, in the file's own types.
        header: as of a `Raster`.
        active: as of a `Raster`, for the first part.
    """

    planes: Mapping[str, AnyArray]
    header: Mapping[str, str]
    active: Box | None
    decoder: str


def survey_exr(data: bytes, name: str = "", choice: ExrChoice = _WHOLE) -> RasterSurvey:
    """Say what an OpenEXR file's picture is, without decoding it.

    Raises:
        UnreadableFrameError: truncated, damaged or not well formed.
        FrameShapeError: as for `read_exr`.
        ColourSpaceError: it declares two colour spaces.
    """
    parts = survey_exr_structure(data, name).parts
    chosen = choose(parts, choice, name)
    part = parts[chosen.index]
    return RasterSurvey(
        format="exr",
        width=part.display.right - part.display.left,
        height=part.display.bottom - part.display.top,
        bits=BITS[chosen.dtype],
        is_float=True,
        grey=len(chosen.colour) == 1,
        alpha=chosen.alpha is not None,
        colour=declared_colour(part.attributes, name),
    )


def survey_exr_planes(data: bytes, name: str = "") -> dict[str, str]:
    """Name every channel of a file and its type, as `read_exr_planes` would.

    Raises:
        UnreadableFrameError: truncated, damaged or not well formed.
        FrameShapeError: deep, subsampled, mip-mapped or of an impossible size.
    """
    parts = survey_exr_structure(data, name).parts
    types = {
        (index, channel.name): channel.dtype
        for index, part in enumerate(parts)
        for channel in part.channels
    }
    return {
        plane: types[place] for place, plane in plane_names(parts, None, name).items()
    }


def read_exr(data: bytes, name: str = "", choice: ExrChoice = _WHOLE) -> Raster:
    """Decode an OpenEXR file's picture, in the size of its display window.

    Outside of the data window samples are 0, and `active` says where it is; what
    lies outside of the display window (overscan) is cut off, and `header` has both
    windows then. Every other channel is a plane, of all parts.

    Args:
        data: the whole file.
        name: for errors.
        choice: layer and part, if not the first picture of the file.

    Raises:
        UnreadableFrameError: truncated or damaged.
        SampleValueError: samples that are NaN or infinite.
        FrameShapeError: no red, green and blue; channels of different types; deep,
            subsampled or mip-mapped; pixels that are not square; too large.
        ColourSpaceError: it declares two colour spaces.
    """
    structure = survey_exr_structure(data, name)
    parts = structure.parts
    check_one_frame(parts, name)
    chosen = choose(parts, choice, name)
    part = parts[chosen.index]
    colour = declared_colour(part.attributes, name)
    header = texts_of(parts, chosen.index, name)
    names = plane_names(parts, chosen, name)
    decoded = decode_parts(data, structure, name)
    rgb = placed(_colour_samples(decoded[chosen.index], chosen, structure), part)
    check_finite(rgb, name)
    alpha = None
    if chosen.alpha is not None:
        alpha = placed(decoded[chosen.index].pop(chosen.alpha), part)
        check_finite(alpha, name)
    return Raster(
        rgb=rgb,
        alpha=alpha,
        bits=BITS[chosen.dtype],
        colour=colour,
        premultiplied=alpha is not None,
        active=active_of(part),
        planes=_planes(decoded, parts, names),
        header=header,
        decoder=_decoder(parts, chosen),
    )


def read_exr_planes(data: bytes, name: str = "") -> ExrPlanes:
    """Decode every channel of an OpenEXR file, which need not have a picture.

    Samples are not looked at: depth may well be infinite.

    Raises:
        UnreadableFrameError: truncated or damaged.
        FrameShapeError: deep, subsampled or mip-mapped; too large.
    """
    structure = survey_exr_structure(data, name)
    parts = structure.parts
    check_one_frame(parts, name)
    header = texts_of(parts, None, name)
    names = plane_names(parts, None, name)
    decoded = decode_parts(data, structure, name)
    if is_woven(structure):
        woven = decoded[0].pop("RGB")
        decoded[0] |= {letter: woven[:, :, i] for i, letter in enumerate("RGB")}
    return ExrPlanes(
        planes=_planes(decoded, parts, names),
        header=header,
        active=active_of(parts[0]),
        decoder=_decoder(parts, None),
    )


def encode_exr(
    rgb: Samples,
    alpha: Samples | None = None,
    *,
    colour: str | None,
    compression: ExrCompression = "zip",
) -> bytes:
    """Encode a picture as an OpenEXR file of one part of scanlines.

    The same samples give the same bytes under one version of the library: no time,
    machine or person is written. Chromaticities and `colorInteropID` say the colour.

    Args:
        rgb: (height, width, 3) half or float; multiplied by `alpha` if there is one.
        alpha: (height, width) of the same type.
        colour: token of a linear space, `data`, or `None` to declare nothing.
        compression: all but `dwaa` are lossless.

    Raises:
        FrameShapeError: no half or float picture.
        ColourSpaceError: a space whose samples OpenEXR cannot declare.
        SampleValueError: samples that are NaN or infinite.
        ToolVersionError: DWA on a machine that computes it differently.
    """
    bits = BITS.get(rgb.dtype.name)
    if bits is None or rgb.ndim != 3:
        raise FrameShapeError(
            "height × width × 3 half or single floats",
            met=f"shape {rgb.shape}, {rgb.dtype}",
            advice="OpenEXR holds floats here; write integers to another format.",
        )
    channels: dict[str, AnyArray] = {"RGB": rgb}
    if alpha is not None:
        # A Raster has checked already that the two fit each other.
        channels = {"R": rgb[:, :, 0], "G": rgb[:, :, 1], "B": rgb[:, :, 2]}
        channels = {k: np.ascontiguousarray(v) for k, v in channels.items()}
        channels["A"] = alpha
        check_samples(alpha, bits)
        check_finite(alpha, "")
    check_samples(rgb, bits)
    check_finite(rgb, "")
    if compression == "dwaa":
        check_dwa_machine()
    return encode_part(channels, _colour_header(colour), compression)


def exr_encoder(compression: ExrCompression) -> str:
    """The encoder's token for the statement of a run."""
    level = (f"{DWA_LEVEL:.0f}",) if compression == "dwaa" else ()
    return tool_token("openexr", compression, *level)


def _colour_header(colour: str | None) -> dict[str, object]:
    if colour is None:
        return {}
    if colour not in INTEROP_IDS:
        raise ColourSpaceError(
            f"one of {', '.join(sorted(INTEROP_IDS))} for OpenEXR",
            met=colour,
            advice="Write linear light to OpenEXR, or another format.",
        )
    found: dict[str, object] = {"colorInteropID": INTEROP_IDS[colour]}
    if colour in CHROMATICITIES:
        found["chromaticities"] = CHROMATICITIES[colour]
    return found


def _colour_samples(
    decoded: dict[str, AnyArray], chosen: Chosen, structure: ExrStructure
) -> Samples:
    """The picture's samples, taken out of what was decoded."""
    if is_woven(structure):
        return decoded.pop("RGB")
    if len(chosen.colour) == 1:
        return decoded.pop(chosen.colour[0])
    return np.stack([decoded.pop(channel) for channel in chosen.colour], axis=2)


def _planes(
    decoded: list[dict[str, AnyArray]],
    parts: tuple[ExrPart, ...],
    names: Mapping[tuple[int, str], str],
) -> dict[str, AnyArray]:
    return {
        plane: placed(decoded[index][channel], parts[index])
        for (index, channel), plane in names.items()
    }


def _decoder(parts: tuple[ExrPart, ...], chosen: Chosen | None) -> str:
    """The library, and what of the file was read how."""
    labels = {COMPRESSIONS[part.compression][0] for part in parts}
    options = sorted(labels & {"dwaa", "dwab", "b44", "b44a", "pxr24"})
    if chosen is not None:
        part = parts[chosen.index]
        box = active_of(part) or part.display
        width, height = part.size
        if (box.right - box.left, box.bottom - box.top) != (width, height):
            options.append("cropped")
    return tool_token("openexr", *(options or ["lossless"]))
