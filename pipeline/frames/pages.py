"""Very tall pages, read band by band: a webtoon page of 800 × 30,000 and the like.

A PNG is inflated as its bands are asked for. Of a TIFF one strip or one row of tiles
is decoded at a time; uncompressed strips in pieces. JPEG, WebP and interlaced PNG
cannot be read in part by the decoders in use: they are decoded whole, within the limit
on pixels that holds for every frame, and then handed out in bands all the same.
"""

import zlib
from collections.abc import Callable, Iterator
from typing import Final, NamedTuple, TypeAlias

from pipeline.errors import FrameShapeError
from pipeline.frames.arrays import AnyArray
from pipeline.frames.jpeg import jpeg_decoder
from pipeline.frames.jpeg_raster import read_jpeg, survey_jpeg_raster
from pipeline.frames.png_deep import DeepPng, deep_png, parted, png_survey, read_png
from pipeline.frames.png_rows import damaged_rows, unfiltered
from pipeline.frames.raster import Raster, Samples
from pipeline.frames.sniff import sniff_raster
from pipeline.frames.survey import RasterSurvey
from pipeline.frames.tiff import tiff_bands, tiff_decoder, tiff_survey
from pipeline.frames.tiff_structure import TiffStructure, tiff_structure
from pipeline.frames.webp import read_webp, survey_webp, webp_decoder

BAND_ROWS: Final = 256

_FEED_BYTES: Final = 2**16


class Band(NamedTuple):
    """Some rows of a page, from `top` on.

    Attributes:
        rows: (height, width, 3) or (height, width), as in a `Raster`.
        alpha: (height, width); `None` if the page has none.
    """

    top: int
    rows: Samples
    alpha: Samples | None


_Survey: TypeAlias = Callable[[bytes, str], RasterSurvey]
_Read: TypeAlias = Callable[[bytes, str], Raster]
_Bands: TypeAlias = Callable[[], Iterator[Band]]


class Page(NamedTuple):
    """A page that is open for reading.

    Attributes:
        survey: size, depth, channels and declared colour.
        premultiplied: whether colour was multiplied by alpha.
        decoder: as of a `Raster`: the same samples, the same token.
        streamed: whether memory is bounded by a band; otherwise the page is decoded
            whole when its first band is asked for.
        bands: begins to read, from the top; may be called again.
    """

    survey: RasterSurvey
    premultiplied: bool
    decoder: str
    streamed: bool
    bands: _Bands


def open_page(data: bytes, name: str = "", rows: int = BAND_ROWS) -> Page:
    """Check a page's structure and make its bands readable.

    Args:
        data: the whole file; it is the pixels that are not held all at once.
        name: for errors.
        rows: of a PNG's band; bands of a TIFF are its strips or rows of tiles.

    Raises:
        UnreadableFrameError, FrameShapeError, ColourSpaceError: as for `read_raster`;
            damaged pixels are met while the bands are read.
    """
    if rows < 1:
        raise ValueError("a band has at least one row")
    kind = sniff_raster(data, name)
    if kind == "png":
        return _png_page(deep_png(data, name), data, name, rows)
    if kind == "tiff":
        return _tiff_page(tiff_structure(data, name), data, name)
    if kind not in _WHOLE:
        raise FrameShapeError(
            "a page as PNG, TIFF, JPEG or WebP",
            met=f"a {kind.upper()}",
            advice="Export the page as PNG or TIFF.",
            where=name,
        )
    survey, read, decoder = _WHOLE[kind]
    return Page(
        survey(data, name),
        premultiplied=False,
        decoder=decoder(),
        streamed=False,
        bands=lambda: _cut(read(data, name), rows),
    )


def _png_page(png: DeepPng, data: bytes, name: str, rows: int) -> Page:
    interlaced = png.layout.interlaced

    def bands() -> Iterator[Band]:
        if interlaced:
            return _cut(read_png(data, name), rows)
        return _png_bands(png, rows, name)

    return Page(
        png_survey(png),
        premultiplied=False,
        decoder=png.decoder,
        streamed=not interlaced,
        bands=bands,
    )


def _tiff_page(tiff: TiffStructure, data: bytes, name: str) -> Page:
    def bands() -> Iterator[Band]:
        for top, samples in tiff_bands(data, tiff, name):
            whole = samples if tiff.channels > 1 else samples[:, :, 0]
            yield Band(top, *parted(whole))

    return Page(
        tiff_survey(tiff),
        premultiplied=tiff.premultiplied,
        decoder=tiff_decoder(tiff),
        streamed=True,
        bands=bands,
    )


def _png_bands(png: DeepPng, rows: int, name: str) -> Iterator[Band]:
    """Inflate and unfilter band by band; the stream must end with the picture."""
    layout = png.layout
    stream = _Inflated(png.parts, name)
    above: AnyArray | None = None
    for top in range(0, layout.height, rows):
        band = layout._replace(height=min(rows, layout.height - top))
        samples = unfiltered(stream.take(band.filtered_bytes), band, above, name)
        above = samples[-1].copy()
        yield Band(top, *parted(samples))
    stream.close()


class _Inflated:
    """The filtered bytes of a PNG, inflated as they are asked for."""

    def __init__(self, parts: tuple[memoryview, ...], name: str) -> None:
        self._inflater = zlib.decompressobj()
        self._pieces = _pieces(parts)
        self._name = name

    def take(self, count: int) -> bytes:
        """The next `count` bytes; fewer are an error."""
        taken = bytearray()
        while len(taken) < count:
            taken += self._some(count - len(taken))
        return bytes(taken)

    def close(self) -> None:
        """Make sure that nothing follows and that the checksum held."""
        while not self._inflater.eof:
            if self._some(1):
                raise damaged_rows("more data than the picture has", self._name)

    def _some(self, most: int) -> bytes:
        """Up to `most` bytes; none only if the inflater has taken in more."""
        packed = self._inflater.unconsumed_tail or next(self._pieces, b"")
        if packed and not self._inflater.eof:
            return self._inflate(packed, most)
        # What zlib still holds back comes out without further input.
        rest = b"" if self._inflater.eof else self._inflate(b"", most)
        if not rest:
            raise damaged_rows("less data than the picture needs", self._name)
        return rest

    def _inflate(self, packed: bytes | memoryview, most: int) -> bytes:
        try:
            return self._inflater.decompress(packed, most)
        except zlib.error as error:
            raise damaged_rows(str(error), self._name) from error


def _pieces(parts: tuple[memoryview, ...]) -> Iterator[memoryview]:
    """Small ones: what the inflater does not take at once, it copies."""
    for part in parts:
        for at in range(0, len(part), _FEED_BYTES):
            yield part[at : at + _FEED_BYTES]


def _cut(raster: Raster, rows: int) -> Iterator[Band]:
    for top in range(0, raster.height, rows):
        part = slice(top, top + rows)
        alpha = None if raster.alpha is None else raster.alpha[part]
        yield Band(top, raster.rgb[part], alpha)


_WHOLE: Final[dict[str, tuple[_Survey, _Read, Callable[[], str]]]] = {
    "jpeg": (survey_jpeg_raster, read_jpeg, jpeg_decoder),
    "webp": (survey_webp, read_webp, webp_decoder),
}
