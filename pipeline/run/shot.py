"""Running a shot: plan, state, make the cells, state the version."""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Protocol

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from ledger.encoding.cell import cells_of
from ledger.encoding.statement import Composed, KeptValue
from ledger.ports import Receipt
from ledger.records.time import FrameRange
from pipeline.errors import RecipeError
from pipeline.run.cell_work import CellPlace, CellWork
from pipeline.run.cell_work import Recorder as CellRecorder
from pipeline.run.cells import CellMaker, check_file_name, file_name
from pipeline.run.crew import Crew
from pipeline.run.events import Listener
from pipeline.run.jobs import jobs_of, keep_tables
from pipeline.run.kept import Earlier
from pipeline.run.kept_files import bring_files, keep_cells
from pipeline.run.output import OutputFolder
from pipeline.run.owner import Owner, sweep
from pipeline.run.planned import Plan
from pipeline.run.tools import tools_of
from pipeline.run.version import (
    CurrentVersion,
    Whole,
    committed_sets,
    refuse_dropped,
    state_version,
)


class Recorder(CellRecorder, Protocol):
    """What running a shot needs of the ledger besides what its cells need."""

    def record(self, composed: Sequence[Composed], signer: str) -> list[Receipt]: ...

    def keep_values(self, statement: str, kept: Sequence[KeptValue]) -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class ShotRun:
    """How a shot is to be run.

    Attributes:
        crew: who makes the frames.
        out: the output folder.
        frames: only these frames, rounded out to cells; `None` for all.
        earlier: what earlier runs left; `None` to make every cell anew.
        current_version: the version in force of a shot and view; `None` if none is.
        online: whether the log can be asked; without it no version is stated.
        shorten: whether the new version may drop frames of the one in force.
    """

    plan: Plan
    recorder: Recorder
    crew: Crew
    out: Path
    frames: FrameRange | None
    earlier: Earlier | None
    current_version: Callable[[str, str], CurrentVersion | None]
    online: bool
    shorten: bool
    listener: Listener


@dataclass(frozen=True, slots=True, kw_only=True)
class ShotResult:
    """What a run left.

    Attributes:
        sets: id of the frame.set of each cell that was asked for.
        kept: cells that stay as an earlier run measured them.
        missing: frames of kept cells that have no sealed file on this machine.
        token: of the output folder.
        version: id of the version in force, if the run completed the shot.
        replaced: the version that this one supersedes; `None` if it was in force.
    """

    run: str
    token: str
    sets: dict[int, str]
    kept: frozenset[int]
    missing: int
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
    keep_tables(plan, folder)
    kept = _kept(shot, folder, replaced)
    missing = 0
    with Owner(folder) as owner:
        asked = {cell: said for cell, said in kept.items() if cell in cells}
        if shot.earlier is not None and asked:
            missing = bring_files(plan, folder, owner, shot.earlier, asked)
        place = CellPlace(
            plan=plan,
            recorder=recorder,
            folder=folder,
            owner=owner,
            token=token,
            cert=certificate_digest(shot.crew.signing.chain_pem),
            job=jobs_of(plan, folder, owner.folder, shot.crew.device),
        )
        with shot.crew.at_work() as executor:
            maker = CellMaker(executor, shot.listener)
            maker.add(CellWork(place, cell) for cell in cells)
            sets = maker.run()
    sweep(folder)
    stated = None
    if shot.online:
        every = committed_sets(plan, recorder, {**kept, **sets})
        stated = state_version(Whole.of(plan), recorder, every, replaced)
    return ShotResult(
        run=plan.run.id,
        token=token,
        sets=sets,
        kept=frozenset(cell for cell, said in sets.items() if kept.get(cell) == said),
        missing=missing,
        version=stated,
        replaced=replaced if stated and replaced and replaced.id != stated else None,
    )


def _kept(
    shot: ShotRun, folder: OutputFolder, current: CurrentVersion | None
) -> dict[int, str]:
    if shot.earlier is None:
        return {}
    return keep_cells(shot.plan, folder, shot.earlier, current)


def _replaced(shot: ShotRun) -> CurrentVersion | None:
    if not shot.online:
        return None  # whether another version is in force, only the log can say
    current = shot.current_version(shot.plan.shot, shot.plan.view)
    if current is not None and not shot.shorten:
        refuse_dropped(current, shot.plan.frames)
    return current


def state_run(plan: Plan, recorder: Recorder) -> None:
    """State assets, generations and the run, before any frame is made."""
    for table in plan.tables().values():
        recorder.put(table)
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


def certificate_digest(chain_pem: bytes) -> str:
    """SHA-256 of the first certificate of a chain, over its DER."""
    leaf = x509.load_pem_x509_certificates(chain_pem)[0]
    return hashlib.sha256(leaf.public_bytes(Encoding.DER)).hexdigest()
