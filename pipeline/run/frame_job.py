"""What a worker is handed for a frame, and what it hands back."""

from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from ledger.encoding.canonical import JsonValue
from ledger.records.making import SourceType
from pipeline.credentials.manifest import Incoming
from pipeline.frames.raster_output import RasterOutput
from pipeline.frames.writing import OutputFormat
from pipeline.kernels.backends import Device
from pipeline.kernels.key import KeySettings
from pipeline.run.film_job import FilmFrame, FilmLayer

Output: TypeAlias = OutputFormat | RasterOutput
"""How frames are written: by `picture/1`, or by `picture/2`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LayerJob:
    """What a worker needs to know of one layer of a frame.

    Attributes:
        key: of `picture/1`.
        film: of `picture/2`, with the files that bound its key.
    """

    element: str
    source_type: SourceType
    path: Path
    digest: str
    alpha: str
    incoming: Incoming
    matte_path: Path | None = None
    matte_digest: str | None = None
    key: KeySettings | None = None
    film: FilmLayer | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FrameJob:
    """One frame to make.

    Attributes:
        temporary: where to write it; the folder is there.
        device: what computes it. No part of what is stated: all give the same.
        film: with it the frame is made by `picture/2`, else by `picture/1`.
    """

    log: str
    run: str
    cell_key: str
    frame: int
    layers: tuple[LayerJob, ...]
    output: Output
    tools: tuple[str, ...]
    version: str
    temporary: Path
    device: Device = "auto"
    film: FilmFrame | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FrameResult:
    """What came of a frame: both leaves as JSON, and its tile table.

    Attributes:
        made_by: the backends that computed it, for the record beside the evidence;
            two where a device failed on the way.
    """

    frame: int
    measured: dict[str, JsonValue]
    sealed: dict[str, JsonValue]
    tiles: bytes
    made_by: tuple[str, ...] = ()
