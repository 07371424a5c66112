"""How tables of floats lie in their files: without loss, and a fifth of the size.

A smooth curve's float32 bit patterns, read as whole numbers, have second differences
near 0. Their four bytes are written plane by plane and compressed by zlib.
"""

import zlib
from typing import Any, Final, TypeAlias

import numpy as np

from pipeline.errors import ToolVersionError

Floats: TypeAlias = np.ndarray[tuple[int], np.dtype[np.float32]]

MOST_BYTES: Final = 4 * 2**20


def pack(values: Floats) -> bytes:
    """What is compressed: second differences of the bit patterns, modulo 2^32."""
    patterns = values.astype("<f4").view("<u4")
    first = np.diff(patterns, prepend=np.uint32(0))
    second = np.diff(first, prepend=np.uint32(0)).astype("<u4")
    planes: np.ndarray[Any, np.dtype[np.uint8]] = second.view(np.uint8)
    return np.ascontiguousarray(planes.reshape(-1, 4).T).tobytes()


def unpack(content: bytes, name: str) -> Floats:
    """Undo `pack` and zlib; the array belongs to the caller.

    Raises:
        ToolVersionError: bytes that were not packed so.

    Examples:
        >>> unpack(zlib.compress(pack(np.float32([1, 2, 2.5]))), "x").tolist()
        [1.0, 2.0, 2.5]
    """
    inflate = zlib.decompressobj()
    try:
        planes = inflate.decompress(content, MOST_BYTES)
    except zlib.error as error:
        raise _damaged(name) from error
    if not inflate.eof or len(planes) % 4:
        raise _damaged(name)
    columns = np.frombuffer(planes, np.uint8).reshape(4, -1)
    second = np.ascontiguousarray(columns.T).view("<u4").ravel()
    # Sums of unsigned numbers wrap, as the differences did.
    patterns = np.cumsum(np.cumsum(second, dtype=np.uint32), dtype=np.uint32)
    return patterns.view(np.float32)


def _damaged(name: str) -> ToolVersionError:
    return ToolVersionError(
        "a packed table",
        met="other bytes",
        advice="Install Jangbu again; a table on this machine is damaged.",
        where=name,
        table=name,
    )
