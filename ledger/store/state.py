"""What admission must know of a log, kept in memory and caught up from the rows.

Everything here is a pure function of the log; a process that starts anew folds it
again from entry 0.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from sqlalchemy import Connection, select

from ledger.encoding.entry import Entry, check_projection, parse_entry
from ledger.encoding.kinds import KINDS
from ledger.encoding.statement import check
from ledger.errors import EvidenceError, LogError, RecordError
from ledger.history.authority import ROOT_ONLY, Authority
from ledger.history.current import History
from ledger.history.journal import EntryHead
from ledger.log.checkpoint import Checkpoint
from ledger.log.tree import EMPTY_ROOT, Frontier, leaf_hash
from ledger.records.statement import family
from ledger.store.reader import entries, statements


@dataclass(frozen=True, slots=True, kw_only=True)
class LogState:
    """A log after some entries.

    Attributes:
        last_at: admission time of the newest entry; "" before the first.
    """

    history: History = field(default_factory=History)
    authority: Authority = field(default_factory=Authority)
    frontier: Frontier = field(default_factory=Frontier)
    last_at: str = ""

    @property
    def size(self) -> int:
        """Number of entries."""
        return self.history.size

    def with_entry(self, entry: Entry, raw: bytes) -> "LogState":
        """The state after one more entry (authority is advanced apart)."""
        return replace(
            self,
            history=self.history.advance(head_of(self.size, entry)),
            frontier=self.frontier.append(leaf_hash(raw)),
            last_at=entry.at,
        )


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
    connection: Connection,
    studio: str,
    log: str,
    state: LogState,
    signed: Sequence[Checkpoint],
) -> LogState:
    """Fold in the entries that were admitted since.

    Nothing may be signed over rows that were changed from outside: the signature
    would make the change part of the history. So the way must lead through every
    checkpoint that this log has signed and we know of, and end at the newest.

    Args:
        connection: a transaction that holds off other writers.
        studio: owner of the log.
        log: origin of the log.
        state: the log as far as it was folded before.
        signed: checkpoints whose signature was verified.

    Raises:
        LogError: the rows do not lead through these checkpoints.
    """
    roots = _roots(signed)
    _check_root(state, roots)
    rows = connection.execute(
        select(entries.c.body)
        .where(entries.c.studio == studio, entries.c.log == log)
        .where(entries.c.idx >= state.size)
        .order_by(entries.c.idx)
    ).all()
    try:
        for row in rows:
            entry = parse_entry(bytes(row.body))
            state = state.with_entry(entry, bytes(row.body))
            if family(entry.kind) in ROOT_ONLY and entry.kind in KINDS:
                state = _with_authority(connection, studio, log, entry, state)
            _check_root(state, roots)
    except (RecordError, EvidenceError) as error:
        # Admission lets nothing in that breaks a rule.
        raise changed_outside(f"entry {state.size}: {error.met}") from error
    if state.size != max(roots):
        raise changed_outside(f"{state.size} entries, {max(roots)} of them signed")
    return state


def changed_outside(met: str) -> LogError:
    """The error for rows that admission cannot have written."""
    return LogError(
        "entries that lead to the newest checkpoint",
        met=met,
        advice="The database was changed from outside: run jangbu fsck.",
    )


def _roots(signed: Sequence[Checkpoint]) -> dict[int, bytes]:
    roots = {0: EMPTY_ROOT}
    for point in signed:
        if roots.setdefault(point.size, point.root) != point.root:
            raise changed_outside(f"two signed roots at size {point.size}")
    return roots


def _check_root(state: LogState, roots: Mapping[int, bytes]) -> None:
    if state.size in roots and roots[state.size] != state.frontier.root():
        raise changed_outside(f"another root at size {state.size}")


def _with_authority(
    connection: Connection, studio: str, log: str, entry: Entry, state: LogState
) -> LogState:
    raw = connection.execute(
        select(statements.c.body).where(
            statements.c.studio == studio,
            statements.c.log == log,
            statements.c.id == entry.id,
        )
    ).scalar_one_or_none()
    if raw is None:
        raise changed_outside(f"entry {state.size - 1} without its statement")
    said = check(bytes(raw))
    check_projection(entry, said.statement, entry.id)
    return replace(state, authority=state.authority.advance(entry.id, said))
