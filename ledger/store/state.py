"""What admission must know of a log, kept in memory and caught up from the rows.

Everything here is a pure function of the log; a process that starts anew folds it
again from entry 0.
"""

from dataclasses import dataclass, field, replace

from sqlalchemy import Connection, select

from ledger.encoding.entry import Entry, parse_entry
from ledger.encoding.kinds import KINDS
from ledger.encoding.statement import check
from ledger.errors import LogError
from ledger.history.authority import ROOT_ONLY, Authority
from ledger.history.current import History
from ledger.history.journal import EntryHead
from ledger.log.tree import Frontier, leaf_hash
from ledger.records.statement import family
from ledger.store.reader import checkpoints, entries, statements


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


def catch_up(connection: Connection, studio: str, log: str, state: LogState) -> LogState:
    """Fold in the entries that were admitted since.

    Raises:
        LogError: the rows do not lead to the newest checkpoint.
    """
    rows = connection.execute(
        select(entries.c.idx, entries.c.kind, entries.c.body)
        .where(entries.c.studio == studio, entries.c.log == log)
        .where(entries.c.idx >= state.size)
        .order_by(entries.c.idx)
    ).all()
    for row in rows:
        entry = parse_entry(bytes(row.body))
        state = state.with_entry(entry, bytes(row.body))
        if family(row.kind) in ROOT_ONLY and row.kind in KINDS:
            state = _with_authority(connection, studio, log, entry.id, state)
    _check_frontier(connection, studio, log, state)
    return state


def _with_authority(
    connection: Connection, studio: str, log: str, said: str, state: LogState
) -> LogState:
    raw = connection.execute(
        select(statements.c.body).where(
            statements.c.studio == studio,
            statements.c.log == log,
            statements.c.id == said,
        )
    ).scalar_one()
    authority = state.authority.advance(said, check(bytes(raw)))
    return replace(state, authority=authority)


def _check_frontier(
    connection: Connection, studio: str, log: str, state: LogState
) -> None:
    newest = connection.execute(
        select(checkpoints.c.size, checkpoints.c.frontier)
        .where(checkpoints.c.studio == studio, checkpoints.c.log == log)
        .order_by(checkpoints.c.size.desc())
        .limit(1)
    ).one_or_none()
    size = newest.size if newest else 0
    edge = Frontier.from_bytes(bytes(newest.frontier)) if newest else Frontier()
    if size != state.size or edge != state.frontier:
        raise LogError(
            "entries that lead to the newest checkpoint",
            met=f"{state.size} entries and a checkpoint of {size}, or another root",
            advice="The database was changed from outside: run jangbu fsck.",
        )
