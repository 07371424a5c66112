"""The files of a tiled log in a folder, read one at a time and within bounds."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from ledger.errors import LogError, UnreadableInputError
from ledger.files import read_bounded
from ledger.log.entry_bundle import LARGEST, join_entries, split_entries
from ledger.log.note import MAX_BYTES
from ledger.log.tiles import CHECKPOINT, ENTRIES, ROOT_FOLDER, WIDTH, Tile
from ledger.log.tree import HASH_BYTES

_TILE_BYTES: Final = WIDTH * HASH_BYTES


@dataclass(frozen=True, slots=True)
class TileFiles:
    """A folder that holds a static tree; somebody else may have written it."""

    folder: Path

    def checkpoint(self) -> bytes:
        """The signed note.

        Raises:
            UnreadableInputError: there is none, or it is no readable file.
        """
        return read_bounded(self.folder / CHECKPOINT, MAX_BYTES)

    def read(self, tile: Tile) -> bytes:
        """The bytes of exactly this file.

        Raises:
            UnreadableInputError: there is no such file, or it cannot be read.
        """
        most = LARGEST if tile.level == ENTRIES else _TILE_BYTES
        return read_bounded(self.folder / tile.path, most)

    def has(self, tile: Tile) -> bool:
        """Whether there is anything under this name."""
        return os.path.lexists(self.folder / tile.path)

    def is_file(self, tile: Tile) -> bool:
        """Whether this name leads to a file, and not to a folder or nowhere."""
        return (self.folder / tile.path).is_file()

    def served(self, tile: Tile) -> bytes:
        """A tile at its width: a partial one also out of the full one after it.

        A log may delete a partial tile once the full one is there.

        Raises:
            UnreadableInputError: neither is there.
            LogError: the full one cannot be taken apart.
        """
        if tile.full or self.has(tile):
            return self.read(tile)
        raw = self.read(tile.whole())
        if tile.level == ENTRIES:
            return join_entries(split_entries(raw, tile.whole())[: tile.width])
        if len(raw) != _TILE_BYTES:
            raise LogError(
                f"a full tile of {_TILE_BYTES} bytes",
                met=f"{len(raw)} bytes",
                advice="Fetch the tile again, or export the log anew.",
                where=tile.whole().path,
            )
        return raw[: tile.width * HASH_BYTES]

    def names(self) -> Iterator[str]:
        """Paths of everything below `tile` that is no folder, sorted within each.

        Raises:
            UnreadableInputError: a folder cannot be listed.
        """
        waiting = [ROOT_FOLDER] if (self.folder / ROOT_FOLDER).is_dir() else []
        while waiting:
            place = waiting.pop()
            for name, is_folder in self._listed(place):
                if is_folder:
                    waiting.append(f"{place}/{name}")
                else:
                    yield f"{place}/{name}"

    def _listed(self, place: str) -> list[tuple[str, bool]]:
        try:
            with os.scandir(self.folder / place) as found:
                return sorted(
                    (one.name, one.is_dir(follow_symlinks=False)) for one in found
                )
        except OSError as error:
            raise UnreadableInputError(
                "a folder of tiles that can be listed",
                met=error.strerror or type(error).__name__,
                advice="Check the folder's rights.",
                where=place,
            ) from error
