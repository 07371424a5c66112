"""From a plan to what a worker is handed for each frame."""

from collections.abc import Callable
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path

from ledger.encoding.cell import cell_of
from pipeline.kernels.backends import Device
from pipeline.run.assets import PlannedAsset
from pipeline.run.film_job import Bounding, FilmLayer, InputFile
from pipeline.run.film_plan import key_of
from pipeline.run.frame_job import FrameJob, LayerJob
from pipeline.run.output import OutputFolder, create_exclusively
from pipeline.run.planned import Plan, PlannedLayer
from pipeline.run.tools import tools_of


def keep_tables(plan: Plan, folder: OutputFolder) -> None:
    """Lay a look's tables where all workers of the folder find them.

    Raises:
        StoreError: they could not be written.
    """
    for digest, table in plan.tables().items():
        create_exclusively(folder.state / digest, table)


def jobs_of(
    plan: Plan, folder: OutputFolder, work: Path, device: Device = "auto"
) -> Callable[[int, str], FrameJob]:
    """What a worker must do for each frame, given the name to write it under.

    Args:
        plan: of the run.
        folder: where the run's tables lie.
        work: where frames are written.
        device: what computes them.
    """
    tools = tuple(f"{name}@{of}" for name, of in tools_of(plan.output).items())
    program = version("jangbu")
    film = None if plan.film is None else plan.film.frame_in(folder.state)

    def job(frame: int, name: str) -> FrameJob:
        return FrameJob(
            log=plan.log,
            run=plan.run.id,
            cell_key=plan.cell_key(cell_of(frame)),
            frame=frame,
            layers=tuple(_layer_job(layer, frame) for layer in plan.layers),
            output=plan.output,
            tools=tools,
            version=program,
            temporary=work / name,
            device=device,
            film=film,
        )

    return job


def _layer_job(layer: PlannedLayer, frame: int) -> LayerJob:
    file = layer.asset.files[frame]
    matte = layer.matte.files[frame] if layer.matte else None
    table = layer.table
    return LayerJob(
        element=layer.element,
        source_type=table.source_type,
        path=file.path,
        digest=file.digest,
        alpha=table.alpha_from,
        incoming="none" if file.incoming is None else "withheld",
        matte_path=matte.path if matte else None,
        matte_digest=matte.digest if matte else None,
        key=key_of(table),
        film=_film_layer(layer, frame),
    )


def _film_layer(layer: PlannedLayer, frame: int) -> FilmLayer | None:
    if layer.film is None:
        return None
    files = {field: _file(asset, frame) for field, asset in layer.cutters.items()}
    bounding = tuple(
        Bounding(role=one.role, file=files[one.field])
        for one in layer.table.cutters()
        if one.role is not None
    )
    return replace(layer.film, bounding=bounding, clean_plate=files.get("clean_plate"))


def _file(asset: PlannedAsset, frame: int) -> InputFile:
    file = asset.files[frame]
    return InputFile(file.path, file.digest)
