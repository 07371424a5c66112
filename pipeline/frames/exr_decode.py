"""OpenEXR's library: from a checked structure to arrays, and from arrays to bytes."""

import hashlib
import io
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Final, TypeAlias

import OpenEXR

from pipeline.errors import ToolVersionError
from pipeline.frames.arrays import AnyArray
from pipeline.frames.exr_header import COMPRESSIONS, damaged, refused
from pipeline.frames.exr_structure import ExrStructure, survey_exr_structure

_Forms: TypeAlias = dict[str, tuple[str, tuple[int, ...]]]
"""By channel: type and shape."""

_ONE_THREAD: Final = 0
"""Frames are decoded side by side by processes, never by threads in the library."""

_DWA: Final = frozenset({"dwaa", "dwab"})

_DWA_PROBE: Final = "dwa_probe.exr"
"""32 × 32 pixels of photographs, DWAA: blocks whose last bits tell the codes apart."""

_DWA_ANSWER: Final = "d6a85e75d03b87323ae046a7d60e2eacccd8bc79de33f723dbce2a5bdfdb0ce1"
"""SHA-256 of its samples, half floats, as the library's AVX code decodes them."""


def decode_parts(
    data: bytes, structure: ExrStructure, name: str
) -> list[dict[str, AnyArray]]:
    """Decode every channel of every part, each the size of its data window.

    A single part of R, G and B alone comes as one array of three channels named
    `RGB`, which saves weaving three planes.

    Raises:
        UnreadableFrameError: chunks that do not unpack.
        FrameShapeError: DWA compression on a machine that decodes it differently.
    """
    _check_dwa(structure, name)
    woven = is_woven(structure)
    try:
        file = OpenEXR.File(structure.stream(data), not woven, False, _ONE_THREAD)
        with file:
            found = [
                {key: channel.pixels for key, channel in part.channels.items()}
                for part in file.parts
            ]
    # The binding raises all of these on data that does not unpack.
    except (RuntimeError, ValueError, TypeError, OSError, MemoryError) as error:
        raise damaged(name, f"chunks that do not unpack: {error}") from error
    # Or it raises nothing, writes to standard error and leaves the part out.
    if [_forms(part) for part in found] != _expected(structure, woven=woven):
        raise damaged(name, "chunks that do not unpack")
    return found


def _forms(channels: Mapping[str, AnyArray]) -> _Forms:
    return {key: (array.dtype.name, array.shape) for key, array in channels.items()}


def _expected(structure: ExrStructure, *, woven: bool) -> list[_Forms]:
    found: list[_Forms] = []
    for part in structure.parts:
        width, height = part.size
        forms: _Forms = {c.name: (c.dtype, (height, width)) for c in part.channels}
        if woven:
            forms = {"RGB": (part.channels[0].dtype, (height, width, 3))}
        found.append(forms)
    return found


def is_woven(structure: ExrStructure) -> bool:
    """Whether R, G and B come as one array."""
    channels = structure.parts[0].channels
    alike = len({channel.dtype for channel in channels}) == 1
    names = [channel.name for channel in channels]
    return len(structure.parts) == 1 and alike and names == ["B", "G", "R"]


def encode_part(
    channels: Mapping[str, AnyArray], header: Mapping[str, object], compression: str
) -> bytes:
    """Write one part of scanlines; the same arrays give the same bytes."""
    numbers = {label: number for number, (label, _) in COMPRESSIONS.items()}
    out = io.BytesIO()
    fields = {
        **header,
        "compression": OpenEXR.Compression(numbers[compression]),
        "type": OpenEXR.scanlineimage,
    }
    with OpenEXR.File(fields, dict(channels), _ONE_THREAD) as file:
        file.write(out)
    return out.getvalue()


def check_dwa_machine() -> None:
    """Refuse a machine whose DWA code differs from the one that the answer is of.

    DWA is lossy, and its inverse transform is written once for AVX, once for SSE2 and
    once plainly, with sums in different orders. Half of the samples of a picture
    differ in their last bits between them, so pixels would depend on the machine.

    Raises:
        ToolVersionError: the known answer does not come out.
    """
    met = _dwa_answer()
    if met != _DWA_ANSWER:
        raise ToolVersionError(
            "a processor with AVX, as DWA was decoded with elsewhere",
            met=f"other samples for the known picture ({met[:16]})",
            advice="Convert DWAA and DWAB files to ZIP or PIZ on one machine.",
        )


def _check_dwa(structure: ExrStructure, name: str) -> None:
    if _DWA.isdisjoint(COMPRESSIONS[part.compression][0] for part in structure.parts):
        return
    try:
        check_dwa_machine()
    except ToolVersionError as error:
        raise refused(
            name,
            "compression that every machine decodes alike",
            "DWA on a machine without AVX",
            "Convert the file to ZIP or PIZ.",
        ) from error


@cache
def _dwa_answer() -> str:
    data = files(__package__).joinpath("data", _DWA_PROBE).read_bytes()
    stream = survey_exr_structure(data, "").stream(data)
    with OpenEXR.File(stream, False, False, _ONE_THREAD) as file:
        samples = file.parts[0].channels["RGB"].pixels
    return hashlib.sha256(samples.astype("<f2").tobytes()).hexdigest()
