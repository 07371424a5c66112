"""Tiles of a log after C2SP (c2sp.org/tlog-tiles): which there are, and their bytes.

A tile holds up to 256 hashes of one level; the level above has one hash for each full
tile, so that a tree of any size is a set of small files that never change once they
are full. Only the last tile of a level may be partial, and a reader must know the size
of a tree, from a checkpoint, to know which partial tiles it has.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final, Self

from ledger.errors import LogError
from ledger.log.tree import EMPTY_ROOT, HASH_BYTES, Frontier, check_hashes, root_of

WIDTH: Final = 256
HEIGHT: Final = 8
"""Levels of the tree between two levels of tiles: 2^8 = 256."""

ENTRIES: Final = -1
"""The level of entry bundles, below the leaf hashes of level 0."""

CHECKPOINT: Final = "checkpoint"
ROOT_FOLDER: Final = "tile"

_MOST_LEVELS: Final = 64
_GROUP: Final = 1000
_PATH = re.compile(
    r"tile/(entries|0|[1-9][0-9]?)/((?:x[0-9]{3}/)*[0-9]{3})"
    r"(?:\.p/([1-9][0-9]{0,2}))?"
)


@dataclass(frozen=True, slots=True, order=True)
class Tile:
    """The name of one tile, or of one entry bundle.

    Attributes:
        level: 0 for leaf hashes, upwards; `ENTRIES` for the entries themselves.
        index: place within the level, from 0.
        width: hashes or entries in it: 256 if it is full.
    """

    level: int
    index: int
    width: int = WIDTH

    @property
    def full(self) -> bool:
        """Whether it can never grow any more."""
        return self.width == WIDTH

    @property
    def path(self) -> str:
        """Where it is served, relative to the log's address.

        Examples:
            >>> Tile(0, 1234067).path
            'tile/0/x001/x234/067'
            >>> Tile(ENTRIES, 273, 112).path
            'tile/entries/273.p/112'
        """
        level = "entries" if self.level == ENTRIES else str(self.level)
        suffix = "" if self.full else f".p/{self.width}"
        return f"{ROOT_FOLDER}/{level}/{_index_path(self.index)}{suffix}"

    @classmethod
    def from_path(cls, path: str) -> Self | None:
        """The tile that a path means; `None` for a path of no tile."""
        found = _PATH.fullmatch(path)
        if found is None:
            return None
        level = ENTRIES if found[1] == "entries" else int(found[1])
        index = int(found[2].replace("x", "").replace("/", ""))
        tile = cls(level, index, int(found[3]) if found[3] else WIDTH)
        # Once more to text: a leading group of zeros would be a second spelling.
        known = level < _MOST_LEVELS and tile.width <= WIDTH and tile.path == path
        return tile if known else None

    def whole(self) -> Self:
        """The full tile that a partial one becomes."""
        return type(self)(self.level, self.index)


def hashes_at(level: int, size: int) -> int:
    """How many hashes a tree of this size has at a level of tiles.

    Examples:
        >>> [hashes_at(level, 70_000) for level in range(4)]
        [70000, 273, 1, 0]
    """
    return size >> (HEIGHT * max(level, 0))


def levels_of(size: int) -> int:
    """How many levels of tiles a tree of this size has."""
    return (size.bit_length() + HEIGHT - 1) // HEIGHT


def tile_at(level: int, index: int, size: int) -> Tile:
    """The tile at a place of the tree of this size, with the width that it has there.

    Raises:
        LogError: the tree has no such tile.
    """
    width = min(WIDTH, hashes_at(level, size) - index * WIDTH)
    if index < 0 or width < 1:
        raise LogError(
            "a tile of the tree",
            met=f"tile {index} of level {level} at size {size}",
            advice="Ask only for tiles that the checkpoint's size has.",
        )
    return Tile(level, index, width)


def tiles_of(size: int, since: int = 0) -> Iterator[Tile]:
    """All tiles and entry bundles of a tree, lowest level first.

    Args:
        size: of the tree.
        since: leave out what a tree of this earlier size has in the same form.
    """
    for level in range(ENTRIES, levels_of(size)):
        count, before = hashes_at(level, size), hashes_at(level, since)
        if count > before:
            for index in range(before // WIDTH, (count + WIDTH - 1) // WIDTH):
                yield tile_at(level, index, size)


def split_hashes(raw: bytes, tile: Tile) -> tuple[bytes, ...]:
    """The hashes of a tile.

    Raises:
        LogError: not as many bytes as its width asks for.
    """
    if len(raw) != tile.width * HASH_BYTES:
        raise LogError(
            f"a tile of {tile.width * HASH_BYTES} bytes",
            met=f"{len(raw)} bytes",
            advice="Fetch the tile again, or make it anew from the entries.",
            where=tile.path,
        )
    return tuple(raw[at : at + HASH_BYTES] for at in range(0, len(raw), HASH_BYTES))


@dataclass(frozen=True, slots=True)
class Written:
    """A tile with its bytes."""

    tile: Tile
    content: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class TileEdge:
    """The right edge of a tiled tree: what a writer of tiles carries along.

    Attributes:
        size: number of leaves.
        levels: hashes of the partial tile of each level, up to 255; empty where the
            level has none. As many levels as `levels_of(size)`.
    """

    size: int = 0
    levels: tuple[tuple[bytes, ...], ...] = ()

    def __post_init__(self) -> None:
        widths = [
            hashes_at(level, self.size) % WIDTH for level in range(levels_of(self.size))
        ]
        if [len(level) for level in self.levels] != widths:
            raise LogError(
                "the hashes of the partial tiles of a tree of this size",
                met="others",
                advice="Make the tiles anew from the entries.",
            )
        for level in self.levels:
            check_hashes(level)

    def extend(self, leaf_hashes: Sequence[bytes]) -> tuple[Self, list[Written]]:
        """The edge after more leaves, and the tiles that became full on the way."""
        size = self.size + len(leaf_hashes)
        levels: list[tuple[bytes, ...]] = []
        full: list[Written] = []
        carried: Sequence[bytes] = leaf_hashes
        for level in range(levels_of(size)):
            before = self.levels[level] if level < len(self.levels) else ()
            first = hashes_at(level, self.size) // WIDTH
            hashes = [*before, *carried]
            whole = len(hashes) // WIDTH
            groups = [hashes[at * WIDTH : (at + 1) * WIDTH] for at in range(whole)]
            full += [
                Written(Tile(level, first + at), b"".join(group))
                for at, group in enumerate(groups)
            ]
            levels.append(tuple(hashes[whole * WIDTH :]))
            carried = [root_of(group) for group in groups]
        return type(self)(size=size, levels=tuple(levels)), full

    def partial(self) -> list[Written]:
        """The partial tiles of the tree, lowest level first."""
        return [
            Written(
                tile_at(level, hashes_at(level, self.size) // WIDTH, self.size), raw
            )
            for level, hashes in enumerate(self.levels)
            if (raw := b"".join(hashes))
        ]

    def root(self) -> bytes:
        """The root of the tree."""
        subtrees: list[bytes] = []
        for hashes in reversed(self.levels):
            subtrees += Frontier().extend(hashes).hashes
        if not subtrees:
            return EMPTY_ROOT
        return Frontier(size=self.size, hashes=tuple(subtrees)).root()


def edge_tiles(size: int) -> list[Tile]:
    """The partial tiles that an edge is read from, by level; full levels have none."""
    return [tile for tile in tiles_of(size) if tile.level >= 0 and not tile.full]


def edge_from(size: int, contents: Sequence[bytes]) -> TileEdge:
    """The edge of a tree from the bytes of its `edge_tiles`.

    Raises:
        LogError: a tile has another length than its width asks for.
    """
    levels: list[tuple[bytes, ...]] = [()] * levels_of(size)
    for tile, raw in zip(edge_tiles(size), contents, strict=True):
        levels[tile.level] = split_hashes(raw, tile)
    return TileEdge(size=size, levels=tuple(levels))


def _index_path(index: int) -> str:
    index, last = divmod(index, _GROUP)
    parts = [f"{last:03}"]
    while index:
        index, group = divmod(index, _GROUP)
        parts.append(f"x{group:03}")
    return "/".join(reversed(parts))
