"""A baked transform: a shaper, a lattice and an output curve, and how they are read.

OpenColorIO computes differently on different processors, so it makes a table once; the
table's bytes are what a run states, and every machine evaluates them by the arithmetic
of docs/specs/colour.md: comparisons and single float32 operations.
"""

import hashlib
import json
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

import numpy as np

from pipeline.colour.packing import Floats
from pipeline.colour.quantise import Light
from pipeline.colour.spaces import SPACES, Space
from pipeline.errors import LookError

MAGIC: Final = b"jangbu-baked/1\n"
FINENESS: Final = 4096
"""Pieces of the output curve in one unit of the encoded value."""
MOST_SIDE: Final = 129
_LEAST_STEPS: Final = 64
_LEAST_PIECES: Final = 2048
_MOST_HEADER: Final = 2**16
_MOST_OUTPUT: Final = 4 * FINENESS
_STRIP: Final = 2**14

Lattice: TypeAlias = np.ndarray[tuple[int, int], np.dtype[np.float32]]
Places: TypeAlias = np.ndarray[Any, np.dtype[np.int32]]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Baked:
    """A transform from light in one space to light in another.

    Attributes:
        source, target: spaces whose light, in their own primaries, goes in and out.
        side: points a side of the lattice.
        knots: (steps × (side - 1) + 1) float32, ascending: light at equal steps of the
            encoded value; light beyond the ends counts as the ends.
        lattice: (side³, 3) float32, encoded results; blue runs fastest.
        first: encoded value of the first entry of `output`, times 4096.
        output: light by encoded value, in steps of 1/4096.
        header: what the file says of its making.
        data: the bytes of the file.
    """

    source: Space
    target: Space
    side: int
    knots: Floats
    lattice: Lattice
    first: int
    output: Floats
    header: dict[str, Any]
    data: bytes

    @property
    def steps(self) -> int:
        """Pieces of the shaper in one cell of the lattice."""
        return steps_of(self.side)

    @property
    def digest(self) -> str:
        """SHA-256 of the file."""
        return hashlib.sha256(self.data).hexdigest()


def steps_of(side: int) -> int:
    """The least power of two from 64 on that makes 2048 pieces of the shaper or more.

    Examples:
        >>> steps_of(17), steps_of(33), steps_of(65)
        (128, 64, 64)
    """
    steps = _LEAST_STEPS
    while steps * (side - 1) < _LEAST_PIECES:
        steps *= 2
    return steps


def write_baked(header: dict[str, Any], floats: tuple[Light, Light, Light]) -> bytes:
    """The file: magic, length of the header, header as JSON, three float arrays."""
    text = json.dumps(header, separators=(",", ":"), sort_keys=True).encode("ascii")
    length = len(text).to_bytes(4, "little")
    arrays = b"".join(np.ascontiguousarray(one, "<f4").tobytes() for one in floats)
    return MAGIC + length + text + arrays


def read_baked(data: bytes, name: str = "") -> Baked:
    """Read a baked table; sizes are checked before anything is made of them.

    Raises:
        LookError: not such a file, or figures that cannot be evaluated.
    """
    try:
        header, start = _header(data)
        side, first, count = (int(header[key]) for key in ("lattice", "first", "knots"))
        source, target = SPACES[header["source"]], SPACES[header["target"]]
    except (KeyError, ValueError, TypeError, RecursionError) as error:
        raise _refused("another header", name) from error
    sized = 2 <= side <= MOST_SIDE and 2 <= count <= _MOST_OUTPUT
    if not sized or abs(first) > _MOST_OUTPUT:
        raise _refused(f"a lattice of {side}, {count} entries of output", name)
    steps = steps_of(side) * (side - 1) + 1
    if len(data) - start != 4 * (steps + 3 * side**3 + count):
        raise _refused("another length than its header gives", name)
    floats = np.frombuffer(data, "<f4", offset=start).astype(np.float32)
    floats.flags.writeable = False
    knots = floats[:steps]
    lattice = floats[steps : steps + 3 * side**3]
    output = floats[steps + 3 * side**3 :]
    if not np.isfinite(floats).all() or not (np.diff(knots) > 0).all():
        raise _refused("figures that are not finite, or knots that do not rise", name)
    inside = (lattice * FINENESS >= first).all() and (
        lattice * FINENESS <= first + count - 1
    ).all()
    if not inside:
        raise _refused("results beyond the output curve", name)
    return Baked(
        source=source,
        target=target,
        side=side,
        knots=knots,
        lattice=lattice.reshape(-1, 3),
        first=first,
        output=output,
        header=header,
        data=data,
    )


def apply_baked(linear: Light, baked: Baked) -> Light:
    """Evaluate a baked transform.

    Args:
        linear: (..., 3) float32 light in the primaries of `baked.source`, finite.
        baked: the transform.

    Returns:
        light in the primaries of `baked.target`.

    Raises:
        LookError: light that is not finite, or no three channels.
    """
    if linear.shape[-1:] != (3,) or not np.isfinite(linear).all():
        raise _refused("light that is not three finite channels", "")
    pixels = np.ascontiguousarray(linear, np.float32).reshape(-1, 3)
    result = np.empty_like(pixels)
    for start in range(0, len(pixels), _STRIP):
        strip = slice(start, start + _STRIP)
        encoded = interpolate(*_places(pixels[strip], baked), baked)
        result[strip] = _output(encoded, baked)
    return result.reshape(linear.shape)


def _places(pixels: Light, baked: Baked) -> tuple[Places, Light]:
    """Cell of every channel, and how far into it."""
    knots = baked.knots
    bounded = np.clip(pixels, knots[0], knots[-1])
    at = np.searchsorted(knots[1:-1], bounded, side="right").astype(np.int32)
    widths = np.float32(1) / np.diff(knots)
    into = (bounded - knots.take(at)) * widths.take(at)
    steps = (at % baked.steps).astype(np.float32)
    # Dividing by a power of two is exact.
    return at // baked.steps, (steps + into) * np.float32(1 / baked.steps)


def interpolate(cells: Places, parts: Light, baked: Baked) -> Light:
    """Read the lattice between its points, by tetrahedra.

    From the cell's lowest corner along its channels, the largest part first and red
    before green before blue where parts are equal: each adds part × rise.

    Args:
        cells: (n, 3) int32, the cell of each channel.
        parts: (n, 3) float32, how far into it, 0 to 1.
        baked: whose lattice is read.
    """
    side = baked.side
    strides = (side * side, side, 1)
    red, green, blue = (parts[:, channel] for channel in range(3))
    rg, gb, rb = red >= green, green >= blue, red >= blue
    first = np.where(rg & rb, strides[0], np.where(~rg & gb, strides[1], strides[2]))
    last = np.where(gb & rb, strides[2], np.where(rg & ~gb, strides[1], strides[0]))
    high, low = np.maximum(red, green), np.minimum(red, green)
    most = np.maximum(high, blue)
    least = np.minimum(low, blue)
    middle = np.maximum(low, np.minimum(high, blue))
    corner = cells[:, 0] * strides[0] + cells[:, 1] * strides[1] + cells[:, 2]
    whole = sum(strides)
    points = [corner, corner + first, corner + (whole - last), corner + whole]
    value = baked.lattice.take(points[0], axis=0)
    total = value
    for point, part in zip(points[1:], (most, middle, least), strict=True):
        following = baked.lattice.take(point, axis=0)
        total = total + part[:, None] * (following - value)
        value = following
    return np.asarray(total, np.float32)


def _output(encoded: Light, baked: Baked) -> Light:
    position = encoded * np.float32(FINENESS) - np.float32(baked.first)
    # Rounding can lead a hair beyond the ends; the last piece goes on there.
    at = np.clip(position.astype(np.int32), 0, len(baked.output) - 2)
    below = baked.output.take(at)
    rise = baked.output.take(at + 1) - below
    return np.asarray(below + (position - at.astype(np.float32)) * rise, np.float32)


def _header(data: bytes) -> tuple[dict[str, Any], int]:
    begin = len(MAGIC) + 4
    length = int.from_bytes(data[len(MAGIC) : begin], "little")
    if not data.startswith(MAGIC) or not 2 <= length <= _MOST_HEADER:
        raise ValueError(length)
    header = json.loads(data[begin : begin + length].decode("ascii"))
    if not isinstance(header, dict):
        raise TypeError(header)
    return header, begin + length


def _refused(met: str, name: str) -> LookError:
    return LookError(
        "a baked transform as docs/specs/colour.md describes it",
        met=met,
        advice="Bake the look again.",
        where=name,
    )
