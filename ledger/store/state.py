"""What admission must know of a log, kept in memory and caught up from the rows.

Everything here is a pure function of the log; a process that starts anew folds it
again from entry 0.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final, TypeAlias, cast

from ledger.encoding.entry import Entry, check_projection, entry_json, parse_entry
from ledger.encoding.kinds import KINDS
from ledger.encoding.sheet import open_sheet
from ledger.encoding.statement import check
from ledger.errors import EvidenceError, LogError, RecordError, RollbackError
from ledger.history.authority import DECIDING, Authority
from ledger.history.current import History
from ledger.history.journal import EntryHead
from ledger.log.checkpoint import Checkpoint, parse_checkpoint
from ledger.log.note import parse_note
from ledger.log.tree import Frontier, leaf_hash
from ledger.records.authority import Rotation
from ledger.records.identity import Instant
from ledger.records.statement import family
from ledger.store.rows import LogRows

NEVER: Final = cast("Instant", "")
"""Before any instant."""
Right: TypeAlias = tuple[str, str, str | None]
"""Key id, kind and verb."""
Opened = Callable[[bytes, Authority], Checkpoint]
"""Verifies a signed checkpoint with the key that the log names for its size."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LogState:
    """A log after some entries; never changes.

    Attributes:
        last_at: admission time of the newest entry; `NEVER` before the first.
    """

    history: History = field(default_factory=History)
    authority: Authority = field(default_factory=Authority)
    frontier: Frontier = field(default_factory=Frontier)
    last_at: Instant = NEVER

    @property
    def size(self) -> int:
        """Number of entries."""
        return self.history.size


class GrowingLog:
    """A log while a transaction adds to it; the state that it began from stays.

    Attributes:
        history, authority, last_at: as of `LogState`, with what was added.
        leaves: leaf hashes of what was added.
    """

    __slots__ = ("_base", "_granted", "authority", "history", "last_at", "leaves")

    def __init__(self, base: LogState) -> None:
        self._base = base
        self.history = base.history
        self.authority = base.authority
        self.last_at = base.last_at
        self.leaves: list[bytes] = []
        self._granted: tuple[Authority, set[Right]] = (base.authority, set())

    @property
    def size(self) -> int:
        """Number of entries."""
        return self.history.size

    @property
    def began_at(self) -> int:
        """Number of entries before anything was added."""
        return self._base.size

    def require(
        self, authority: Authority, key_id: str, kind: str, verb: str | None
    ) -> None:
        """As `Authority.require`, asked once for each right until authority changes.

        Raises:
            NotPermittedError: there is no such grant at this point of the log.
        """
        of, rights = self._granted
        if of is not authority:
            rights = set()
            self._granted = authority, rights
        right = (key_id, kind, verb)
        if right not in rights:
            authority.require(key_id, kind, verb)
            rights.add(right)

    def append(self, head: EntryHead, at: Instant, leaf: bytes) -> None:
        """Take in one entry, or refuse it and stay as it was.

        Raises:
            RecordError: as `ledger.history.current.check`.
        """
        self.history = self.history.advance(head)
        self.last_at = at
        self.leaves.append(leaf)

    def root_at(self, size: int) -> bytes:
        """The root of an earlier or the present size, not before where it began."""
        return self._frontier(size).root()

    def state(self) -> LogState:
        """The log with all that was added."""
        return LogState(
            history=self.history,
            authority=self.authority,
            frontier=self._frontier(self.size),
            last_at=self.last_at,
        )

    def _frontier(self, size: int) -> Frontier:
        base = self._base.frontier
        return base.extend(self.leaves[: size - base.size])


def head_of(index: int, entry: Entry) -> EntryHead:
    """The part of an entry that decides what is current."""
    act = entry.act
    return EntryHead(
        index=index,
        id=entry.id,
        kind=entry.kind,
        verb=act.verb if act else None,
        of=act.of if act else None,
    )


def catch_up(
    rows: LogRows, state: LogState, outside: Sequence[bytes], opened: Opened
) -> LogState:
    """Fold in the entries that were admitted since.

    Nothing may be signed over rows that were changed from outside: the signature
    would make the change part of the history. So the way must lead through every
    checkpoint that this log has signed and we know of, and end at the newest.

    Args:
        rows: a transaction that holds off other writers.
        state: the log as far as it was folded before.
        outside: signed checkpoints of this log that are known outside of the rows.
        opened: verifies a signed checkpoint.

    Raises:
        RollbackError: the rows do not hold what is known outside.
        LogError: the rows do not lead through the signed checkpoints.
        CheckpointError: one of these is not this log's.
    """
    growing = GrowingLog(state)
    try:
        for raw in rows.entries(state.size):
            _fold(growing, raw, rows)
    except (RecordError, EvidenceError) as error:
        # Admission lets nothing in that breaks a rule.
        raise changed_outside(f"entry {growing.size}: {error.met}") from error
    _check_signed(growing, state.size, _signed(growing, rows, outside, opened))
    return growing.state()


def _signed(
    growing: GrowingLog, rows: LogRows, outside: Sequence[bytes], opened: Opened
) -> list[Checkpoint]:
    newest = rows.newest_note()
    if newest is None and outside:
        # Nothing here names the key that could verify it.
        sizes = [parse_checkpoint(parse_note(note).text).size for note in outside]
        raise _rolled_back(max(sizes))
    notes = [*outside] if newest is None else [newest, *outside]
    signed = [opened(note, growing.authority) for note in notes]
    largest = max((point.size for point in signed), default=0)
    if signed and signed[0].size < largest:
        raise _rolled_back(largest)
    return signed


def _rolled_back(size: int) -> RollbackError:
    return RollbackError(
        f"a database with at least the {size} published entries",
        met="an older one",
        advice="A backup was restored: bring the newer database back.",
        size=size,
    )


def _check_signed(
    growing: GrowingLog, start: int, signed: Sequence[Checkpoint]
) -> None:
    newest = max((point.size for point in signed), default=0)
    if growing.size != newest:
        raise changed_outside(f"{growing.size} entries, {newest} of them signed")
    for place, point in enumerate(signed):
        # A smaller one was compared when the log was folded that far.
        if point.size < start or growing.root_at(point.size) == point.root:
            continue
        if place == 0:
            raise changed_outside(f"another root at size {point.size}")
        raise _rewritten(point.size)


def _rewritten(size: int) -> RollbackError:
    return RollbackError(
        f"the {size} entries of a checkpoint that is known outside of the database",
        met="another history, signed by this log",
        advice="Find out which history others were shown, and bring that one back; "
        "keep both. Nothing is signed over this one.",
        size=size,
    )


def changed_outside(met: str) -> LogError:
    """The error for rows that admission cannot have written."""
    return LogError(
        "entries that lead to the newest checkpoint",
        met=met,
        advice="The database was changed from outside: run jangbu fsck.",
    )


def _fold(growing: GrowingLog, raw: bytes, rows: LogRows) -> None:
    said = entry_json(raw)
    kind, act = said["kind"], said.get("act")
    head = EntryHead(
        index=growing.size,
        id=said["id"],
        kind=kind,
        verb=act["verb"] if act else None,
        of=act["of"] if act else None,
    )
    growing.append(head, said["at"], leaf_hash(raw))
    if family(kind) in DECIDING and kind in KINDS:
        growing.authority = _authority_after(growing, parse_entry(raw), rows)


def _authority_after(growing: GrowingLog, entry: Entry, rows: LogRows) -> Authority:
    raw = rows.statement(entry.id)
    if raw is None:
        raise changed_outside(f"entry {growing.size - 1} without its statement")
    said = check(raw)
    check_projection(entry, said.statement, entry.id)
    if isinstance(said.body, Rotation):
        _check_rotation(growing.authority, entry, rows.envelope_of(entry.id))
    return growing.authority.advance(entry.id, said, growing.size - 1)


def _check_rotation(authority: Authority, entry: Entry, envelope: bytes | None) -> None:
    # Signed by a key that no machine holds: who writes rows cannot write this one.
    if envelope is None:
        raise changed_outside(f"rotation {entry.id} without its sheet")
    if entry.id not in open_sheet(envelope, authority.recovery).ids:
        raise changed_outside(f"rotation {entry.id} on a sheet that does not list it")
