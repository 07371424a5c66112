"""The outbox: signed statements on their way to the log, durable before they leave.

It is the offline spool, too: with the ledger out of reach, records wait here in order.
A record holds statements, blinds and the sheet, never a private value.

    <place>-<digest>.json      waits; sorted by name, it is the order of submission
    <place>-<digest>.refused   was refused, and waits for a person
    <place>-<digest>.reasons   why, in public words

It is bounded: a disk that fills up takes more with it than statements.
"""

import os
import time
from collections.abc import Collection, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from ledger.encoding import canonical
from ledger.encoding.canonical import JsonValue
from ledger.encoding.commitment import statement_id
from ledger.encoding.digest import sha256_hex
from ledger.errors import MalformedRecordError, StoreFullError
from ledger.files import make_private_folder, os_error, write_private
from ledger.parcel import Parcel, damaged_parcel
from ledger.ports import Refusal, Submission
from ledger.records.identity import instant_from

MOST_PARCELS: Final = 20_000
"""At most 20 million statements, and a folder that is still listed in no time."""

MOST_BYTES: Final = 16 << 30

WAITING: Final = ".json"
REFUSED: Final = ".refused"
REASONS: Final = ".reasons"


class SpoolFullError(StoreFullError):
    """As much waits in the outbox as may; nothing more was stored."""

    code = "store.spool"


@dataclass(frozen=True, slots=True, kw_only=True)
class Bound:
    """How much may wait."""

    parcels: int = MOST_PARCELS
    size: int = MOST_BYTES


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """A parcel that was refused.

    Attributes:
        name: of its file, without suffix.
        reasons: public: the id of a statement, the code, what was expected, advice.
    """

    name: str
    reasons: list[JsonValue]


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """What the outbox holds.

    Attributes:
        size: bytes of the parcels that wait.
        oldest: when the first of them was written; "" if none waits.
    """

    parcels: int
    size: int
    oldest: str
    refused: tuple[Refused, ...]


class Outbox:
    """A folder of parcels, oldest first."""

    def __init__(self, folder: Path, bound: Bound | None = None) -> None:
        self.folder = folder
        self.bound = bound or Bound()

    def add(self, parcel: Parcel) -> Path:
        """Keep a parcel; durable on return. Its path names it.

        Raises:
            SpoolFullError: too much waits already; it is not kept.
            StoreFullError, StoreUnavailableError: it is not kept.
        """
        raw = canonical.encode(parcel.to_json())
        waiting = self._sizes(WAITING)
        self._check_room(waiting, len(raw))
        # The order of files is the order of submission, whatever the clock does.
        earlier = [int(name[:20]) + 1 for name in waiting]
        place = max([time.time_ns(), *earlier])
        path = self.folder / f"{place:020d}-{sha256_hex(raw)[:16]}{WAITING}"
        try:
            write_private(path, raw)
        except OSError as error:
            raise os_error(error, path) from error
        return path

    def pending(self) -> Iterator[tuple[Path, Parcel]]:
        """Parcels that no answer was seen for, oldest first."""
        for path in self._files(f"*{WAITING}"):
            try:
                parcel = _read(path)
            except OSError as error:
                raise os_error(error, path) from error
            if parcel is not None:
                yield path, parcel

    def done(self, path: Path) -> None:
        """Forget a parcel that was answered."""
        path.unlink(missing_ok=True)

    def refused(self, path: Path, refusals: Sequence[Refusal]) -> None:
        """Keep a refused parcel visible, with the public part of the reasons."""
        reasons: list[JsonValue] = [
            {"id": refusal.id, **refusal.error.public()} for refusal in refusals
        ]
        try:
            # Reasons first: a refused parcel without them would be a riddle.
            write_private(path.with_suffix(REASONS), canonical.encode(reasons))
            # Another process may have had the same answer at the same time.
            with suppress(FileNotFoundError):
                path.replace(path.with_suffix(REFUSED))
        except OSError as error:
            raise os_error(error, path) from error

    def line_up(self) -> int:
        """Let refused parcels wait again, in their old places; how many."""
        found = self._files(f"*{REFUSED}")
        for path in found:
            try:
                with suppress(FileNotFoundError):
                    path.replace(path.with_suffix(WAITING))
                path.with_suffix(REASONS).unlink(missing_ok=True)
            except OSError as error:
                raise os_error(error, path) from error
        return len(found)

    def forget(self, ids: Collection[str]) -> None:
        """Drop statements from refused parcels, since their blinds are destroyed.

        Raises:
            UnreadableInputError: a record was damaged; nobody knows what it holds.
        """
        for path in self._files(f"*{REFUSED}"):
            try:
                parcel = _read(path)
                if parcel is None:
                    continue
                kept = tuple(one for one in parcel.statements if _id(one) not in ids)
                if kept != parcel.statements:
                    rest = replace(parcel, statements=kept)
                    write_private(path, canonical.encode(rest.to_json()))
            except OSError as error:
                raise os_error(error, path) from error

    def refused_count(self) -> int:
        """How many parcels were refused and wait for a person."""
        return len(self._files(f"*{REFUSED}"))

    def waiting(self) -> Waiting:
        """What is here now."""
        sizes = self._sizes(WAITING)
        first = self.folder / min(sizes, default="")
        return Waiting(
            parcels=len(sizes),
            size=sum(sizes.values()),
            oldest=_written(first) if sizes else "",
            refused=tuple(map(_refused, self._files(f"*{REFUSED}"))),
        )

    def _check_room(self, waiting: dict[str, int], more: int) -> None:
        size = sum(waiting.values()) + more
        if len(waiting) < self.bound.parcels and size <= self.bound.size:
            return
        raise SpoolFullError(
            f"at most {self.bound.parcels} parcels and {self.bound.size} bytes that "
            "wait for the ledger",
            met=f"{len(waiting) + 1} parcels, {size} bytes",
            advice="Bring the ledger back and run jangbu spool FOLDER --send, or raise "
            "the bounds in production.toml; what waits is kept.",
            where=str(self.folder),
        )

    def _sizes(self, suffix: str) -> dict[str, int]:
        """Size of each file by its name."""
        make_private_folder(self.folder)
        found: dict[str, int] = {}
        with os.scandir(self.folder) as files:
            for file in files:
                if file.name.endswith(suffix) and not file.name.startswith("."):
                    # Answered by another process since the folder was read.
                    with suppress(FileNotFoundError):
                        found[file.name] = file.stat().st_size
        return found

    def _files(self, pattern: str) -> list[Path]:
        make_private_folder(self.folder)
        return sorted(
            path for path in self.folder.glob(pattern) if path.name[:1] != "."
        )


def _written(path: Path) -> str:
    try:
        moment = datetime.fromtimestamp(path.stat().st_mtime, UTC)
    except FileNotFoundError:
        return ""  # it was answered meanwhile
    return instant_from(moment)


def _refused(path: Path) -> Refused:
    try:
        reasons = canonical.parse(path.with_suffix(REASONS).read_bytes())
    except (OSError, MalformedRecordError):
        reasons = []  # shown without them; the parcel itself is what counts
    listed = reasons if isinstance(reasons, list) else []
    return Refused(name=path.stem, reasons=listed)


def _read(path: Path) -> Parcel | None:
    try:
        value = canonical.parse(path.read_bytes())
    except FileNotFoundError:
        return None  # another process got its answer meanwhile
    except MalformedRecordError as error:
        raise damaged_parcel(str(path)) from error
    return Parcel.from_json(value, str(path))


def _id(submission: Submission) -> str:
    return statement_id(submission.blind, submission.raw)
