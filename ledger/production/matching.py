"""Putting a log together again: the entries that were signed, and what they commit to.

1. Entries: of all sources the ones that lead to the newest checkpoint that any has.
2. Statements: each opens the id in its entry, by the blinds that the vault keeps, or
   that came with it; its entry is its projection, and commits to its sheet.
3. Sheets: those that list these statements, by their digests.
4. Checkpoints: those that fit, and at the ends of sheets the log's own again: Ed25519
   (RFC 8032) signs the same bytes with the same signature.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from ledger.encoding.commitment import statement_id
from ledger.encoding.entry import Entry, by_commitment, check_projection, parse_entry
from ledger.encoding.kinds import KINDS
from ledger.encoding.models import parse_model
from ledger.encoding.sheet import Sheet, parse_envelope
from ledger.encoding.statement import Checked, check, read
from ledger.errors import (
    CheckpointError,
    ErasedEvidenceError,
    EvidenceError,
    MissingEvidenceError,
    RecordError,
    RollbackError,
)
from ledger.history.log_keys import LogKeys
from ledger.log.checkpoint import Checkpoint, sign_checkpoint
from ledger.log.note import UnverifiedNote, parse_note
from ledger.log.tree import Frontier, leaf_hash
from ledger.ports import OpeningReader
from ledger.production.salvaging import Candidate, Salvage, root_in, size_of
from ledger.records.authority import Genesis, Rotation
from ledger.store.rebuilding import Contents, FoundStatement


@dataclass(frozen=True, slots=True, kw_only=True)
class Matched:
    """A log that was put together.

    Attributes:
        note: the newest checkpoint, as the log signed it.
        unchecked: statements that nothing opens any more, since their blinds were
            erased: as good as the source that they came from.
        missing: indices of the entries without a statement.
    """

    contents: Contents
    note: bytes
    unchecked: int
    missing: tuple[int, ...]
    said: dict[int, Checked]


def match(
    salvage: Salvage,
    vault: OpeningReader,
    log_key_for: Callable[[str], Ed25519PrivateKey | None],
) -> Matched:
    """Put a log together from what is left of it.

    Args:
        salvage: what the sources hold.
        vault: opens the ids of statements.
        log_key_for: private half of a log key, if it is held here.

    Raises:
        MissingEvidenceError: there is no checkpoint at all.
        RollbackError: a checkpoint is known, and no source has its entries.
    """
    for note, entries in _candidates(salvage):
        desk = _Desk(salvage, vault)
        found = dict(desk.statements_of(map(parse_entry, entries)))
        keys = _log_keys(desk.said)
        # Without a genesis nobody can tell; then it goes no further anyway.
        if not keys.periods or _is_signed(note, salvage.log, keys):
            break
    else:
        raise _behind(salvage)
    notes = _signed_again(salvage.log, entries, _ends(found), keys, log_key_for)
    contents = Contents(
        studio=salvage.studio,
        log=salvage.log,
        entries=entries,
        statements=found,
        sheets={one.sheet: salvage.sheets[one.sheet] for one in found.values()},
        notes=notes | _notes(salvage, entries, keys) | {len(entries): note},
    )
    return Matched(
        contents=contents,
        note=note,
        unchecked=desk.unchecked,
        missing=tuple(at for at in range(len(entries)) if at not in found),
        said=desk.said,
    )


# --- 1. entries -----------------------------------------------------------------------


def _candidates(salvage: Salvage) -> Iterator[tuple[bytes, Sequence[bytes]]]:
    """Checkpoints with the entries below them, the newest first.

    None is older than the newest that is known outside of a database.
    """
    least = max(map(size_of, salvage.notes), default=1)
    # A checkpoint in a database counts where its entries are there, too.
    for note in sorted((*salvage.notes, *salvage.stored), key=size_of, reverse=True):
        if size_of(note) < least:
            return
        found = _leading_to(note, salvage.entries)
        if found is not None:
            yield _as_signed(note, salvage.log), found


def _behind(salvage: Salvage) -> MissingEvidenceError | RollbackError:
    if not salvage.notes:
        return MissingEvidenceError(
            "a signed checkpoint to restore the log to",
            met="none in any source",
            advice="Give the published copy (log/), an exported tree or a bundle.",
        )
    size = max(map(size_of, salvage.notes))
    return RollbackError(
        f"the {size} entries of the newest checkpoint that is known outside",
        met="sources that end before it, or that hold another history",
        advice="Find a newer copy of log/entries, of the exported tree or of a bundle. "
        "A log that goes on from an older state is a fork.",
        size=size,
    )


def _leading_to(
    note: bytes, candidates: Iterable[Sequence[bytes]]
) -> Sequence[bytes] | None:
    size, root = size_of(note), root_in(note)
    for entries in candidates:
        if 0 < size <= len(entries):
            tree = Frontier().extend(map(leaf_hash, entries[:size]))
            if tree.root() == root:
                return entries[:size]
    return None


def _as_signed(note: bytes, origin: str) -> bytes:
    """A checkpoint without the lines of witnesses."""
    parsed = parse_note(note)
    own = tuple(one for one in parsed.signatures if one.name == origin)
    return UnverifiedNote(text=parsed.text, signatures=own).to_bytes()


# --- 2, 3. statements and sheets ------------------------------------------------------


class _Desk:
    """Finds the statement of one entry after another."""

    def __init__(self, salvage: Salvage, vault: OpeningReader) -> None:
        self._salvage = salvage
        self._vault = vault
        self._listed: dict[str, frozenset[str]] = {}
        self.unchecked = 0
        self.said: dict[int, Checked] = {}

    def statements_of(
        self, entries: Iterable[Entry]
    ) -> Iterator[tuple[int, FoundStatement]]:
        """The statements that entries commit to, as far as a source has them."""
        for index, entry in enumerate(entries):
            for one in self._salvage.statements.get(entry.id, ()):
                said = self._read(entry, one)
                if said is not None:
                    self.said[index] = said
                    yield index, FoundStatement(one.raw, one.sheet)
                    break

    def _read(self, entry: Entry, one: Candidate) -> Checked | None:
        try:
            said = _checked(one.raw)
            check_projection(entry, said.statement, entry.id)
            opened = self._opens(entry, one, said)
        except (EvidenceError, RecordError):
            return None
        if entry.id not in self._ids(one.sheet):
            return None
        self.unchecked += not opened
        return said

    def _opens(self, entry: Entry, one: Candidate, said: Checked) -> bool:
        """Whether it opens the entry; `False` if nobody can tell any more.

        Raises:
            EvidenceError: it does not, or the vault never knew it.
        """
        blinds = one.blinds
        if blinds is None:
            try:
                blinds = self._vault.blinds(entry.id)
            except ErasedEvidenceError:
                return False
        blind, by_blind = blinds
        by = by_commitment(one.sheet, by_blind, said.place)
        if statement_id(blind, one.raw) != entry.id or by != entry.by.commitment:
            raise MissingEvidenceError(
                "the statement that an entry commits to",
                met="another one",
                advice="Look for it in another source.",
            )
        return True

    def _ids(self, digest: str) -> frozenset[str]:
        if digest not in self._listed:
            raw = self._salvage.sheets.get(digest)
            self._listed[digest] = frozenset() if raw is None else _ids_of(raw)
        return self._listed[digest]


def _checked(raw: bytes) -> Checked:
    said = read(raw)
    return (
        check(raw)
        if said.kind in KINDS
        else Checked(raw=raw, statement=said, body=None)
    )


def _ids_of(raw: bytes) -> frozenset[str]:
    try:
        return frozenset(parse_model(Sheet, parse_envelope(raw).payload).ids)
    except RecordError:
        return frozenset()


# --- 4. checkpoints -------------------------------------------------------------------


def _log_keys(said: dict[int, Checked]) -> LogKeys:
    keys = LogKeys()
    for index, one in sorted(said.items()):
        if isinstance(one.body, Genesis | Rotation):
            keys = keys.rotated(index, bytes.fromhex(one.body.log_key))
    return keys


def _notes(
    salvage: Salvage, entries: Sequence[bytes], keys: LogKeys
) -> dict[int, bytes]:
    """Checkpoints that some source has, signed and with the roots of these entries."""
    given = (*salvage.notes, *salvage.stored)
    roots = dict(_roots(entries, set(map(size_of, given))))
    return {
        size_of(note): _as_signed(note, salvage.log)
        for note in given
        if roots.get(size_of(note)) == root_in(note)
        and _is_signed(note, salvage.log, keys)
    }


def _is_signed(note: bytes, origin: str, keys: LogKeys) -> bool:
    try:
        keys.open(note, origin)
    except CheckpointError:
        return False
    return True


def _ends(statements: dict[int, FoundStatement]) -> set[int]:
    """Sizes at which another sheet begins: there a submission had ended."""
    return {
        after
        for before, after in pairwise(sorted(statements))
        if after == before + 1 and statements[before].sheet != statements[after].sheet
    }


def _signed_again(
    log: str,
    entries: Sequence[bytes],
    sizes: Iterable[int],
    keys: LogKeys,
    log_key_for: Callable[[str], Ed25519PrivateKey | None],
) -> dict[int, bytes]:
    signed: dict[int, bytes] = {}
    for size, root in _roots(entries, sizes):
        own = log_key_for(keys.at(size).hex()) if keys.periods else None
        if own is not None:
            signed[size] = sign_checkpoint(
                Checkpoint(origin=log, size=size, root=root), own
            )
    return signed


def _roots(
    entries: Sequence[bytes], sizes: Iterable[int]
) -> Iterator[tuple[int, bytes]]:
    tree = Frontier()
    for size in sorted(one for one in sizes if 0 < one <= len(entries)):
        tree = tree.extend(map(leaf_hash, entries[tree.size : size]))
        yield size, tree.root()
