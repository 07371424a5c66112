"""What a frame's credential says: its layers, what they came from, its run."""

from typing import Any

from pipeline.credentials.manifest import (
    FrameCredential,
    LayerCredential,
    result_source_type,
)
from pipeline.run.frame_job import FrameJob


def credential_of(job: FrameJob) -> FrameCredential:
    """The credential of a frame: its layers, its sources' types, its run."""
    layers = tuple(
        LayerCredential(
            layer=number,
            element=_text(layer.element),
            source_type=layer.source_type,
            file=_text(layer.digest),
            incoming=layer.incoming,
        )
        for number, layer in enumerate(job.layers)
    )
    return FrameCredential(
        log=_text(job.log),
        run=_text(job.run),
        cell_key=_text(job.cell_key),
        frame=job.frame,
        layers=layers,
        source_type=result_source_type(
            [layer.source_type for layer in job.layers],
            one_opaque=_shows_one_source(job),
        ),
        version=_text(job.version),
        tools=tuple(_text(tool) for tool in job.tools),
    )


def _shows_one_source(job: FrameJob) -> bool:
    """Whether the frame is one source as it came in, without any work on it."""
    if len(job.layers) != 1 or job.layers[0].alpha != "opaque":
        return False
    layer, frame = job.layers[0].film, job.film
    if layer is None or frame is None:
        return True
    move = layer.transform
    moved = move.crop or move.scale or (move.left, move.top) != (0, 0)
    cut = layer.bounding or layer.blend != "over"
    return not (moved or cut or frame.look)


def _text(name: str) -> Any:  # noqa: ANN401  # the credential's own gates check each
    return name
