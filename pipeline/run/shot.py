"""Running a shot: plan, state, make the cells, state the version."""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import Protocol

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from ledger.encoding.canonical import JsonValue
from ledger.encoding.cell import cells_of
from ledger.encoding.statement import Composed, Draft, KeptValue
from ledger.ports import Receipt
from ledger.records.statement import Act, Scope
from ledger.records.time import FrameRange
from pipeline.errors import RecipeError
from pipeline.kernels.key import KeySettings
from pipeline.run.cells import CellMaker, check_file_name, file_name
from pipeline.run.cells import Recorder as CellRecorder
from pipeline.run.frame import FrameJob, LayerJob
from pipeline.run.output import OutputFolder
from pipeline.run.owner import Owner, sweep
from pipeline.run.plan import Plan, PlannedLayer
from pipeline.run.tools import tools_of
from pipeline.run.workers import SigningKey, Workers


class Recorder(CellRecorder, Protocol):
    """What running a shot needs of the ledger besides what its cells need."""

    def record(self, composed: Sequence[Composed], signer: str) -> list[Receipt]: ...

    def keep_values(self, statement: str, kept: Sequence[KeptValue]) -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class ShotRun:
    """How a shot is to be run.

    Attributes:
        out: the output folder.
        frames: only these frames, rounded out to cells; `None` for all.
        current_version: id of the shot's current version and the frame.sets that it
            lists; `None` if it has none or the ledger is out of reach.
        online: whether the log can be asked; without it no version is stated.
    """

    plan: Plan
    recorder: Recorder
    signing: SigningKey
    out: Path
    workers: int
    frames: FrameRange | None
    current_version: Callable[[str, str], tuple[str, tuple[str, ...]] | None]
    online: bool
    on_frame: Callable[[int], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class ShotResult:
    """What a run left.

    Attributes:
        sets: id of the frame.set of each cell that was asked for.
        token: of the output folder.
        version: id of the current version, if the run completed the shot.
    """

    run: str
    token: str
    sets: dict[int, str]
    version: str | None


def run_shot(shot: ShotRun) -> ShotResult:
    """Run a planned shot; safe to repeat, from any number of processes.

    Raises:
        JangbuError: what stopped it; what was committed stays committed.
    """
    plan, recorder = shot.plan, shot.recorder
    cells = _cells(plan, shot.frames)
    check_file_name(plan)
    folder = OutputFolder(shot.out, partial(file_name, plan))
    token = folder.bind(plan.log, plan.run.id, tools_of(plan.output))
    state_run(plan, recorder)
    with Owner(folder) as owner, Workers(shot.workers, shot.signing) as workers:
        maker = CellMaker(
            plan=plan,
            recorder=recorder,
            folder=folder,
            owner=owner,
            token=token,
            cert=_certificate_digest(shot.signing.chain_pem),
            workers=workers,
            job=_jobs(plan, owner.folder),
            on_frame=shot.on_frame,
        )
        sets = maker.run(cells)
    sweep(folder)
    return ShotResult(
        run=plan.run.id, token=token, sets=sets, version=_version(shot, sets)
    )


def state_run(plan: Plan, recorder: Recorder) -> None:
    """State assets, generations and the run, before any frame is made."""
    for asset in plan.assets():
        recorder.put(asset.leaves.raw)
        recorder.keep_values(asset.statement.id, asset.kept)
    recorder.record(plan.statements(), "pipeline")


def _cells(plan: Plan, frames: FrameRange | None) -> range:
    if frames is None:
        return plan.cells
    inside = plan.frames.intersect(frames)
    if inside is None or inside != frames:
        raise RecipeError(
            f"frames of the shot, {plan.frames}",
            met=str(frames),
            advice="Ask for frames that the recipe lists.",
            where="--frames",
        )
    return cells_of(inside)


def _jobs(plan: Plan, work: Path) -> Callable[[int, str], FrameJob]:
    tools = tuple(f"{name}@{of}" for name, of in tools_of(plan.output).items())
    program = version("jangbu")

    def job(frame: int, name: str) -> FrameJob:
        return FrameJob(
            log=plan.log,
            run=plan.run.id,
            cell_key=plan.cell_key(frame // 32),
            frame=frame,
            layers=tuple(_layer_job(layer, frame) for layer in plan.layers),
            output=plan.output,
            tools=tools,
            version=program,
            temporary=work / name,
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
        key=KeySettings(
            screen=table.key.screen,
            lo=table.key.low,
            hi=table.key.high,
            despill=table.key.despill,
        )
        if table.key
        else None,
    )


def _certificate_digest(chain_pem: bytes) -> str:
    leaf = x509.load_pem_x509_certificates(chain_pem)[0]
    return hashlib.sha256(leaf.public_bytes(Encoding.DER)).hexdigest()


def _version(shot: ShotRun, sets: dict[int, str]) -> str | None:
    plan, recorder = shot.plan, shot.recorder
    if not shot.online:
        return None  # whether another version is current, only the log can say
    listed = []
    for cell in plan.cells:
        said = sets.get(cell) or _committed(plan, recorder, cell)
        if said is None:
            return None
        listed.append((cell, said))
    current = shot.current_version(plan.shot, plan.view)
    if current is not None and current[1] == tuple(said for _, said in listed):
        return current[0]
    composed = _compose_version(plan, recorder, listed, current[0] if current else None)
    recorder.record([composed], "pipeline")
    return composed.id


def _committed(plan: Plan, recorder: Recorder, cell: int) -> str | None:
    key = recorder.machine_key("frame.set.1", plan.cell_key(cell))
    receipt = recorder.locate("frame.set.1", key)
    return receipt.id if receipt else None


def _compose_version(
    plan: Plan,
    recorder: Recorder,
    listed: list[tuple[int, str]],
    replaced: str | None,
) -> Composed:
    rows: list[JsonValue] = [{"cell": cell, "set": said} for cell, said in listed]
    # Not the rows: of two versions that would replace the same one, or would both be
    # the first, the second is a conflict, and never another current version.
    natural: JsonValue = [plan.shot, plan.view, replaced or ""]
    act = None
    if replaced is not None:
        act = Act.model_validate({"verb": "supersede", "of": replaced})
    return recorder.compose(
        Draft(
            log=plan.log,
            kind="version.1",
            key=recorder.machine_key("version.1", natural),
            prev=(plan.run.id,),
            act=act,
            scope=Scope.model_validate({"shot": plan.shot, "range": plan.frames}),
            body={"view": plan.view, "cells": rows},
        )
    )
