"""The tree of a served log in memory: proofs and tiles without hashing it again.

Every complete subtree's hash, level by level, 64 bytes an entry. It only grows, so it
may be read below a known size while another thread adds to it.
"""

from collections.abc import Iterable
from functools import reduce

from ledger.log.tiles import HEIGHT, WIDTH, Tile, hashes_at
from ledger.log.tree import EMPTY_ROOT, HASH_BYTES, check_hashes, node_hash


class GrowingTree:
    """A tree that leaves are added to; always a `ledger.log.proof.Subtrees`."""

    __slots__ = ("_levels", "_size")

    def __init__(self) -> None:
        self._levels: list[bytearray] = [bytearray()]
        self._size = 0

    def __len__(self) -> int:
        return self._size

    def extend(self, leaf_hashes: Iterable[bytes]) -> None:
        """Add leaves at the end; by one thread at a time."""
        for leaf in leaf_hashes:
            check_hashes((leaf,))
            self._append(leaf)

    def range_root(self, start: int, end: int) -> bytes:
        """The root over leaves start to end, for ranges as RFC 6962 asks for them."""
        subtrees: list[bytes] = []
        for height in reversed(range((end - start).bit_length())):
            if (end - start) >> height & 1:
                subtrees.append(self._hash(height, start >> height))
                start += 1 << height
        if not subtrees:
            return EMPTY_ROOT
        return reduce(lambda right, left: node_hash(left, right), reversed(subtrees))

    def tile(self, tile: Tile) -> bytes | None:
        """The hashes of a tile; `None` if the tree does not reach as far."""
        start = tile.index * WIDTH
        if start + tile.width > hashes_at(tile.level, self._size):
            return None
        level = self._levels[tile.level * HEIGHT]
        return bytes(level[start * HASH_BYTES : (start + tile.width) * HASH_BYTES])

    def _append(self, leaf: bytes) -> None:
        height, carry, full = 0, leaf, self._size
        while True:
            if height == len(self._levels):
                self._levels.append(bytearray())
            self._levels[height] += carry
            if not full & 1:
                break
            carry = node_hash(self._hash(height, full - 1), carry)
            height, full = height + 1, full >> 1
        self._size += 1

    def _hash(self, height: int, place: int) -> bytes:
        return bytes(
            self._levels[height][place * HASH_BYTES : (place + 1) * HASH_BYTES]
        )
