"""A picture of any depth, as it was decoded: samples, and what the file says of them.

Nothing is scaled to another depth here. Ten-bit codes lie in 16-bit samples as the
codes they are, half floats stay half floats, premultiplied colour stays premultiplied.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple, TypeAlias, cast

import numpy as np

from pipeline.errors import FrameShapeError
from pipeline.frames.arrays import AnyArray, check_size

Samples: TypeAlias = np.ndarray[Any, np.dtype[Any]]
"""uint8, uint16, float16 or float32, C order, in the machine's byte order."""

DEPTHS: Final[Mapping[str, frozenset[int]]] = {
    "uint8": frozenset({8}),
    "uint16": frozenset({10, 12, 16}),
    "float16": frozenset({16}),
    "float32": frozenset({32}),
}
"""By type of sample, the depths that it may hold; integers 0 to 2^bits - 1."""


class Box(NamedTuple):
    """Part of a picture in pixels: from the upper left, the ends excluded."""

    left: int
    top: int
    right: int
    bottom: int


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Raster:
    """The samples of one picture.

    Attributes:
        rgb: (height, width, 3) colour, as `premultiplied` says; (height, width) for a
            picture of one channel, such as a matte.
        alpha: (height, width) of the same type; `None` if the file has none, which
            means opaque.
        bits: depth of a sample, see `DEPTHS`.
        colour: token of the colour space that the file itself declares
            (`pipeline.colour.spaces`); `None` if it declares nothing.
        premultiplied: whether `rgb` was multiplied by `alpha`.
        active: where the file has pixels at all, if not everywhere (the data window of
            an OpenEXR within its display window); outside, samples are 0.
        planes: further channels by their name in the file, (height, width) each, any
            type, uint32 included.
        header: texts beside the pixels that are needed to read them (the manifest of
            a Cryptomatte), by their name in the file.
        decoder: who turned bytes into samples, as `name@version+options`.
    """

    rgb: Samples
    alpha: Samples | None = None
    bits: int
    colour: str | None = None
    premultiplied: bool = False
    active: Box | None = None
    planes: Mapping[str, AnyArray] = field(default_factory=dict)
    header: Mapping[str, str] = field(default_factory=dict)
    decoder: str

    def __post_init__(self) -> None:
        check_samples(self.rgb, self.bits, where=self.decoder)
        if self.alpha is not None:
            check_alpha(self.rgb, self.alpha, where=self.decoder)

    @property
    def width(self) -> int:
        return int(self.rgb.shape[1])

    @property
    def height(self) -> int:
        return int(self.rgb.shape[0])

    @property
    def grey(self) -> bool:
        """Whether there is one channel only."""
        return self.rgb.ndim == 2

    @property
    def is_float(self) -> bool:
        """Whether samples are floating point."""
        return self.rgb.dtype.kind == "f"


def check_samples(array: AnyArray, bits: int, *, where: str = "") -> None:
    """Refuse an array that is no picture's samples; contents are not looked at.

    Raises:
        FrameShapeError: another shape, type, byte order or depth, or no C order.
    """
    shaped = array.ndim == 2 or (array.ndim == 3 and array.shape[2] == 3)
    typed = bits in DEPTHS.get(array.dtype.name, ()) and array.dtype.isnative
    if not (shaped and typed and array.flags.c_contiguous):
        raise FrameShapeError(
            "height × width or height × width × 3 of 8 to 16-bit integers, half or "
            "single floats",
            met=f"shape {array.shape}, {array.dtype}, {bits} bits",
            advice="Convert it before it enters the pipeline; nothing is converted "
            "silently.",
            where=where,
        )
    check_size(int(array.shape[1]), int(array.shape[0]), where=where)


def check_alpha(rgb: AnyArray, alpha: AnyArray, *, where: str = "") -> None:
    """Refuse an alpha channel that does not lie sample by sample on a colour picture.

    Raises:
        FrameShapeError: another size or type.
    """
    like = rgb.ndim == 3 and (alpha.shape, alpha.dtype) == (rgb.shape[:2], rgb.dtype)
    if not (like and alpha.flags.c_contiguous):
        raise FrameShapeError(
            "an alpha channel in the size and depth of the colour",
            met=f"{alpha.shape}, {alpha.dtype}",
            advice="Export colour and alpha alike.",
            where=where,
        )


def samples_digest(samples: AnyArray, bits: int, alpha: AnyArray | None = None) -> str:
    """Name samples, whatever file they came from (docs/specs/identity-and-time.md).

    SHA-256 over the RFC 8785 form of `{channels, dtype, h, w}`, with `bits` where the
    type could hold more, and then the samples row by row, little-endian. Of 8 bits it
    is `pipeline.frames.arrays.pixels_digest`. Floats count by their bits: -0 is not 0.

    Args:
        samples: (height, width) or (height, width, 3), see `check_samples`.
        bits: depth of a sample.
        alpha: (height, width) of the same type; a fourth channel beside three.

    Examples:
        >>> samples_digest(np.zeros((1, 1), np.uint8), 8)[:16]
        '1ac901038847378f'
    """
    check_samples(samples, bits)
    height, width = samples.shape[:2]
    if alpha is not None:
        check_alpha(samples, alpha)
        samples = np.dstack((samples, alpha))
    channels = samples.shape[2] if samples.ndim == 3 else 1
    narrow = f'"bits":{bits},' if bits < 8 * samples.dtype.itemsize else ""
    # RFC 8785 by hand, as in arrays.py: keys in order, no spaces.
    header = (
        f'{{{narrow}"channels":{channels},"dtype":"{samples.dtype.name}",'
        f'"h":{height},"w":{width}}}'
    )
    digest = hashlib.sha256(header.encode("ascii"))
    little = samples.astype(samples.dtype.newbyteorder("<"), copy=False)
    digest.update(cast("Any", np.ascontiguousarray(little)).data)
    return digest.hexdigest()
