"""One frame by `picture/1`: 8-bit sRGB in, 8-bit sRGB out."""

from collections.abc import Iterable

from ledger.encoding.canonical import JsonValue
from pipeline.capture.files import read_input
from pipeline.errors import FrameShapeError
from pipeline.frames.arrays import pixels_digest
from pipeline.frames.reading import read_matte, read_picture
from pipeline.frames.writing import OutputFormat, encode_picture
from pipeline.kernels.backends import Backend
from pipeline.kernels.light import LIGHT
from pipeline.kernels.measure import Measures
from pipeline.kernels.sources import Source
from pipeline.run.frame_job import LayerJob
from pipeline.run.made import Made, Written


def compose_srgb(
    layers: Iterable[LayerJob], output: OutputFormat, backend: Backend
) -> Made:
    """Read, key, compose, measure and encode a frame.

    Raises:
        PipelineError: an input changed, is damaged, or cannot be used.
    """
    jobs = list(layers)
    composite = backend.compose([_read_layer(layer) for layer in jobs])
    measures = composite.measures
    return Made(
        encoded=encode_picture(composite.frame, output),
        coverage=_coverage(jobs, measures),
        tiles=measures.tile_bytes(),
        made_by=backend.name,
    )


def written_srgb(content: bytes) -> Written:
    """What a written file shows, as its decoder reads it."""
    picture = read_picture(content)
    return Written(
        pixels=pixels_digest(picture.rgb), decoder=picture.decoder, view=picture.rgb
    )


def _read_layer(job: LayerJob) -> Source:
    picture = read_picture(read_input(job.path, job.digest), str(job.path))
    if job.key is not None:
        return Source(rgb=picture.rgb, key=job.key)
    if job.matte_path is not None:
        content = read_input(job.matte_path, job.matte_digest)
        return Source(rgb=picture.rgb, matte=read_matte(content, str(job.matte_path)))
    if job.alpha == LIGHT:
        return Source(rgb=picture.rgb, light=True)
    if job.alpha == "embedded":
        if picture.alpha is None:
            raise FrameShapeError(
                "an RGBA PNG",
                met="a picture without alpha",
                advice="Leave alpha out of the recipe, or deliver RGBA.",
                where=str(job.path),
            )
        return Source(rgb=picture.rgb, matte=picture.alpha)
    return Source(rgb=picture.rgb)


def _coverage(layers: Iterable[LayerJob], measures: Measures) -> JsonValue:
    # What a matte says is exact here, so both bounds are the same figure.
    rows: list[JsonValue] = [
        {"element": layer.element, "lower": covered, "upper": covered}
        for layer, covered in zip(layers, measures.layers, strict=True)
    ]
    rest: dict[str, JsonValue] = {
        "lower": measures.unattributed,
        "upper": measures.unattributed,
    }
    return {"layers": rows, "unattributed": rest}
