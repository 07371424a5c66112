"""One frame, from input files to a sealed file and its leaves; runs in a worker.

1. Read each input and hash it again: it must be what the run was stated with.
2. Decode, key, compose, measure. 3. Encode and seal. 4. Decode what will be written:
pixels and fingerprint are of that. 5. Write under a temporary name, fsync.
"""

import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ledger.encoding.canonical import JsonValue
from ledger.encoding.digest import sha256_hex
from ledger.errors import JangbuError
from ledger.files import os_error
from ledger.records.making import SourceType
from pipeline.capture.files import read_input
from pipeline.credentials.manifest import (
    FrameCredential,
    Incoming,
    LayerCredential,
    result_source_type,
)
from pipeline.credentials.sealer import Sealer
from pipeline.errors import FrameShapeError
from pipeline.frames.arrays import pixels_digest
from pipeline.frames.picture import Picture
from pipeline.frames.reading import read_matte, read_picture
from pipeline.frames.writing import OutputFormat, encode_picture
from pipeline.kernels.compose import Layer, compose
from pipeline.kernels.coverage import coverage_of
from pipeline.kernels.iscc import fingerprint
from pipeline.kernels.key import KeySettings, key
from pipeline.kernels.light import LIGHT
from pipeline.kernels.measure import Measures


@dataclass(frozen=True, slots=True, kw_only=True)
class LayerJob:
    """What a worker needs to know of one layer of a frame."""

    element: str
    source_type: SourceType
    path: Path
    digest: str
    alpha: str
    incoming: Incoming
    matte_path: Path | None = None
    matte_digest: str | None = None
    key: KeySettings | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FrameJob:
    """One frame to make.

    Attributes:
        temporary: where to write it; the folder is there.
    """

    log: str
    run: str
    cell_key: str
    frame: int
    layers: tuple[LayerJob, ...]
    output: OutputFormat
    tools: tuple[str, ...]
    version: str
    temporary: Path


@dataclass(frozen=True, slots=True, kw_only=True)
class FrameResult:
    """What came of a frame: both leaves as JSON, and its tile table."""

    frame: int
    measured: dict[str, JsonValue]
    sealed: dict[str, JsonValue]
    tiles: bytes


def make_frame(job: FrameJob, sealer: Sealer) -> FrameResult:
    """Compose, measure, seal and write one frame.

    Raises:
        JangbuError: an input changed or is damaged, or the disk is full; nothing is
            left under the temporary name.
    """
    try:
        return _make_frame(job, sealer)
    except JangbuError as error:
        error.facts.setdefault("frame", job.frame)
        raise


def _make_frame(job: FrameJob, sealer: Sealer) -> FrameResult:
    pictures = [_read_layer(layer) for layer in job.layers]
    composite = compose([layer for layer, _ in pictures])
    encoded = encode_picture(composite.frame, job.output)
    sealed = sealer.seal(encoded, job.output.media_type, _credential(job))
    written = read_picture(sealed.data)
    iscc, profile = fingerprint(written.rgb, bits=256)
    _write(job.temporary, sealed.data)
    measures = composite.measures
    return FrameResult(
        frame=job.frame,
        measured={
            "v": 1,
            "frame": job.frame,
            "pixels": pixels_digest(written.rgb),
            "decoder": written.decoder,
            "inputs": [_input(n, layer) for n, layer in enumerate(job.layers)],
            "coverage": _coverage(job.layers, measures),
            "tiles": measures.tiles_digest(),
            "iscc": iscc,
            "profile": profile,
        },
        sealed={
            "v": 1,
            "frame": job.frame,
            "file": sha256_hex(sealed.data),
            "part": 0,
            "index": 0,
            "manifest": sha256_hex(sealed.manifest),
        },
        tiles=measures.tile_bytes(),
    )


def _read_layer(job: LayerJob) -> tuple[Layer, Picture]:
    picture = read_picture(read_input(job.path, job.digest), str(job.path))
    if job.key is not None:
        keyed = key(picture.rgb, job.key)
        return Layer(rgb=keyed.rgb, coverage=keyed.coverage), picture
    if job.matte_path is not None:
        content = read_input(job.matte_path, job.matte_digest)
        matte = read_matte(content, str(job.matte_path))
        return Layer(rgb=picture.rgb, coverage=coverage_of(matte)), picture
    if job.alpha == LIGHT:
        return Layer(rgb=picture.rgb, light=True), picture
    if job.alpha == "embedded":
        if picture.alpha is None:
            raise FrameShapeError(
                "an RGBA PNG",
                met="a picture without alpha",
                advice="Leave alpha out of the recipe, or deliver RGBA.",
                where=str(job.path),
            )
        return Layer(rgb=picture.rgb, coverage=coverage_of(picture.alpha)), picture
    return Layer(rgb=picture.rgb), picture


def _input(number: int, layer: LayerJob) -> JsonValue:
    row: dict[str, JsonValue] = {"layer": number, "file": layer.digest}
    if layer.matte_digest is not None:
        row["matte"] = layer.matte_digest
    return row


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


def _credential(job: FrameJob) -> FrameCredential:
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
    one_opaque = len(layers) == 1 and job.layers[0].alpha == "opaque"
    return FrameCredential(
        log=_text(job.log),
        run=_text(job.run),
        cell_key=_text(job.cell_key),
        frame=job.frame,
        layers=layers,
        source_type=result_source_type(
            [layer.source_type for layer in job.layers], one_opaque=one_opaque
        ),
        version=_text(job.version),
        tools=tuple(_text(tool) for tool in job.tools),
    )


def _text(name: str) -> Any:  # noqa: ANN401  # the credential's own gates check each
    return name


def _write(path: Path, content: bytes) -> None:
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o644)
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
        except OSError:
            path.unlink(missing_ok=True)
            raise
    except OSError as error:
        raise os_error(error, path) from error
