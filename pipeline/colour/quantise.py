"""From light to codes: how many thresholds a value has reached.

The rule is `numpy.searchsorted(thresholds, x, side="right")`, whatever computes it.
Here the leading bits of a float lead to a bucket in which at most one threshold lies,
so that one comparison is left.
"""

from typing import Any, Final, NamedTuple, TypeAlias

import numpy as np

from pipeline.colour.packing import Floats

Light: TypeAlias = np.ndarray[Any, np.dtype[np.float32]]
Codes: TypeAlias = np.ndarray[Any, np.dtype[Any]]
Keys: TypeAlias = np.ndarray[Any, np.dtype[np.int32]]

_SIGN: Final = np.int32(0x7FFF_FFFF)
_LEAST_BITS: Final = 7


class Buckets(NamedTuple):
    """Where each bucket of floats begins among the thresholds.

    Attributes:
        thresholds: ascending, and an infinity after the last.
        starts: thresholds reached by a bucket's least float.
        lowest: key of the first bucket.
        shift: how many of a float's 32 bits are left out of its key.
        signed: whether a threshold is negative.
        least: what everything lower counts as; reaches no threshold.
        most: what everything higher counts as; reaches them all.
    """

    thresholds: Floats
    starts: np.ndarray[tuple[int], np.dtype[np.uint16]]
    lowest: int
    shift: int
    signed: bool
    least: np.float32
    most: np.float32


def buckets_for(thresholds: Floats) -> Buckets:
    """Find the coarsest buckets that hold at most one threshold each."""
    signed = bool(thresholds[0] < 0)
    least = np.nextafter(thresholds[0], np.float32(-np.inf), dtype=np.float32)
    edges = np.concatenate([np.array([least], np.float32), thresholds])
    keys = _ordered(edges, signed=signed)
    shift = next(
        23 - bits
        for bits in range(_LEAST_BITS, 24)
        if (np.diff(keys[1:] >> (23 - bits)) > 0).all()
    )
    lowest, highest = int(keys[0] >> shift), int(keys[-1] >> shift)
    beginnings = np.arange(lowest, highest + 1, dtype=np.int64) << shift
    reached = np.searchsorted(keys[1:], beginnings, side="right")
    return Buckets(
        thresholds=np.append(thresholds, np.float32(np.inf)),
        starts=reached.astype(np.uint16),
        lowest=lowest,
        shift=shift,
        signed=signed,
        least=np.float32(least),
        most=np.float32(thresholds[-1]),
    )


def _ordered(values: Light, *, signed: bool) -> Keys:
    # Bits of positive floats rise with them; those of negative ones fall.
    keys = values.view(np.int32)
    if not signed:
        return keys
    return np.asarray(keys ^ ((keys >> 31) & _SIGN), np.int32)


def quantise(values: Light, buckets: Buckets, out: Codes) -> None:
    """Write the codes of one-dimensional values; none of them may be NaN."""
    bounded = np.clip(values, buckets.least, buckets.most)
    keys = _ordered(bounded, signed=buckets.signed) >> buckets.shift
    keys -= np.int32(buckets.lowest)
    starts = buckets.starts.take(keys)
    above = bounded >= buckets.thresholds.take(starts)
    np.add(starts, above, out=out, casting="unsafe")
