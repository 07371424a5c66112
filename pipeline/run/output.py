"""The output folder: who works in it, what was decided, and nothing half-written.

    out/
      SQ010_0040.1001.png …        sealed frames, each under its name once committed
      SQ010_0040.1001.c2pa …       its manifest, of a format that cannot carry one
      .jangbu/root.json            which run the folder belongs to, and its token
      .jangbu/cells/31.json        what was decided for a cell: the first one counts
      .jangbu/work/<owner>/…       frames under temporary names
      .jangbu/work/<owner>.lock    held while the owner lives

Everything is created exclusively by hard links, so that processes on a shared folder
decide among themselves while the ledger is out of reach. Nothing is ever deleted but
temporary names of ours, or of an owner that is dead (`pipeline.run.owner`).
"""

import errno
import fcntl
import os
import secrets
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from ledger.encoding import canonical
from ledger.encoding.canonical import JsonValue
from ledger.encoding.digest import sha256_hex
from ledger.errors import MalformedRecordError
from ledger.files import make_private_folder, os_error, sync_folder
from pipeline.credentials.kinds import sidecar_name
from pipeline.errors import OutputInTheWayError, ToolVersionError

_NO_LINKS: Final = {errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP}


def both_names(name: str) -> tuple[str, str]:
    """The name of a frame, and that of its manifest if it lies beside the frame."""
    return name, sidecar_name(name)


class OutputFolder:
    """One folder of sealed frames."""

    def __init__(self, root: Path, name_of: Callable[[int], str]) -> None:
        """Look at a folder; nothing is made yet.

        Args:
            root: the folder.
            name_of: the file name of a frame. It bears the shot's code, so records
                hold frame numbers and never names.
        """
        self.root = root
        self.name_of = name_of
        self.state = root / ".jangbu"
        self.cells = self.state / "cells"
        self.work = self.state / "work"

    def bind(self, log: str, run: str, tools: Mapping[str, str]) -> str:
        """Give the folder to a run, or find that it is this run's; its token.

        Raises:
            OutputInTheWayError: it belongs to another run.
            ToolVersionError: to the same work with other tool versions.
            StoreError: the folder cannot be written.
        """
        mine: dict[str, JsonValue] = {
            "v": 1,
            "log": log,
            "run": run,
            "token": secrets.token_hex(16),
            "tools": dict(tools),
        }
        path = self.state / "root.json"
        try:
            # Who may see the frames is the studio's to say; what was decided is ours.
            self.root.mkdir(parents=True, exist_ok=True)
            for folder in (self.state, self.cells, self.work):
                make_private_folder(folder)
            create_exclusively(path, canonical.encode(mine))
            found = canonical.parse(path.read_bytes())
        except OSError as error:
            raise os_error(error, path) from error
        except MalformedRecordError as error:
            raise _in_the_way(path, "a damaged record of its run") from error
        return _token(path, mine, found)

    def place(self, name: str, temporary: Path, digest: str) -> None:
        """Give a sealed frame its name, unless it has it already.

        Args:
            name: of the file in this folder.
            temporary: where it was written; may be gone if another process was
                faster.
            digest: SHA-256 that the sealed leaf states.

        Raises:
            OutputInTheWayError: another file has that name, or the frame is gone.
        """
        final = self.root / name
        try:
            if link(temporary, final):
                temporary.unlink(missing_ok=True)
                return
            met = sha256_hex(final.read_bytes()) if final.exists() else "no file"
        except OSError as error:
            raise os_error(error, final) from error
        if met != digest:
            raise OutputInTheWayError(
                "the frame that was sealed and committed",
                met="another file" if final.exists() else "no file",
                advice="Restore the sealed frame, or run into another folder.",
                where=str(final),
            )
        temporary.unlink(missing_ok=True)

    def refuse_strangers(self, names: list[str]) -> None:
        """Refuse a folder in which a file of another origin has a frame's name.

        Or its manifest's: readers would take a stranger's for the frame's, even of a
        frame that carries its own.
        """
        for path in (self.root / file for name in names for file in both_names(name)):
            if path.exists():
                raise _in_the_way(path, "a file that is not of this run")

    def sync(self) -> None:
        """Make the names durable."""
        try:
            sync_folder(self.root)
        except OSError as error:
            raise os_error(error, self.root) from error


def create_exclusively(path: Path, content: bytes) -> bool:
    """Create a file whole and durable, unless it is there; whether we created it.

    Raises:
        StoreError: it could not be written.
    """
    try:
        return not path.exists() and _create(path, content)
    except OSError as error:
        raise os_error(error, path) from error


def _create(path: Path, content: bytes) -> bool:
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(8)}.tmp")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        created = link(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)
    sync_folder(path.parent)
    return created


def link(source: Path, target: Path) -> bool:
    """Give a file another name if nothing has it; whether it was given.

    Its first name may be gone afterwards, and is not needed any more.
    """
    try:
        os.link(source, target)
    except (FileExistsError, FileNotFoundError):
        return False
    except OSError as error:
        if error.errno not in _NO_LINKS:
            raise
        return _rename(source, target)
    return True


def _rename(source: Path, target: Path) -> bool:
    # File systems without hard links: our own processes take turns, and a name never
    # stands for a file that is only half there.
    folder = os.open(target.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)
        if target.exists():
            return False
        source.rename(target)
    except FileNotFoundError:
        return False
    finally:
        os.close(folder)
    return True


def _token(path: Path, mine: dict[str, JsonValue], found: JsonValue) -> str:
    match found:
        case {"log": log, "run": run, "token": str(token), "tools": tools}:
            if log == mine["log"] and run == mine["run"]:
                return token
            differing = _differing(mine["tools"], tools)
            if differing:
                raise ToolVersionError(
                    "the tool versions that this folder was begun with",
                    met=f"another version of {', '.join(differing)}",
                    advice="Install the versions that constraints.txt pins, or run "
                    "into another folder.",
                    where=str(path),
                )
        case _:
            raise _in_the_way(path, "a damaged record of its run")
    raise _in_the_way(path, "the record of another run")


def _differing(mine: JsonValue, found: JsonValue) -> list[str]:
    # Another format needs other tools: that is another run, not another version.
    if not isinstance(mine, dict) or not isinstance(found, dict):
        return []
    shared = sorted(mine.keys() & found.keys())
    return [name for name in shared if mine[name] != found[name]]


def _in_the_way(path: Path, met: str) -> OutputInTheWayError:
    return OutputInTheWayError(
        "a folder that is empty or belongs to this run",
        met=met,
        advice="Choose another folder with --out.",
        where=str(path),
    )
