"""Conflicting checkpoints, one file each: what a witness has to show for a refusal."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from ledger.encoding.digest import sha256_hex
from ledger.errors import (
    AlteredEvidenceError,
    MalformedRecordError,
    UnreadableInputError,
)
from ledger.files import read_bounded, write_private
from ledger.log.conflict import Conflict, parse_conflict
from ledger.log.note import parse_note
from ledger.log.witness_request import origin_hash

MOST: Final = 1000
"""Files of one log and reason: a log's owner must not be able to fill the disk."""

_LARGEST: Final = 1 << 20


@dataclass(frozen=True, slots=True)
class EvidenceFolder:
    """`<root>/<origin hash>/<reason>-<digest>.json`."""

    root: Path

    def keep(self, conflict: Conflict) -> None:
        """Write a conflict unless it was kept before, or there are plenty of its kind.

        Raises:
            StoreError: it could not be written.
        """
        folder = self._folder(conflict.origin)
        # The same contradiction, shown again, is the same file.
        texts = [
            parse_note(one.encode()).text for one in (conflict.held, conflict.shown)
        ]
        digest = sha256_hex("".join((conflict.reason, "\n", *texts)).encode())
        path = folder / f"{conflict.reason}-{digest[:32]}.json"
        kept = list(folder.glob(f"{conflict.reason}-*.json"))
        if path not in kept and len(kept) < MOST:
            write_private(path, conflict.to_bytes())

    def of(self, origin: str) -> Iterator[tuple[Path, Conflict]]:
        """What was kept about a log, by reason.

        Raises:
            AlteredEvidenceError: a file is not as it was written.
        """
        for path in sorted(self._folder(origin).glob("*.json")):
            try:
                yield path, parse_conflict(read_bounded(path, _LARGEST))
            except (MalformedRecordError, UnreadableInputError) as error:
                raise AlteredEvidenceError(
                    "evidence as this witness wrote it",
                    met=error.met,
                    advice="Somebody changed the file: keep it, in another folder.",
                    where=str(path),
                ) from error

    def _folder(self, origin: str) -> Path:
        return self.root / origin_hash(origin)
