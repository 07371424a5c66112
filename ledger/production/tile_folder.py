"""Writing a static tree: files that never change, and one that names what is there.

A file gets its name when it is whole and on the disk. What is there already under a
name is compared and never replaced, so that a second writer, an interrupted one and a
changed log all leave what was published before.
"""

import fcntl
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from ledger.errors import AlteredEvidenceError, MissingEvidenceError
from ledger.files import os_error, sync_folder
from ledger.log.entry_bundle import LARGEST
from ledger.log.tiles import CHECKPOINT, Tile

_WORKSHOP: Final = ".writing"
"""Where files are written; cleared by the next writer after an interruption."""


@dataclass(slots=True)
class TileFolder:
    """A folder that a web server may serve as it is: what it holds is public."""

    folder: Path
    written: int = 0
    _touched: set[Path] = field(default_factory=set)

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Be the only writer; others wait.

        Raises:
            StoreFullError, StoreUnavailableError: instead of any `OSError` within.
        """
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            descriptor = os.open(self.folder, os.O_RDONLY | os.O_DIRECTORY)
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX)
                self._clear_workshop()
                yield
            finally:
                self._clear_workshop()
                os.close(descriptor)
        except OSError as error:
            raise os_error(error, self.folder) from error

    def add(self, name: str, content: bytes) -> None:
        """Put a file that never changes under its name, if it is not there yet.

        Raises:
            AlteredEvidenceError: something else is there.
        """
        path = self.folder / name
        if self._same(path, content):
            return
        draft = self._draft(content)
        self._make_folder(path.parent)
        try:
            path.hardlink_to(draft)
        except FileExistsError:
            # Not the one that was compared above: somebody put it there meanwhile.
            self._same(path, content)
        except OSError:
            draft.replace(path)  # a file system without hard links
        draft.unlink(missing_ok=True)
        self._touched.add(path.parent)
        self.written += 1

    def replace(self, name: str, content: bytes) -> None:
        """Put a file that may change in the place of the one before, in one step."""
        path = self.folder / name
        if path.is_file() and path.read_bytes() == content:
            return
        self._make_folder(path.parent)
        self._draft(content).replace(path)
        self._touched.add(path.parent)
        self.written += 1

    def settle(self) -> None:
        """Make all names durable that were given so far."""
        while self._touched:
            sync_folder(self._touched.pop())

    def remove_partial(self, tile: Tile) -> None:
        """Take away the narrower forms of a tile that is full now."""
        folder = self.folder / f"{tile.path}.p"
        with suppress(FileNotFoundError, NotADirectoryError):
            for width in folder.iterdir():
                width.unlink()
            folder.rmdir()

    def read(self, name: str) -> bytes:
        """A file that was written before.

        Raises:
            MissingEvidenceError: it is gone.
        """
        try:
            return (self.folder / name).read_bytes()
        except FileNotFoundError as error:
            raise MissingEvidenceError(
                "a file that an earlier export wrote",
                met="none",
                advice="Export into an empty folder, or run with --whole.",
                where=name,
            ) from error

    def checkpoint(self) -> bytes | None:
        """The checkpoint of the last export; `None` before the first."""
        path = self.folder / CHECKPOINT
        return path.read_bytes() if path.is_file() else None

    def names(self) -> set[str]:
        """What stands in the folder itself."""
        return {one.name for one in self.folder.iterdir()}

    def _draft(self, content: bytes) -> Path:
        path = self.folder / _WORKSHOP / secrets.token_hex(8)
        path.parent.mkdir(exist_ok=True)
        try:
            with path.open("xb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
        except OSError:
            path.unlink(missing_ok=True)
            raise
        return path

    def _make_folder(self, path: Path) -> None:
        if not path.is_dir():
            self._make_folder(path.parent)
            path.mkdir(exist_ok=True)
            self._touched.add(path.parent)

    def _same(self, path: Path, content: bytes) -> bool:
        """Whether a file is there with this content; another content is refused."""
        if not os.path.lexists(path):
            return False
        told = path.stat().st_size
        if told > LARGEST or path.read_bytes() != content:
            raise AlteredEvidenceError(
                "a file that never changes, as the log has it",
                met="another content",
                advice="Keep it as it is, and look with jangbu log check which of the "
                "two belongs to the signed tree.",
                where=path.relative_to(self.folder).as_posix(),
            )
        return True

    def _clear_workshop(self) -> None:
        workshop = self.folder / _WORKSHOP
        with suppress(FileNotFoundError):
            for left in workshop.iterdir():
                left.unlink(missing_ok=True)
            workshop.rmdir()
