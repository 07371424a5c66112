"""One layer of a frame by `picture/2`: its files read, decoded, cut and placed.

Each file is read and decoded once for a frame, and has to be the one that the run was
stated with.
"""

from dataclasses import dataclass, field
from pathlib import Path
from typing import cast

import numpy as np

from pipeline.capture.files import read_input
from pipeline.colour.config import SourceColour
from pipeline.colour.convert import decode, to_primaries
from pipeline.colour.spaces import Space
from pipeline.errors import FrameShapeError, RecipeError
from pipeline.frames.exr import read_exr, read_exr_planes
from pipeline.frames.exr_channels import ExrChoice
from pipeline.frames.raster import Raster
from pipeline.frames.rasters import read_raster
from pipeline.frames.sniff import sniff_raster
from pipeline.kernels.coverage import Coverage
from pipeline.kernels.cryptomatte import cryptomattes_of
from pipeline.kernels.key_2 import key_clean_plate, key_difference
from pipeline.kernels.linear import Linear, as_linear
from pipeline.kernels.mattes import Mattes, coverage_of_samples, matte_of
from pipeline.kernels.picture_2 import LinearLayer
from pipeline.kernels.straight import straighten
from pipeline.kernels.tables import ONE
from pipeline.kernels.transform import place
from pipeline.run.film_job import FilmLayer, IdMatte, InputFile


@dataclass(frozen=True, slots=True, kw_only=True)
class FilmSource:
    """One layer of a frame: its files, and how they are used."""

    file: InputFile
    matte: InputFile | None
    alpha: str
    film: FilmLayer


@dataclass(frozen=True, slots=True)
class Files:
    """The files of one frame, each read, compared with its digest and decoded once."""

    rasters: dict[tuple[Path, str], Raster] = field(default_factory=dict)

    def read(self, file: InputFile, channels: str = "") -> Raster:
        found = self.rasters.get((file.path, channels))
        if found is None:
            content = read_input(file.path, file.digest)
            found = _decoded(content, str(file.path), channels)
            self.rasters[file.path, channels] = found
        return found


def _decoded(content: bytes, name: str, channels: str) -> Raster:
    if not channels:
        return read_raster(content, name)
    if sniff_raster(content, name) != "exr":
        raise FrameShapeError(
            "an OpenEXR, whose channels have names",
            met="another format",
            advice="Leave `channels` out of the recipe.",
            where=name,
        )
    return read_exr(content, name, ExrChoice(layer=channels))


def layer_of(source: FilmSource, working: Space, files: Files) -> LinearLayer:
    film, name = source.film, str(source.file.path)
    raster = files.read(source.file, film.channels)
    linear = _linear(raster, film.colour, working, name)
    rgb, coverage = _cut(source, raster, linear, working, files)
    placed = place(rgb, coverage, film.transform)
    light = source.alpha == "light/1"
    return LinearLayer(
        rgb=placed.rgb,
        coverage=None if light else placed.coverage,
        blend=film.blend,
        light=light,
    )


def _linear(raster: Raster, colour: SourceColour, working: Space, name: str) -> Linear:
    if raster.grey:
        raise FrameShapeError(
            "a picture in colour",
            met="one channel",
            advice="Export the source as RGB; a grey picture is a matte.",
            where=name,
        )
    if raster.premultiplied and not raster.is_float:
        raise FrameShapeError(
            "straight colour in whole numbers",
            met="colour that was multiplied by alpha",
            advice="Export it with unassociated alpha, or as OpenEXR.",
            where=name,
        )
    space = colour.space
    light = decode(raster.rgb, raster.bits, space, code_range=colour.range)
    return as_linear(to_primaries(light, space, working), where=name)


def _cut(
    source: FilmSource,
    raster: Raster,
    linear: Linear,
    working: Space,
    files: Files,
) -> tuple[Linear, Coverage | None]:
    """Straight colour and coverage of a layer, in its own size."""
    film, mattes = source.film, _mattes(source.film, files)
    if film.key is not None:
        keyed = key_difference(linear, film.key, mattes)
        return keyed.rgb, keyed.coverage
    if film.clean_key is not None:
        keyed = key_clean_plate(
            linear, _screen(film, working, files), film.clean_key, mattes
        )
        return keyed.rgb, keyed.coverage
    rgb, coverage = _covered(source, raster, linear, files)
    if film.bounding:
        whole = np.full(linear.shape[:2], ONE, np.uint16)
        coverage = mattes.bound(
            cast("Coverage", whole) if coverage is None else coverage
        )
    return rgb, coverage


def _covered(
    source: FilmSource, raster: Raster, linear: Linear, files: Files
) -> tuple[Linear, Coverage | None]:
    film = source.film
    if source.alpha == "embedded":
        return _embedded(raster, linear, film, str(source.file.path))
    if raster.premultiplied and raster.alpha is not None:
        _refuse_unused_alpha(raster, str(source.file.path))
    if source.matte is None:
        return linear, None
    where = str(source.matte.path)
    if film.ids is not None:
        return linear, _ids(read_input(*source.matte), film.ids, where)
    return linear, _matte(source.matte, film.matte_channel, files)


def _matte(file: InputFile, channel: str, files: Files) -> Coverage:
    where = str(file.path)
    if not channel:
        return matte_of(files.read(file), where=where)
    content = read_input(*file)
    if sniff_raster(content, where) != "exr":
        return matte_of(files.read(file), channel, where=where)
    # Of a file that need not have a picture.
    plane = read_exr_planes(content, where).planes.get(channel)
    if plane is None or plane.dtype.kind != "f":
        raise FrameShapeError(
            f"a matte in the channel {channel}",
            met="no such channel" if plane is None else f"{plane.dtype}",
            advice="Name a channel that the file has.",
            where=where,
        )
    return coverage_of_samples(plane, 8 * plane.dtype.itemsize, where=where)


def _ids(content: bytes, wanted: IdMatte, where: str) -> Coverage:
    found = cryptomattes_of(read_exr_planes(content, where))
    names = [wanted.name] if wanted.name else list(found)
    if len(names) != 1 or names[0] not in found:
        raise RecipeError(
            "the name of one of the file's id mattes",
            met=wanted.name or "none, and a file with several or none",
            advice=f"The file has: {', '.join(sorted(found)) or 'none'}.",
            where=where,
        )
    return found[names[0]].coverage(wanted.objects)


def _embedded(
    raster: Raster, linear: Linear, film: FilmLayer, name: str
) -> tuple[Linear, Coverage | None]:
    if raster.alpha is None:
        raise FrameShapeError(
            "a picture with alpha",
            met="one without",
            advice="Leave alpha out of the recipe, or deliver RGBA.",
            where=name,
        )
    if not raster.premultiplied:
        return linear, coverage_of_samples(raster.alpha, raster.bits, where=name)
    if film.blend == "plus":
        return linear, None  # what is added was multiplied by its alpha already
    parts = straighten(linear, raster.alpha.astype(np.float32))
    if parts.light is not None:
        raise FrameShapeError(
            "no colour where alpha is 0",
            met="a glow without coverage",
            advice='Lay it with blend = "plus", or render it as a layer of its own.',
            where=name,
        )
    return parts.rgb, parts.coverage


def _refuse_unused_alpha(raster: Raster, name: str) -> None:
    """Colour that was multiplied by an alpha which nobody uses is darker than meant."""
    alpha = raster.alpha
    if alpha is None or bool((alpha == 1).all()):
        return
    raise FrameShapeError(
        'alpha = "embedded", or a picture that is opaque',
        met="colour that was multiplied by an alpha that is not used",
        advice="Use the file's alpha, or export the picture without it.",
        where=name,
    )


def _mattes(film: FilmLayer, files: Files) -> Mattes:
    found = {
        one.role: matte_of(files.read(one.file), where=str(one.file.path))
        for one in film.bounding
    }
    return Mattes(
        core=found.get("core"),
        garbage=found.get("garbage"),
        holdout=found.get("holdout"),
    )


def _screen(
    film: FilmLayer, working: Space, files: Files
) -> Linear | tuple[int, int, int]:
    if film.clean_plate is None or film.clean_colour is None:
        return film.screen or (0, 0, 0)
    raster = files.read(film.clean_plate)
    where = str(film.clean_plate.path)
    return _linear(raster, film.clean_colour, working, where)
