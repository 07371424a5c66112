"""What lies beside a log's database, made good after a restore.

The published copy is written whole. Blobs, cosigned checkpoints and time tokens come
from the sources where they lack; what was destroyed on purpose does not come back.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from ledger.encoding.entry import parse_entry
from ledger.encoding.statement import Checked
from ledger.errors import EvidenceError
from ledger.evidence.disclosure import blobs_of
from ledger.evidence.heads import fold_entries
from ledger.files import write_private
from ledger.production.current import in_force
from ledger.production.kept import KeptCheckpoints
from ledger.production.matching import Matched
from ledger.production.opening import Production
from ledger.production.salvaging import Salvage
from ledger.records.custody import Disposition
from ledger.store.tokens import TokenFolder

_TOKENS: Final = "tokens"


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """What was made good.

    Attributes:
        blobs: copied from a source.
        missing: blobs that the log commits to and no source has.
        disposed: blobs that were destroyed on purpose.
        cosigned, tokens: copied from a source.
    """

    blobs: int
    missing: int
    disposed: int
    cosigned: int
    tokens: int


def keep_beside(production: Production, salvage: Salvage, matched: Matched) -> Kept:
    """Make good what lies beside the database.

    Raises:
        StoreFullError, StoreUnavailableError: run the restore again.
    """
    folder = production.layout.published
    rows = b"".join(raw + b"\n" for raw in matched.contents.entries)
    # The checkpoint last: it never promises entries that the copy lacks.
    write_private(folder / "entries", rows)
    write_private(folder / "checkpoint", matched.note)
    size = len(matched.contents.entries)
    needed = set(_needed(matched.said))
    disposed = needed & disposed_by(matched)
    copied, missing = _copy_blobs(production, salvage, needed - disposed)
    return Kept(
        blobs=copied,
        missing=missing,
        disposed=len(disposed),
        cosigned=sum(_copy_cosigned(folder, one, size) for one in salvage.besides),
        tokens=sum(_copy_tokens(folder, one, size) for one in salvage.besides),
    )


def disposed_by(matched: Matched) -> set[str]:
    """Digests of what was destroyed on purpose, as the statements in force say."""
    entries = [parse_entry(raw) for raw in matched.contents.entries]
    history = fold_entries(entries)
    return {
        digest
        for index, said in matched.said.items()
        if isinstance(said.body, Disposition) and in_force(history, entries[index].id)
        for digest in said.body.purged
    }


def _needed(said: Mapping[int, Checked]) -> Iterator[str]:
    for one in said.values():
        yield from blobs_of(one.body)


def _copy_blobs(
    production: Production, salvage: Salvage, needed: set[str]
) -> tuple[int, int]:
    copied = missing = 0
    for digest in sorted(needed):
        try:
            production.blobs.read(digest)
        except EvidenceError:
            content = _blob(salvage, digest)
            if content is None:
                missing += 1
            else:
                production.blobs.put(content)
                copied += 1
    return copied, missing


def _blob(salvage: Salvage, digest: str) -> bytes | None:
    for folder in salvage.blobs:
        try:
            return folder.read(digest)
        except EvidenceError:
            continue
    return salvage.packed.get(digest)


def _copy_cosigned(folder: Path, source: Path, size: int) -> int:
    own, theirs = KeptCheckpoints(folder), KeptCheckpoints(source)
    wanted = [one for one in theirs.sizes() if one <= size and own.at(one) is None]
    for one in wanted:
        own.keep(one, theirs.at(one) or b"")
    return len(wanted)


def _copy_tokens(folder: Path, source: Path, size: int) -> int:
    own, theirs = TokenFolder(folder / _TOKENS), TokenFolder(source / _TOKENS)
    wanted = [
        one
        for one in theirs.tokens()
        if one.size <= size and own.token(one.size, one.name) is None
    ]
    for one in wanted:
        own.keep(one)
    return len(wanted)
