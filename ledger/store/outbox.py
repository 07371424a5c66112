"""The outbox: signed statements on their way to the log, durable before they leave.

It is the offline spool, too: with the ledger out of reach, records wait here in order.
A record holds statements, blinds and the sheet, never a private value.
"""

import time
from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from ledger.encoding import canonical
from ledger.encoding.canonical import JsonValue
from ledger.encoding.commitment import statement_id
from ledger.encoding.digest import sha256_hex
from ledger.errors import MalformedRecordError
from ledger.files import make_private_folder, os_error, write_private
from ledger.parcel import Parcel, damaged_parcel
from ledger.ports import Refusal, Submission


class Outbox:
    """A folder of parcels, oldest first."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def add(self, parcel: Parcel) -> Path:
        """Keep a parcel; durable on return. Its path names it."""
        raw = canonical.encode(parcel.to_json())
        # The order of files is the order of submission, whatever the clock does.
        waiting = [int(path.name[:20]) for path in self._files("*.json")]
        place = max([time.time_ns(), *(earlier + 1 for earlier in waiting)])
        path = self.folder / f"{place:020d}-{sha256_hex(raw)[:16]}.json"
        try:
            write_private(path, raw)
        except OSError as error:
            raise os_error(error, path) from error
        return path

    def pending(self) -> Iterator[tuple[Path, Parcel]]:
        """Parcels that no answer was seen for, oldest first."""
        for path in self._files("*.json"):
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
            write_private(path.with_suffix(".reasons"), canonical.encode(reasons))
            if path.exists():
                path.replace(path.with_suffix(".refused"))
        except OSError as error:
            raise os_error(error, path) from error

    def forget(self, ids: Collection[str]) -> None:
        """Drop statements from refused parcels, since their blinds are destroyed.

        Raises:
            UnreadableInputError: a record was damaged; nobody knows what it holds.
        """
        for path in self._files("*.refused"):
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
        return len(self._files("*.refused"))

    def _files(self, pattern: str) -> list[Path]:
        make_private_folder(self.folder)
        return sorted(self.folder.glob(pattern))


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
