"""A tree that is read tile by tile: proofs need a handful of tiles and not the log.

A proof made from tiles is only as good as the tiles. Whoever makes one for others
checks it against the checkpoint's root, as any reader of it will.
"""

from collections import OrderedDict
from collections.abc import Callable
from functools import reduce
from typing import Final, TypeAlias

from ledger.errors import LogError
from ledger.log.proof import consistency_proof, inclusion_proof
from ledger.log.tiles import HEIGHT, WIDTH, Tile, split_hashes, tile_at
from ledger.log.tree import EMPTY_ROOT, Nodes, node_hash

TileReader: TypeAlias = Callable[[Tile], bytes]
"""The bytes of a tile; raises an error of ours where it is not to be had."""

KEPT: Final = 256
"""Tiles kept in memory, with the nodes between their hashes: some 40 KiB each."""


class TileCache:
    """Keeps the tiles that were used last; safe for one thread.

    A tile never changes under its name, so one cache serves every size of a log.
    """

    def __init__(self, read: TileReader, kept: int = KEPT) -> None:
        self._read = read
        self._most = kept
        self._kept: OrderedDict[Tile, Nodes] = OrderedDict()

    def nodes(self, tile: Tile) -> Nodes:
        """The subtree that a tile spans."""
        found = self._kept.get(tile)
        if found is None:
            found = Nodes(split_hashes(self._read(tile), tile))
            self._kept[tile] = found
            if len(self._kept) > self._most:
                self._kept.popitem(last=False)
        else:
            self._kept.move_to_end(tile)
        return found


class TileTree:
    """The tree of the first `size` leaves, as tiles tell it."""

    def __init__(self, size: int, tiles: TileCache) -> None:
        self._size = size
        self._tiles = tiles

    def __len__(self) -> int:
        return self._size

    def range_root(self, start: int, end: int) -> bytes:
        """The root over leaves start to end, for ranges as RFC 6962 asks for them.

        `start` must be a multiple of a power of two that is not below the length.
        """
        subtrees: list[bytes] = []
        for height in reversed(range((end - start).bit_length())):
            if (end - start) >> height & 1:
                subtrees.append(self._subtree(start, height))
                start += 1 << height
        if not subtrees:
            return EMPTY_ROOT
        return reduce(lambda right, left: node_hash(left, right), reversed(subtrees))

    def root(self) -> bytes:
        """The root of the whole tree."""
        return self.range_root(0, self._size)

    def leaf(self, index: int) -> bytes:
        """The leaf hash at an index.

        Raises:
            LogError: the tree has no such leaf.
        """
        if not 0 <= index < self._size:
            raise LogError(
                f"an index below {self._size}",
                met=f"{index}",
                advice="Ask for an entry that the checkpoint covers.",
            )
        tile = tile_at(0, index // WIDTH, self._size)
        place = index % WIDTH
        return self._tiles.nodes(tile).range_root(place, place + 1)

    def inclusion_proof(self, index: int) -> tuple[bytes, ...]:
        """The audit path of one leaf; errors as for `proof.inclusion_proof`."""
        return inclusion_proof(self, index, self._size)

    def consistency_proof(self, old: int) -> tuple[bytes, ...]:
        """Prove that the tree of the first `old` leaves is a prefix of this one."""
        return consistency_proof(self, old, self._size)

    def _subtree(self, start: int, height: int) -> bytes:
        """The root of a complete subtree of 2^height leaves."""
        level, within = divmod(height, HEIGHT)
        place = start >> (HEIGHT * level)
        index, offset = divmod(place, WIDTH)
        nodes = self._tiles.nodes(tile_at(level, index, self._size))
        return nodes.range_root(offset, offset + (1 << within))
