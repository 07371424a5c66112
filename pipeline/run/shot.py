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

from ledger.encoding.cell import cells_of
from ledger.encoding.statement import Composed, KeptValue
from ledger.ports import Receipt
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
from pipeline.run.version import CurrentVersion, refuse_dropped, state_version
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
        current_version: the version in force of a shot and view; `None` if none is.
        online: whether the log can be asked; without it no version is stated.
        shorten: whether the new version may drop frames of the one in force.
    """

    plan: Plan
    recorder: Recorder
    signing: SigningKey
    out: Path
    workers: int
    frames: FrameRange | None
    current_version: Callable[[str, str], CurrentVersion | None]
    online: bool
    shorten: bool
    on_frame: Callable[[int, bool], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class ShotResult:
    """What a run left.

    Attributes:
        sets: id of the frame.set of each cell that was asked for.
        token: of the output folder.
        version: id of the version in force, if the run completed the shot.
        replaced: the version that this one supersedes; `None` if it was in force.
    """

    run: str
    token: str
    sets: dict[int, str]
    version: str | None
    replaced: CurrentVersion | None


def run_shot(shot: ShotRun) -> ShotResult:
    """Run a planned shot; safe to repeat, from any number of processes.

    Raises:
        JangbuError: what stopped it; what was committed stays committed.
    """
    plan, recorder = shot.plan, shot.recorder
    cells = _cells(plan, shot.frames)
    check_file_name(plan)
    replaced = _replaced(shot)
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
    stated = state_version(plan, recorder, sets, replaced) if shot.online else None
    return ShotResult(
        run=plan.run.id,
        token=token,
        sets=sets,
        version=stated,
        replaced=replaced if stated and replaced and replaced.id != stated else None,
    )


def _replaced(shot: ShotRun) -> CurrentVersion | None:
    if not shot.online:
        return None  # whether another version is in force, only the log can say
    current = shot.current_version(shot.plan.shot, shot.plan.view)
    if current is not None and not shot.shorten:
        refuse_dropped(current, shot.plan)
    return current


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
