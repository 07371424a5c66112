"""One frame by `picture/2`: its layers laid over each other, graded and encoded.

Everything is float32 or whole numbers in an order that is fixed, so that every machine
gets the same samples (docs/specs/picture-2.md, colour.md).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from ledger.encoding.canonical import JsonValue
from pipeline.colour.convert import SampleType, encode, to_primaries
from pipeline.colour.viewing import view
from pipeline.errors import ColourSpaceError
from pipeline.frames.picture import tool_token
from pipeline.frames.raster import Samples, samples_digest
from pipeline.frames.rasters import encode_raster, read_raster
from pipeline.kernels.linear import Linear, as_linear
from pipeline.kernels.measure_2 import LUMA, BoundedMeasures, Extent
from pipeline.kernels.picture_2 import compose_linear, passes_through
from pipeline.run.film_job import FilmFrame, InputFile
from pipeline.run.film_layer import Files, FilmSource, layer_of
from pipeline.run.frame_job import LayerJob
from pipeline.run.made import Made, Written


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class FilmPicture:
    """A frame that was made.

    Attributes:
        samples: as they are to be written.
        bits: depth of them.
    """

    samples: Samples
    bits: int
    measures: BoundedMeasures


def compose_film(layers: Iterable[LayerJob], frame: FilmFrame) -> Made:
    """Read, cut, place, lay, grade, measure and encode a frame.

    Raises:
        PipelineError: an input changed, is damaged, or cannot be used as the recipe
            says.
    """
    jobs = list(layers)
    picture = make_film_picture([_source(job) for job in jobs], frame)
    measures = picture.measures
    tiles = measures.tile_bytes()
    return Made(
        encoded=encode_raster(picture.samples, picture.bits, frame.output),
        coverage=_coverage(jobs, measures),
        tiles=tiles + measures.bound_bytes() if frame.bounded else tiles,
        made_by=tool_token("numpy"),
        light={
            "layers": [_bounds(one) for one in measures.light],
            "unattributed": _bounds(measures.light_unattributed),
            "total": measures.light_total,
        },
    )


def written_film(content: bytes, frame: FilmFrame) -> Written:
    """What a written file shows, as its decoder reads it."""
    raster = read_raster(content)
    shown, viewed = view(raster, frame.space, frame.code_range)
    return Written(
        pixels=samples_digest(raster.rgb, raster.bits, raster.alpha),
        decoder=raster.decoder,
        view=shown,
        viewed=viewed,
    )


def make_film_picture(sources: Sequence[FilmSource], frame: FilmFrame) -> FilmPicture:
    """Make a frame and measure it.

    Raises:
        PipelineError: an input changed, is damaged, or cannot be used as the recipe
            says.
    """
    files = Files()
    layers = [layer_of(source, frame.working, files) for source in sources]
    composite = compose_linear(
        layers, active=frame.active, luma=LUMA[frame.working.token]
    )
    samples = None
    if frame.look is None and passes_through(layers):
        samples = _untouched(sources[0], frame, files)
    if samples is None:
        samples = _encoded(composite.rgb, frame)
    return FilmPicture(
        samples=samples, bits=frame.output.bits, measures=composite.measures
    )


def _source(job: LayerJob) -> FilmSource:
    if job.film is None:
        raise TypeError("a layer of picture/2 without its film")
    matte = None
    if job.matte_path is not None and job.matte_digest is not None:
        matte = InputFile(job.matte_path, job.matte_digest)
    return FilmSource(
        file=InputFile(job.path, job.digest),
        matte=matte,
        alpha=job.alpha,
        film=job.film,
    )


def _coverage(layers: Iterable[LayerJob], measures: BoundedMeasures) -> JsonValue:
    rows: list[JsonValue] = [
        {"element": layer.element, **_bounds(extent)}
        for layer, extent in zip(layers, measures.layers, strict=True)
    ]
    return {"layers": rows, "unattributed": _bounds(measures.unattributed)}


def _bounds(extent: Extent) -> dict[str, JsonValue]:
    return {"lower": extent.lower, "upper": extent.upper}


def _untouched(source: FilmSource, frame: FilmFrame, files: Files) -> Samples | None:
    """The source's own samples, if they are what is to be written."""
    raster = files.read(source.file, source.film.channels)
    output, colour = frame.output, source.film.colour
    same = (raster.rgb.dtype.name, raster.bits) == (sample_type(frame), output.bits)
    meant = (colour.space, colour.range) == (frame.space, frame.code_range)
    sized = (raster.width, raster.height) == tuple(frame.size)
    return raster.rgb if same and meant and sized and _stays(source) else None


def _stays(source: FilmSource) -> bool:
    move = source.film.transform
    plain = move.crop is None and move.scale is None and (move.left, move.top) == (0, 0)
    # Keys change colour; what only cuts does not.
    return plain and source.film.key is None and source.film.clean_key is None


def _encoded(linear: Linear, frame: FilmFrame) -> Samples:
    if frame.look is not None:
        graded = frame.look.grade().apply(linear, frame.working)
        linear = as_linear(graded, where="look")
    light = to_primaries(linear, frame.working, frame.space)
    if not np.isfinite(light).all():
        raise ColourSpaceError(
            f"light that {frame.space.token} can say",
            met="light beyond the range of float32",
            advice="Look at the layers' brightest samples.",
        )
    return encode(
        light,
        frame.space,
        sample_type(frame),
        frame.output.bits,
        code_range=frame.code_range,
    )


def sample_type(frame: FilmFrame) -> SampleType:
    """The type of the samples that are written."""
    bits = frame.output.bits
    if frame.output.is_float:
        return "float16" if bits == 16 else "float32"
    return "uint8" if bits == 8 else "uint16"
