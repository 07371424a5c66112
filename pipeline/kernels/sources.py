"""What a backend is handed: pictures as they were read, mattes and keys beside them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

import numpy as np

from pipeline.errors import FrameShapeError
from pipeline.frames.arrays import AnyArray, Frame, Matte, as_frame, as_matte
from pipeline.kernels.compose import Layer
from pipeline.kernels.coverage import Coverage, as_coverage, coverage_of
from pipeline.kernels.key import KeySettings, key
from pipeline.kernels.tables import ONE

AnyMatte: TypeAlias = Matte | Coverage
"""8 bits as delivered, or Q15."""

_RAMP_BITS: Final = 16


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Source:
    """One layer of a frame before any arithmetic.

    Attributes:
        rgb: straight colour, light on black, or the picture before the screen.
        matte: where the layer is; `None` means everywhere, or wherever the key says.
        light: `rgb` is light on black (`light/1`), which has no matte but its own.
        key: how the layer is cut from its screen.
        core: with a key: where the element is opaque whatever its colour.
        garbage: with a key: what to keep at all; it wins over `core`.
    """

    rgb: Frame
    matte: AnyMatte | None = None
    light: bool = False
    key: KeySettings | None = None
    core: AnyMatte | None = None
    garbage: AnyMatte | None = None

    def __post_init__(self) -> None:
        keyed = self.key is not None
        covered = self.matte is not None
        if keyed + covered + self.light > 1:
            raise FrameShapeError(
                "a layer with one of matte, key and light",
                met="more than one",
                advice="Deliver the matte as the key's garbage or core matte.",
            )
        if not keyed and (self.core is not None or self.garbage is not None):
            raise FrameShapeError(
                "garbage and core mattes beside a key",
                met="no key",
                advice="Name the key, or deliver one matte.",
            )


def layer_of(source: Source) -> Layer:
    """Prepare a layer for the NumPy form of `picture/1`.

    Raises:
        FrameShapeError: a matte does not fit its picture.
    """
    if source.key is None:
        coverage = None if source.matte is None else in_q15(source.matte)
        return Layer(rgb=source.rgb, coverage=coverage, light=source.light)
    keyed = key(
        source.rgb,
        source.key,
        core=None if source.core is None else in_q15(source.core),
        garbage=None if source.garbage is None else in_q15(source.garbage),
    )
    return Layer(rgb=keyed.rgb, coverage=keyed.coverage)


def in_q15(matte: AnyMatte) -> Coverage:
    """Turn a matte of either depth into coverage."""
    if matte.dtype == np.uint8:
        return coverage_of(as_matte(matte))
    return as_coverage(matte)


def admit(sources: Sequence[Source]) -> tuple[list[Source], int, int]:
    """Check sources as the NumPy form does, and give every array one piece of memory.

    Returns:
        The sources, and their height and width.

    Raises:
        FrameShapeError: no source, or pictures and mattes of different sizes.
    """
    if not sources:
        raise FrameShapeError(
            "at least one layer",
            met="none",
            advice="Name the layers of the frame, the plate included.",
        )
    admitted = [_admit(source) for source in sources]
    height, width = admitted[0].rgb.shape[:2]
    for index, source in enumerate(admitted):
        for plane in (source.rgb, source.matte, source.core, source.garbage):
            if plane is not None and plane.shape[:2] != (height, width):
                raise FrameShapeError(
                    "layers and mattes of one size",
                    met=f"{plane.shape[1]} × {plane.shape[0]} on {width} × {height}",
                    advice="Scale the layer where it is made; nothing is scaled here.",
                    layer=index,
                )
    return admitted, height, width


def reciprocal_of(settings: KeySettings) -> int:
    """What the ramp of a key multiplies by, so that nothing divides per pixel."""
    span = settings.hi - settings.lo
    return ((ONE << _RAMP_BITS) + span // 2) // span


def _admit(source: Source) -> Source:
    return Source(
        rgb=as_frame(source.rgb),
        matte=_admit_matte(source.matte),
        light=source.light,
        key=source.key,
        core=_admit_matte(source.core),
        garbage=_admit_matte(source.garbage),
    )


def _admit_matte(matte: AnyArray | None) -> AnyMatte | None:
    if matte is None:
        return None
    return as_matte(matte) if matte.dtype == np.uint8 else as_coverage(matte)
