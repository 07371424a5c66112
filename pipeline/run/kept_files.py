"""Cells that are kept, in an output folder: their records and their sealed files."""

import os
from collections.abc import Mapping, Sequence
from pathlib import Path

from ledger.encoding.digest import sha256_hex
from ledger.files import os_error
from pipeline.errors import OutputInTheWayError
from pipeline.run.decided import Decided, DecidedFrame, decide, decided_in
from pipeline.run.kept import Earlier, kept_cells
from pipeline.run.output import OutputFolder
from pipeline.run.owner import Owner
from pipeline.run.planned import Plan
from pipeline.run.version import CurrentVersion


def keep_cells(
    plan: Plan, folder: OutputFolder, earlier: Earlier, current: CurrentVersion | None
) -> dict[int, str]:
    """Decide, in an output folder, which cells stay as they are; their frame.sets.

    A cell that was decided in the folder before stays decided, either way.

    Raises:
        OutputInTheWayError: a cell that was kept here is not what the run would make.
        StoreError: the folder cannot be read or written.
    """
    here = _kept_here(plan, folder)
    sets = dict.fromkeys([*here.values(), *(current.sets if current else ())])
    fitting = kept_cells(plan, earlier.cells(sets, plan.run.id))
    for cell, said in here.items():
        if said not in fitting.get(cell, ()):
            raise OutputInTheWayError(
                "a cell that this run would make the same",
                met="one that was kept of a run that does not stand any more",
                advice="Choose another folder with --out.",
                where=str(folder.cells),
                cell=cell,
            )
    for cell, said_by in fitting.items():
        if cell not in here and decided_in(folder, cell) is None:
            decide(folder, Decided.kept(cell, said_by[0]))
    return _kept_here(plan, folder)


def _kept_here(plan: Plan, folder: OutputFolder) -> dict[int, str]:
    found = ((cell, decided_in(folder, cell)) for cell in plan.cells)
    return {
        cell: decided.set
        for cell, decided in found
        if decided is not None and decided.parcel is None
    }


def bring_files(
    plan: Plan,
    folder: OutputFolder,
    owner: Owner,
    earlier: Earlier,
    kept: Mapping[int, str],
) -> int:
    """Give sealed files of kept cells their names in this folder, too.

    Returns:
        How many frames have no sealed file on this machine.

    Raises:
        OutputInTheWayError: another file has a frame's name.
        StoreError: the folder cannot be written.
    """
    missing: set[int] = set()
    there: set[int] = set()
    for frame_set in kept.values():
        for leaf, paths in earlier.files(frame_set):
            sealed = DecidedFrame.of(leaf)
            brought = leaf.frame in there or _bring(folder, owner, sealed, paths)
            (there if brought else missing).add(leaf.frame)
    for cell in kept:
        _refuse_others(folder, plan.frames_of(cell), there)
    folder.sync()
    return len(missing - there)


def _bring(
    folder: OutputFolder, owner: Owner, sealed: DecidedFrame, paths: Sequence[Path]
) -> bool:
    """Give one sealed frame, and what lies beside it, its name here, if it is found."""
    name = folder.name_of(sealed.frame)
    own = folder.root / name
    try:
        for path in [own, *(one for one in paths if one != own)]:
            files = dict(zip(sealed.files(name), sealed.files(path.name), strict=True))
            if all(_is(path.with_name(at[0]), at[1]) for at in files.values()):
                for (target, digest), (found, _) in files.items():
                    _copy(path.with_name(found), owner.folder / target)
                    folder.place(target, owner.folder / target, digest)
                return True
    except OSError as error:
        raise os_error(error, own) from error
    return False


def _is(path: Path, digest: str) -> bool:
    return path.is_file() and sha256_hex(path.read_bytes()) == digest


def _refuse_others(folder: OutputFolder, frames: range, there: set[int]) -> None:
    names = (folder.name_of(frame) for frame in frames if frame not in there)
    folder.refuse_strangers(list(names))


def _copy(path: Path, target: Path) -> None:
    target.unlink(missing_ok=True)
    try:
        # A sealed file is never written again, so two names may share its bytes.
        os.link(path, target)
    except OSError:
        content = path.read_bytes()
        with target.open("xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
