"""Pictures for reports: found by what the log says, made small, marked by tile.

A file counts only if its digest, or that of its pixels, is the recorded one. What is
made here is for looking; figures are those of the log.
"""

import io
import json
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Final, TypeAlias

import numpy as np
from PIL import Image

from ledger.cli.sealed_files import SealedFiles
from ledger.encoding.digest import sha256_hex
from ledger.encoding.statement import check
from ledger.errors import EvidenceError
from ledger.files import read_bounded
from ledger.history.film import Change, Film, Frame
from ledger.ports import BlobReader
from ledger.production.opening import Production
from ledger.records.editing import ChangeLeaf
from ledger.records.frames import FrameSet
from ledger.reports.pictures import SmallPicture
from ledger.reports.tiles import (
    TileMarks,
    change_marks,
    coverage_marks,
    table_bytes,
    tile_count,
)
from pipeline.capture.numbering import file_name, find_file
from pipeline.colour.viewing import view
from pipeline.errors import PipelineError
from pipeline.frames.arrays import Frame as Pixels
from pipeline.frames.raster import samples_digest
from pipeline.frames.rasters import read_raster

WIDEST: Final = 640
_QUALITY: Final = 88
_LARGEST: Final = 1 << 30
_MARK: Final = (213, 94, 0)
_HATCH: Final = {1: 12, 2: 6}
"""Distance of hatch lines in pixels of the small picture, by the tile's level."""

_Found: TypeAlias = Pixels | SmallPicture


@dataclass(frozen=True, slots=True)
class _Place:
    """Where an asset's files lay last."""

    folder: Path
    pattern: str


@dataclass(kw_only=True)
class FoundPictures:
    """Implements `ledger.reports.pictures.Pictures` on a production's own machine.

    Attributes:
        tables: digest of the tile blob of each cell, by the id of its frame set.
    """

    film: Film
    blobs: BlobReader
    locations: Mapping[str, str]
    tables: Mapping[str, str]
    _small: dict[str, bytes] = field(default_factory=dict)

    @cached_property
    def _sealed(self) -> SealedFiles:
        return SealedFiles(self.locations)

    def source(self, asset: str, index: int, file: str) -> SmallPicture:
        """A file of an asset, by its digest."""
        return _shown(self._source_pixels(asset, index, file))

    def delivered(self, number: int, frame: Frame) -> SmallPicture:
        """A sealed frame, by the digest of its pixels."""
        return _shown(self._frame_pixels(number, frame))

    def changed(self, change: Change, leaf: ChangeLeaf) -> SmallPicture:
        """The picture after in grey, with the tiles hatched that the edit changed."""
        found = self._source_pixels(change.after, leaf.index, leaf.after)
        if isinstance(found, SmallPicture):
            return found
        height, width = found.shape[:2]
        table = self._change_table(change, leaf.index)
        if sha256_hex(table) != leaf.tiles:
            return SmallPicture(missing="altered")
        return _overlay(found, change_marks(table, width, height))

    def covered(self, number: int, frame: Frame, layer: int) -> SmallPicture:
        """A sealed frame in grey, with the tiles hatched that show a layer."""
        found = self._frame_pixels(number, frame)
        if isinstance(found, SmallPicture):
            return found
        height, width = found.shape[:2]
        run = self.film.runs.get(frame.run)
        size = table_bytes(width, height, len(frame.measured.coverage.layers))
        # The weights told come first; both bounds stand behind them.
        length = 3 * size if run is not None and run.bounded else size
        active = None if run is None else run.active
        for tables in _sliced(self.blobs.read(self.tables[frame.set]), length):
            if sha256_hex(tables) == frame.measured.tiles:
                told = tables[:size]
                marks = coverage_marks(told, layer, width, height, active)
                return _overlay(found, marks)
        return SmallPicture(missing="altered")

    def _change_table(self, change: Change, index: int) -> bytes:
        files = self.film.assets[change.after].files
        start = 0
        for number in sorted(change.pictures):
            size = 16 * tile_count(files[number].width, files[number].height)
            if number == index:
                return self.blobs.read(change.tiles)[start : start + size]
            start += size
        return b""

    def _source_pixels(self, asset: str, index: int, file: str) -> _Found:
        place = _place(self.locations.get(f"asset/{asset}"))
        if place is None:
            return SmallPicture(missing="missing")
        try:
            name = file_name(place.pattern, index)
            content = read_bounded(find_file(place.folder, name, index), _LARGEST)
        except (PipelineError, EvidenceError, OSError):
            return SmallPicture(missing="missing")
        if sha256_hex(content) != file:
            return SmallPicture(missing="altered")
        try:
            return view(read_raster(content))[0]
        except PipelineError:
            return SmallPicture(missing="unreadable")

    def _frame_pixels(self, number: int, frame: Frame) -> _Found:
        for path in self._sealed.candidates(number):
            with suppress(PipelineError, EvidenceError, OSError):
                raster = read_raster(read_bounded(path, _LARGEST))
                pixels = samples_digest(raster.rgb, raster.bits, raster.alpha)
                if pixels == frame.measured.pixels:
                    return view(raster)[0]
        return SmallPicture(missing="missing")


def found_pictures(production: Production, film: Film) -> FoundPictures:
    """Pictures of a production, as far as they are on this machine."""
    reader = production.reader()
    tables: dict[str, str] = {}
    for stored in reader.statements(0, film.size):
        if stored.kind.startswith("frame.set."):
            body = check(stored.raw).body
            if isinstance(body, FrameSet):
                tables[stored.id] = body.tiles.blob
    return FoundPictures(
        film=film,
        blobs=production.blobs,
        locations=production.vault.locations(),
        tables=tables,
    )


def _place(text: str | None) -> _Place | None:
    if text is None:
        return None
    try:
        match json.loads(text):
            case {"folder": str(folder), "pattern": str(pattern)}:
                return _Place(Path(folder), pattern)
            case _:
                return None
    except ValueError:
        return None


def _sliced(content: bytes, size: int) -> Iterator[bytes]:
    for start in range(0, len(content), size):
        yield content[start : start + size]


def _shown(found: _Found) -> SmallPicture:
    if isinstance(found, SmallPicture):
        return found
    return SmallPicture(content=_jpeg(_small(found)))


def _small(pixels: Pixels) -> Image.Image:
    picture = Image.fromarray(pixels)
    picture.thumbnail((WIDEST, WIDEST), Image.Resampling.BOX)
    return picture


def _jpeg(picture: Image.Image) -> bytes:
    with io.BytesIO() as file:
        picture.save(file, "JPEG", quality=_QUALITY, subsampling=0)
        return file.getvalue()


def _overlay(pixels: Pixels, marks: TileMarks) -> SmallPicture:
    small = _small(pixels).convert("L").convert("RGB")
    samples = np.asarray(small).copy()
    levels = np.asarray(marks.levels, np.uint8).reshape(marks.rows, marks.columns)
    rows = np.arange(samples.shape[0]) * pixels.shape[0] // samples.shape[0] // 64
    columns = np.arange(samples.shape[1]) * pixels.shape[1] // samples.shape[1] // 64
    level = levels[rows[:, None], columns[None, :]]
    diagonal = np.add.outer(np.arange(samples.shape[0]), np.arange(samples.shape[1]))
    for value, distance in _HATCH.items():
        tile = level == value
        samples[tile] = (samples[tile].astype(np.uint16) * 3 + _MARK) // 4
        samples[tile & (diagonal % distance < 2)] = _MARK
    return SmallPicture(content=_jpeg(Image.fromarray(samples)))
