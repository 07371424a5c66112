"""One frame, from input files to a sealed file and its leaves; runs in a worker.

1. Read each input and hash it again: it must be what the run was stated with.
2. Decode, key, compose, measure. 3. Encode and seal. 4. Decode what will be written:
pixels and fingerprint are of that. 5. Write under a temporary name, fsync.
"""

from functools import cache

from ledger.encoding.canonical import JsonValue
from ledger.encoding.digest import sha256_hex
from ledger.errors import JangbuError
from pipeline.credentials.sealer import Sealer
from pipeline.frames.raster_output import RasterOutput
from pipeline.kernels.backends import Backend, Device, backend_named
from pipeline.run.film_frame import compose_film, written_film
from pipeline.run.frame_credential import credential_of
from pipeline.run.frame_job import FrameJob, FrameResult, LayerJob
from pipeline.run.made import Made, Written
from pipeline.run.sealed_file import sealed_leaf, write_sealed
from pipeline.run.srgb_frame import compose_srgb, written_srgb


@cache
def _backend(device: Device) -> Backend:
    # Kernels are loaded, and a device is taken, once in each process.
    return backend_named(device)


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
    backend = _backend(job.device)
    made = _made(job, backend)
    sealed = sealer.seal(made.encoded, job.output.media_type, credential_of(job))
    written = _written(job, sealed.data)
    iscc, profile = backend.fingerprint(written.view, bits=256)
    write_sealed(job.temporary, sealed)
    measured: dict[str, JsonValue] = {
        "v": 1,
        "frame": job.frame,
        "pixels": written.pixels,
        "decoder": written.decoder,
        "inputs": [_input(n, layer) for n, layer in enumerate(job.layers)],
        "coverage": made.coverage,
        "tiles": sha256_hex(made.tiles),
        "iscc": iscc,
        "profile": profile + written.viewed,
    }
    if made.light is not None:
        measured["light"] = made.light
    return FrameResult(
        frame=job.frame,
        measured=measured,
        sealed=sealed_leaf(job.frame, sealed),
        tiles=made.tiles,
        made_by=tuple(sorted({made.made_by, backend.name})),
    )


def _made(job: FrameJob, backend: Backend) -> Made:
    if job.film is not None:
        return compose_film(job.layers, job.film)
    if isinstance(job.output, RasterOutput):
        raise TypeError("picture/1 is written as 8-bit PNG or JPEG")
    return compose_srgb(job.layers, job.output, backend)


def _written(job: FrameJob, content: bytes) -> Written:
    if job.film is not None:
        return written_film(content, job.film)
    return written_srgb(content)


def _input(number: int, layer: LayerJob) -> JsonValue:
    row: dict[str, JsonValue] = {"layer": number, "file": layer.digest}
    if layer.matte_digest is not None:
        row["matte"] = layer.matte_digest
    if layer.film is not None and layer.film.bounding:
        row["mattes"] = [
            {"role": one.role, "file": one.file.digest} for one in layer.film.bounding
        ]
    if layer.film is not None and layer.film.clean_plate is not None:
        row["clean_plate"] = layer.film.clean_plate.digest
    return row
