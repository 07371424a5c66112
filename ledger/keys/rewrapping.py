"""Wrapping all keys, and replacing the master key: safe to interrupt, and run again.

1. The new master key is put beside the old one, last: from now on it is in force.
2. Each file that is not wrapped under it is unwrapped and wrapped anew, in one step.
3. When none is left, the old master keys are overwritten and removed.

At every moment each file opens with a master key that is there. A run that finds two
master keys goes on with step 2 and makes no third.
"""

from dataclasses import dataclass
from pathlib import Path

from ledger.errors import UsageError
from ledger.files import os_error, sweep_temporaries
from ledger.keys.key_files import PLAIN, SUBFOLDERS, KeyFiles, destroy
from ledger.keys.master_files import (
    new_master,
    read_masters,
    replace_secret,
    write_masters,
)
from ledger.keys.master_tokens import TokenMaster
from ledger.keys.masters import (
    KEY,
    FilePlace,
    Place,
    default_path,
    places,
    read_places,
    write_places,
)
from ledger.keys.wrapped import Master, is_wrapped, parse, refused


@dataclass(frozen=True, slots=True, kw_only=True)
class Rewrapped:
    """What was done.

    Attributes:
        master: id of the master key in force.
        count: files that were wrapped now; others were under it already.
        total: files that are wrapped.
    """

    master: str
    count: int
    total: int


def wrap_all(root: Path, to: Path | None = None) -> Rewrapped:
    """Wrap what is plain, and finish what was interrupted.

    Args:
        root: a keys folder.
        to: a `master.toml` for a folder without master key; `None`: a file.

    Raises:
        MasterKeyError: a key cannot be unwrapped; what was done stands.
        StoreError: likewise.
        UsageError: `to` is another one than the master key that is there already.
    """
    files, wanted = KeyFiles(root), _wanted(to)
    with files.locked():
        there = places(root)
        if there and wanted not in (None, *there):
            raise UsageError(
                "a folder without a master key, to choose one",
                met="one that has another master key",
                advice="Replace it with jangbu vault rewrap.",
                where="--to",
            )
        if not there:
            _add(root, wanted or FilePlace(default_path(root)))
        return _finish(files)


def rewrap_all(root: Path, to: Path | None = None) -> Rewrapped:
    """Replace the master key and wrap all keys under the new one.

    Args:
        root: a keys folder.
        to: a `master.toml` with the new one; `None`: a new key where the old one is.

    Raises:
        MasterKeyError: a key cannot be unwrapped; nothing is lost: run it again.
        StoreError: likewise.
    """
    files = KeyFiles(root)
    with files.locked():
        if len(files.ring(fresh=True).masters) < 2:
            _replace(root, _wanted(to))
        return _finish(files)


def _wanted(to: Path | None) -> Place | None:
    if to is None:
        return None
    found = read_places(to)
    if len(found) != 1:
        raise refused(
            "several master keys", "Give a file with one [[master]].", str(to)
        )
    return found[0]


def _replace(root: Path, wanted: Place | None) -> None:
    there = places(root)
    match wanted or (there[-1] if there else FilePlace(default_path(root))):
        case FilePlace(path=path) as place if place in there:
            # Two lines in one file, the new one last.
            write_masters(path, [*read_masters(path), new_master()])
        case TokenMaster() as place if place in there:
            raise refused(
                "the master key that is in force already",
                "Name another key in the [[master]], and give the file with --to.",
                str(root),
            )
        case place:
            _add(root, place)


def _add(root: Path, place: Place) -> None:
    there = places(root)
    match place:
        case TokenMaster():
            place.make()
        case FilePlace(path=path) if not path.exists():
            write_masters(path, [new_master()])
        case FilePlace(path=path):
            read_masters(path)
    if there or place != FilePlace(root / KEY):
        write_places(root, [*there, place])


def _finish(files: KeyFiles) -> Rewrapped:
    master = files.ring(fresh=True).in_force
    if master is None:  # pragma: no cover  # one was made above
        raise refused("no master key", "Run jangbu vault wrap.", str(files.root))
    _sweep(files.root)
    names = [name for name in files.names() if name not in PLAIN]
    count = sum(_rewrap(files, name, master) for name in names)
    _drop_old(files.root)
    return Rewrapped(master=master.id, count=count, total=len(names))


def _sweep(root: Path) -> None:
    # What processes left that were killed while they wrote; a master key may be in it.
    for folder in (root, *(root / name for name in SUBFOLDERS)):
        sweep_temporaries(folder)
    for place in places(root):
        # On another volume, only what is ours.
        if isinstance(place, FilePlace):
            for path in place.path.parent.glob(f".{place.path.name}.*.tmp"):
                destroy(path)


def _rewrap(files: KeyFiles, name: str, master: Master) -> bool:
    path = files.path(name)
    try:
        raw = path.read_bytes()
    except FileNotFoundError:
        return False  # erased meanwhile
    except OSError as error:
        raise os_error(error, path) from error
    if is_wrapped(raw) and parse(raw, name).master == master.id:
        return False
    replace_secret(path, files.sealed(name, files.read(name)))
    return True


def _drop_old(root: Path) -> None:
    *old, kept = places(root)
    if isinstance(kept, FilePlace):
        *_, last = read_masters(kept.path)
        if read_masters(kept.path) != (last,):
            write_masters(kept.path, [last])
    if old:
        # First told, then destroyed: a death in between leaves a file too many.
        write_places(root, [kept])
    unused = {place.path for place in old if isinstance(place, FilePlace)}
    for path in {*unused, root / KEY} - _files_of(kept):
        destroy(path)


def _files_of(place: Place) -> set[Path]:
    return {place.path} if isinstance(place, FilePlace) else set()
