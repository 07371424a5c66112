"""One sequencer for each log: an advisory lock to be one, an epoch to stay one.

The lock is a session's: whoever has it sequences, and others wait. But a session can
end without its program knowing (a failover, a pooler in between, a machine that
slept). So whoever takes the lock also raises the epoch in `head`, and each of its
transactions first makes sure, holding the row, that the epoch is still its own. An
older sequencer is refused by that, whatever it believes it holds.

One transaction does everything: epoch, inbox, state, decisions, rows, checkpoint,
projection, answers. What it cannot decide is answered, too: nothing blocks the inbox.
"""

import logging
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Final

import psycopg
from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from ledger.encoding.digest import sha256
from ledger.errors import (
    FencedError,
    JangbuError,
    KeyStoreError,
    LogError,
    RecordError,
    StoreError,
    StoreUnavailableError,
)
from ledger.parcel import Parcel
from ledger.ports import Receipt, Refusal
from ledger.store.postgres.engine import connected
from ledger.store.postgres.inbox import AT_ONCE, Inbox, Tray
from ledger.store.postgres.rows import PostgresRows
from ledger.store.postgres.tables import OPEN
from ledger.store.rows import Admitted
from ledger.store.sequencing import Decided, Sequencing
from ledger.store.state import LogState

_LOG: Final = logging.getLogger(__name__)

_TRY: Final = "SELECT pg_try_advisory_lock(%s)"
_UNLOCK: Final = "SELECT pg_advisory_unlock(%s)"
_RAISE: Final = (
    "INSERT INTO head (studio, log, epoch, state) VALUES (%s, %s, 1, 'open') "
    "ON CONFLICT (studio, log) DO UPDATE SET epoch = head.epoch + 1 "
    "RETURNING epoch, state"
)
_HOLD: Final = "SELECT epoch, state FROM head WHERE studio = %s AND log = %s FOR UPDATE"

_NOT_THEIRS: Final = (LogError, StoreError, KeyStoreError, DBAPIError, psycopg.Error)
"""What is wrong with the log, the keys or the database, and not with what waits."""


class _UndecidedError(Exception):
    """One of many submissions sets something off that nobody foresaw."""


Answers = Mapping[int, Sequence[Receipt | Refusal]]
"""By number in the inbox; the sequencer's own parcels have numbers below 0."""


@dataclass(slots=True)
class Lead:
    """The lock of one log, as long as its session lives.

    Attributes:
        epoch: 0 until its first transaction is committed.
    """

    connection: Connection
    inbox: Inbox
    epoch: int = 0

    @contextmanager
    def transaction(self) -> Iterator[Tray]:
        """A transaction of the sequencer.

        Raises:
            FencedError: somebody else took over.
            StoreUnavailableError: the log is being moved here.
        """
        with self.connection.begin():
            epoch = self._hold()
            yield Tray(self.connection, self.inbox)
        self.epoch = epoch

    def _hold(self) -> int:
        owner = (self.inbox.studio, self.inbox.log)
        query = _HOLD if self.epoch else _RAISE
        found = self.connection.exec_driver_sql(query, owner).one_or_none()
        if found is None or (self.epoch and found.epoch != self.epoch):
            raise FencedError(
                f"to be the sequencer still (epoch {self.epoch})",
                met="another one" if found is None else f"epoch {found.epoch}",
                advice="Submit again: the present sequencer answers.",
            )
        if found.state != OPEN:
            raise StoreUnavailableError(
                "a log that is open",
                met="one that is being moved to this database",
                advice="Finish jangbu store move first.",
            )
        return int(found.epoch)


@contextmanager
def leading(inbox: Inbox) -> Iterator[Lead | None]:
    """Be the sequencer of a log for a while; `None` if somebody else is.

    Raises:
        StoreUnavailableError: the server is out of reach.
    """
    key = int.from_bytes(
        sha256(b"jangbu/sequencer/1\0", f"{inbox.studio}/{inbox.log}".encode())[:8],
        "big",
        signed=True,
    )
    with connected(inbox.engine) as connection:
        got = connection.exec_driver_sql(_TRY, (key,)).scalar_one()
        connection.commit()
        if not got:
            yield None
            return
        try:
            yield Lead(connection, inbox)
        finally:
            _let_go(connection, key)


def _let_go(connection: Connection, key: int) -> None:
    try:
        connection.rollback()
        connection.exec_driver_sql(_UNLOCK, (key,))
        connection.commit()
    except DBAPIError:
        # With the session its lock is gone, too.
        connection.invalidate()


@dataclass(frozen=True, slots=True)
class Done:
    """What one transaction of the sequencer did.

    Attributes:
        own: answers to the sequencer's own parcels; `None` if they are yet to come.
        full: whether more may wait.
        added: what it let in.
    """

    own: list[Sequence[Receipt | Refusal]] | None
    full: bool
    added: Sequence[Admitted] = ()


@dataclass(slots=True)
class Sequencer:
    """Takes what waits in an inbox into the log.

    Attributes:
        state: the log after what this sequencer last committed.
    """

    sequencing: Sequencing
    state: LogState = field(default_factory=LogState)

    def advance(
        self, lead: Lead, own: Sequence[Parcel], outside: Sequence[bytes]
    ) -> Done:
        """Take in what waits longest, then one's own, in one transaction.

        Args:
            lead: the lock.
            own: parcels that are not in the inbox; they come in together.
            outside: signed checkpoints that are held outside the database.

        Raises:
            FencedError: somebody else took over; nothing was stored.
            StoreError, LogError: nothing was stored, and all of it still waits.
        """
        try:
            return self._advance(lead, own, outside, stages=True)
        except _UndecidedError:
            # Half of its statements may be with the server: all of it once more.
            return self._advance(lead, own, outside, stages=False)

    def _advance(
        self,
        lead: Lead,
        own: Sequence[Parcel],
        outside: Sequence[bytes],
        *,
        stages: bool,
    ) -> Done:
        with lead.transaction() as tray:
            waiting = tray.take()
            full = len(waiting) == AT_ONCE
            mine = {} if full else {-at: one for at, one in enumerate(own, start=1)}
            taken = {**waiting, **mine}
            if not taken:
                return Done(own=None, full=False)
            owner = (self.sequencing.studio, lead.inbox.log)
            with PostgresRows(lead.connection, *owner, stages=stages) as rows:
                state = self.sequencing.caught_up(rows, self.state, outside)
                decide = self._decide if stages else self._decide_each
                decided, answers = decide(rows, state, taken)
                self.sequencing.store(rows, decided)
            tray.answer({number: answers[number] for number in waiting})
        self.state = decided.state
        own_answers = [answers[at] for at in mine] or None
        return Done(own=own_answers, full=full, added=decided.added)

    def _decide(
        self, rows: PostgresRows, state: LogState, taken: Mapping[int, Parcel]
    ) -> tuple[Decided, Answers]:
        try:
            decided = self.sequencing.decide(rows, state, list(taken.values()))
        except _NOT_THEIRS:
            raise
        except Exception as error:
            raise _UndecidedError from error
        return decided, dict(zip(taken, decided.answers, strict=True))

    def _decide_each(
        self, rows: PostgresRows, state: LogState, taken: Mapping[int, Parcel]
    ) -> tuple[Decided, Answers]:
        refused: Answers = {}
        try:
            decided = self.sequencing.decide(rows, state, list(taken.values()))
        except _NOT_THEIRS:
            raise
        except Exception as error:  # noqa: BLE001  # whatever one of them sets off
            _LOG.warning("a submission could not be decided: %s", type(error).__name__)
            refused = self._poisonous(rows, state, taken)
            sound = [one for at, one in taken.items() if at not in refused]
            decided = self.sequencing.decide(rows, state, sound)
        well = [number for number in taken if number not in refused]
        found = dict(zip(well, decided.answers, strict=True))
        return decided, {**found, **refused}

    def _poisonous(
        self, rows: PostgresRows, state: LogState, taken: Mapping[int, Parcel]
    ) -> Answers:
        """Refusals for those that cannot be decided on top of the ones before."""
        refused: dict[int, Sequence[Receipt | Refusal]] = {}
        sound: list[Parcel] = []
        for number, parcel in taken.items():
            try:
                self.sequencing.decide(rows, state, [*sound, parcel])
            except _NOT_THEIRS:
                raise
            except Exception as error:  # noqa: BLE001  # whatever it sets off
                refused[number] = [_undecidable(error)] * len(parcel.statements)
            else:
                sound.append(parcel)
        return refused


def _undecidable(error: Exception) -> Refusal:
    if isinstance(error, JangbuError):
        return Refusal(id="", error=error)
    return Refusal(
        id="",
        error=RecordError(
            "a submission that can be decided",
            met=type(error).__name__,
            advice="Report this as a defect; the statements wait among the refused.",
        ),
    )
