"""Mattes of every depth as coverage in Q15, and mattes that bound each other.

A matte is coverage and not light: no transfer curve applies to it. With `full` the
greatest code of the depth (255, 1023, 4095, 65535):

    integer   (65536 × code + full) div (2 × full)     to the nearest; full is 32768
    float     32768 × min(max(x, 0), 1)                to the nearest, halves to even

The first is the table of `picture/1` for 8 bits.
"""

from dataclasses import dataclass
from typing import Final, cast

import numpy as np

from pipeline.errors import FrameShapeError
from pipeline.frames.arrays import AnyArray
from pipeline.frames.raster import Raster, check_samples
from pipeline.kernels.coverage import Coverage, as_coverage, intersect
from pipeline.kernels.linear import coverage_of_floats, require_finite
from pipeline.kernels.tables import ONE

_BITS: Final = {"uint8": 8, "uint16": 16, "float16": 16, "float32": 32}


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Mattes:
    """What bounds a key or matte, in the layer's size.

    Attributes:
        core: where the layer is opaque whatever its colour; the greater counts.
        garbage: what to keep at all; coverage is multiplied by it, after `core`.
        holdout: what stands in front of the layer and is cut out of it; coverage is
            multiplied by what it leaves, last, so that it wins.
    """

    core: Coverage | None = None
    garbage: Coverage | None = None
    holdout: Coverage | None = None

    def raise_by_core(self, coverage: Coverage) -> Coverage:
        """Apply the core.

        Raises:
            FrameShapeError: it differs in size.
        """
        if self.core is None:
            return coverage
        _require_size(self.core, coverage)
        return cast("Coverage", np.maximum(coverage, as_coverage(self.core)))

    def cut(self, coverage: Coverage) -> Coverage:
        """Apply garbage, then holdout.

        Raises:
            FrameShapeError: one of them differs in size.
        """
        if self.garbage is not None:
            coverage = intersect(coverage, as_coverage(self.garbage))
        if self.holdout is not None:
            coverage = intersect(coverage, inverse(self.holdout))
        return coverage

    def bound(self, coverage: Coverage) -> Coverage:
        """Apply all three, in their order."""
        return self.cut(self.raise_by_core(coverage))


def coverage_of_samples(samples: AnyArray, bits: int, *, where: str = "") -> Coverage:
    """Turn one channel of any depth into coverage.

    Raises:
        FrameShapeError: more channels than one, another type, or a code beyond the
            depth.
        SampleValueError: a float that is no finite number.
    """
    if samples.ndim != 2:
        raise FrameShapeError(
            "a matte of one channel",
            met=f"shape {samples.shape}",
            advice="Name the channel, or export the matte as grey.",
            where=where,
        )
    check_samples(samples, bits, where=where)
    if samples.dtype.kind == "f":
        require_finite(samples, where=where)
        return coverage_of_floats(samples)
    full = (1 << bits) - 1
    if int(samples.max()) > full:
        raise FrameShapeError(
            f"codes of {bits} bits, at most {full}",
            met=f"{int(samples.max())}",
            advice="Export the matte again.",
            where=where,
        )
    steps = samples.astype(np.uint32)
    steps <<= 16
    steps += np.uint32(full)  # 65535 × 65536 + 65535 < 2^32
    steps //= np.uint32(2 * full)
    return cast("Coverage", steps.astype(np.uint16))


def matte_of(raster: Raster, channel: str = "", *, where: str = "") -> Coverage:
    """Take a picture's alpha, a channel of it by name, or its only channel.

    Args:
        raster: as it was decoded.
        channel: a name in `raster.planes`; empty for alpha, or for the grey of a
            picture that has no other channel.
        where: file or field for the error.

    Raises:
        FrameShapeError: there is no such channel, or it holds ids.
        SampleValueError: a float that is no finite number.
    """
    if not channel:
        found = raster.rgb if raster.grey and raster.alpha is None else raster.alpha
        bits = raster.bits
    else:
        found = raster.planes.get(channel)
        bits = 0 if found is None else _BITS.get(found.dtype.name, 0)
        if found is not None and found.dtype == raster.rgb.dtype:
            bits = raster.bits
    if found is None or not bits:
        raise FrameShapeError(
            f"a matte in the channel {channel or 'alpha'}",
            met="no such channel" if found is None else f"{found.dtype}",
            advice="Name a channel that the file has.",
            where=where,
        )
    return coverage_of_samples(np.ascontiguousarray(found), bits, where=where)


def inverse(coverage: Coverage) -> Coverage:
    """What a matte leaves open.

    Examples:
        >>> inverse(as_coverage(np.array([[0, 1, 32768]], np.uint16))).tolist()
        [[32768, 32767, 0]]
    """
    return cast("Coverage", np.subtract(ONE, as_coverage(coverage), dtype=np.uint16))


def _require_size(matte: Coverage, coverage: Coverage) -> None:
    if matte.shape != coverage.shape:
        raise FrameShapeError(
            "mattes in the size of the layer",
            met=f"{matte.shape} on {coverage.shape}",
            advice="Export the matte in the layer's size.",
        )
