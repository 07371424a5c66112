"""Time tokens beside the published copy of a log, byte for byte as they came.

    log/tokens/<size>/<authority>.tsr   the authority's reply
    log/tokens/<size>/checkpoint        what was stamped: the note without witnesses
    log/tokens/<authority>.unstamped    why there is none for the newest checkpoint

Sizes have 20 digits. What a token shows is computed when it is read, never kept.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from pydantic import Field

from ledger.encoding import canonical
from ledger.encoding.models import dump, parse_model
from ledger.errors import ProductionError, RecordError
from ledger.files import os_error, read_bounded, sweep_temporaries, write_private
from ledger.log.time_token import MAX_BYTES
from ledger.records.identity import Instant, Token
from ledger.records.statement import Record

_SIZE: Final = re.compile(r"[0-9]{20}")
_NAME: Final = re.compile(r"[a-z0-9][a-z0-9.-]{0,63}")
_LARGEST_NOTE: Final = 1 << 20
_LARGEST_MARK: Final = 4096
_TOKEN: Final = ".tsr"  # noqa: S105  # the ending of a file's name
_MARK: Final = ".unstamped"
_NOTE: Final = "checkpoint"


@dataclass(frozen=True, slots=True, order=True, kw_only=True)
class KeptToken:
    """A reply in the folder.

    Attributes:
        name: the authority's, as it was configured.
        note: what was stamped.
    """

    size: int
    name: str
    raw: bytes
    note: bytes


class Unstamped(Record):
    """Why an authority's token is missing.

    Attributes:
        size: of the newest checkpoint that it was asked about.
        since: when it failed first.
        at: when it failed last.
    """

    v: int = Field(default=1, ge=1, le=1)
    size: int = Field(ge=0)
    reason: Token
    since: Instant
    at: Instant


class TokenFolder:
    """Keeps tokens, and what stands between us and the ones that are missing."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def keep(self, token: KeptToken) -> None:
        """Keep a token, in one step; it was checked before.

        Raises:
            StoreFullError, StoreUnavailableError: it is not kept.
        """
        folder = self._folder(token.size)
        path = folder / f"{file_stem(token.name)}{_TOKEN}"
        try:
            # The note first: a token is never there without what it stamps.
            if _content(folder / _NOTE, _LARGEST_NOTE) != token.note:
                write_private(folder / _NOTE, token.note)
            write_private(path, token.raw)
            self._mark(token.name).unlink(missing_ok=True)
        except OSError as error:
            raise os_error(error, path) from error

    def token(self, size: int, name: str) -> KeptToken | None:
        """The token of a checkpoint by an authority, if there is one."""
        folder = self._folder(size)
        raw = _content(folder / f"{file_stem(name)}{_TOKEN}", MAX_BYTES)
        note = _content(folder / _NOTE, _LARGEST_NOTE)
        if raw is None or note is None:
            return None
        return KeptToken(size=size, name=name, raw=raw, note=note)

    def tokens(self) -> Iterator[KeptToken]:
        """All tokens, by size and name."""
        for folder in _listed(self.root):
            if _SIZE.fullmatch(folder.name):
                for path in _listed(folder):
                    if path.suffix == _TOKEN and _NAME.fullmatch(path.stem):
                        found = self.token(int(folder.name), path.stem)
                        if found is not None:
                            yield found

    def mark_unstamped(self, name: str, mark: Unstamped) -> Unstamped:
        """Remember why there is no token; since when is taken from the mark before."""
        before = self.unstamped(name)
        if before is not None:
            mark = mark.model_copy(update={"since": before.since})
        path = self._mark(name)
        try:
            write_private(path, canonical.encode(dump(mark)))
        except OSError as error:
            raise os_error(error, path) from error
        return mark

    def unstamped(self, name: str) -> Unstamped | None:
        """Why there is no token; `None` if nothing failed since the last one."""
        raw = _content(self._mark(name), _LARGEST_MARK)
        if raw is None:
            return None
        try:
            return parse_model(Unstamped, raw)
        except RecordError:
            return None  # a remark of our own that somebody changed says nothing

    def sweep(self) -> None:
        """Remove temporary files of processes that died."""
        for folder in (self.root, *_listed(self.root)):
            sweep_temporaries(folder)

    def _folder(self, size: int) -> Path:
        return self.root / f"{size:020d}"

    def _mark(self, name: str) -> Path:
        return self.root / f"{file_stem(name)}{_MARK}"


def file_stem(name: str) -> str:
    """An authority's name as a name of files.

    Raises:
        ProductionError: it cannot be one, in a bundle either.
    """
    if _NAME.fullmatch(name) is None:
        raise ProductionError(
            "a time authority's name of 1 to 64 of a-z, 0-9, '.' and '-', the first "
            "a letter or digit",
            met=repr(name[:96]),
            advice="Give the [[time_authority]] such a name.",
            where="production.toml: time_authority.name",
        )
    return name


def _listed(folder: Path) -> list[Path]:
    try:
        return sorted(folder.iterdir())
    except (FileNotFoundError, NotADirectoryError):
        return []
    except OSError as error:
        raise os_error(error, folder) from error


def _content(path: Path, most: int) -> bytes | None:
    return read_bounded(path, most) if path.exists() else None
