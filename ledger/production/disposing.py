"""Destroying files and blobs on purpose: first the log says so, then they go.

A disposition names digests. Whoever reads the log later can tell what was destroyed
from what is missing; what depended on it can never be verified again, and says so.
Nothing under a hold is destroyed: neither what a held shot or element states, nor what
that rests on.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from ledger.encoding.canonical import JsonValue
from ledger.encoding.kinds import KINDS
from ledger.encoding.statement import Draft, check
from ledger.errors import (
    AlteredEvidenceError,
    HeldEvidenceError,
    MissingEvidenceError,
    RecordError,
    StoreUnavailableError,
    UnknownReferenceError,
    UsageError,
)
from ledger.evidence.disclosure import blobs_of
from ledger.history.naming import named_by
from ledger.log.leaves import read_leaves
from ledger.ports import BlobReader, LogReader
from ledger.production.current import disposed_in
from ledger.production.holding import Hold, holds_in_force
from ledger.production.opening import Production
from ledger.records.frames import SealedLeaf, SealSet
from ledger.records.identity import Digest, as_digest, as_token
from ledger.records.making import Asset, AssetLeaf
from ledger.records.statement import Record, Scope, family

MOST = 4096
"""Digests that one disposition names."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Disposal:
    """What a disposal did.

    Attributes:
        id: of the disposition; "" if an earlier one had said it all.
        named: digests that were given.
        removed: blobs that were there and are gone.
    """

    id: str
    named: int
    removed: int


def dispose(production: Production, digests: Iterable[str], basis: str) -> Disposal:
    """Log that files or blobs are destroyed, then remove the blobs; safe to repeat.

    Args:
        production: an opened production, online.
        digests: SHA-256 of their bytes.
        basis: why, a token such as `retention-ended`.

    Raises:
        UnknownReferenceError: the log commits to no such file or blob.
        HeldEvidenceError: a hold is in force; nothing was stated or removed.
        StoreUnavailableError: it could not be logged; nothing was removed.
    """
    wanted = _wanted(digests)
    token = as_token(basis, "--basis")
    production.recorder.flush()
    reader = production.reader()
    known = _Known.read(reader, production.blobs)
    # What went with an earlier disposition can be looked up no more.
    done = disposed_in(reader)
    known.check_known([one for one in wanted if one not in done])
    known.check_free(wanted, holds_in_force(production))
    new = [one for one in wanted if one not in done]
    stated = _state(production, new, token) if new else ""
    removed = sum(production.blobs.destroy(one) for one in wanted)
    return Disposal(id=stated, named=len(wanted), removed=removed)


def _wanted(digests: Iterable[str]) -> list[Digest]:
    wanted = sorted({as_digest(one, "--digest") for one in digests})
    if not 0 < len(wanted) <= MOST:
        raise UsageError(
            f"1 to {MOST} files or blobs",
            met=str(len(wanted)),
            advice="Name them by --file or --digest, in several calls if need be.",
        )
    return wanted


def _state(production: Production, digests: Sequence[str], basis: str) -> str:
    reader = production.reader()
    earlier = sum(
        family(one.kind) == "disposition" for one in reader.statements(0, reader.size())
    )
    natural: list[JsonValue] = [basis, earlier, *digests]
    recorder = production.recorder
    composed = recorder.compose(
        Draft(
            log=production.log,
            kind="disposition.1",
            key=recorder.machine_key("disposition.1", natural),
            body={"purged": list(digests), "basis": basis},
        )
    )
    if not recorder.record([composed], "studio"):
        raise StoreUnavailableError(
            "a log that says what is about to be destroyed",
            met="a ledger out of reach",
            advice="Run jangbu dispose again when it is back; nothing was removed.",
        )
    return composed.id


@dataclass(slots=True)
class _Known:
    """What the log commits to, and what relies on what.

    Attributes:
        holders: ids of the statements that commit to a blob or file, by its digest.
        named: what each statement names.
        scopes: what each statement is about.
    """

    holders: defaultdict[str, set[str]] = field(
        default_factory=lambda: defaultdict(set)
    )
    named: dict[str, tuple[str, ...]] = field(default_factory=dict)
    scopes: dict[str, Scope] = field(default_factory=dict)

    @classmethod
    def read(cls, reader: LogReader, blobs: BlobReader) -> "_Known":
        """All statements, in force or not: each can be asked for in a bundle."""
        found = cls()
        for stored in reader.statements(0, reader.size()):
            if stored.kind not in KINDS:
                continue
            said = check(stored.raw)
            found.named[stored.id] = named_by(said.statement, said.body)
            found.scopes[stored.id] = said.statement.scope
            for digest in (*blobs_of(said.body), *_files_of(said.body, blobs)):
                found.holders[digest].add(stored.id)
        return found

    def check_known(self, digests: Iterable[str]) -> None:
        """Refuse what the log never heard of: it is a slip of somebody's hand."""
        for digest in digests:
            if digest not in self.holders:
                raise UnknownReferenceError(
                    "a file or blob that the log commits to",
                    met=digest,
                    advice="Give the file as it was recorded, or its SHA-256.",
                    where="--digest",
                )

    def check_free(self, digests: Iterable[str], holds: Sequence[Hold]) -> None:
        """Refuse what a hold covers, and what that rests on."""
        for hold in holds:
            kept = self._kept_by(hold)
            if any(not kept.isdisjoint(self.holders[one]) for one in digests):
                raise HeldEvidenceError(
                    "files and blobs that are under no hold",
                    met=f"a hold on what they belong to: {hold.basis}, "
                    f"since {hold.since}",
                    advice="When it is over: jangbu hold release, then dispose again.",
                    where=f"hold {hold.id}",
                    hold=hold.id,
                    basis=hold.basis,
                    since=hold.since,
                )

    def _kept_by(self, hold: Hold) -> set[str]:
        waiting = [name for name, scope in self.scopes.items() if hold.covers(scope)]
        kept: set[str] = set()
        while waiting:
            name = waiting.pop()
            if name not in kept:
                kept.add(name)
                waiting += self.named.get(name, ())
        return kept


def _files_of(body: Record | None, blobs: BlobReader) -> Iterator[str]:
    try:
        match body:
            case Asset(files=stated):
                assets = read_leaves(AssetLeaf, blobs.read(stated.blob), stated)
                yield from (leaf.file for leaf in assets)
            case SealSet(sealed=stated):
                seals = read_leaves(SealedLeaf, blobs.read(stated.blob), stated)
                yield from (leaf.file for leaf in seals)
            case _:
                return
    except (AlteredEvidenceError, MissingEvidenceError, RecordError):
        return  # destroyed before, or damaged: fsck tells which
