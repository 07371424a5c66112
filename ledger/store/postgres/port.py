"""The port on PostgreSQL: one sequences for all who wait, and the others wait.

Whoever submits and finds the lock of the log free is the sequencer: it takes in what
waits in the inbox, then its own, in one transaction (flat combining). Else its
submission goes into the inbox, where nothing gets lost, and it waits for the answer,
looking now and then whether the sequencer went away.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from sqlalchemy import Connection

from ledger.errors import (
    FencedError,
    MalformedRecordError,
    StoreFullError,
    StoreUnavailableError,
)
from ledger.parcel import Parcel
from ledger.ports import Receipt, Refusal, Submission
from ledger.store.port import LocalPort
from ledger.store.postgres.engine import transaction
from ledger.store.postgres.inbox import Inbox
from ledger.store.postgres.rows import PostgresRows
from ledger.store.postgres.sequencer import Lead, Sequencer, leading
from ledger.store.rows import Admitted

GLANCE_S: Final = 0.5
"""Seconds after which a waiting writer looks whether the sequencer went away."""
FOR_OTHERS: Final = 64
"""Transactions that a writer does for others before it hands over."""
LARGEST: Final = 1 << 28
"""Bytes of one submission at most: PostgreSQL keeps no value above 1 GiB."""

_MAY_SEQUENCE: Final = "SELECT has_table_privilege('entry', 'INSERT')"


@dataclass(slots=True)
class _Turn:
    """A writer's turn as the sequencer.

    Attributes:
        own: its own parcels, as long as they are in neither inbox nor log.
        led: whether it was let to sequence at all.
        left: how many transactions it does yet.
        added: what its last transaction let in.
    """

    own: Sequence[Parcel]
    outside: Sequence[bytes]
    led: bool = False
    left: int = FOR_OTHERS
    added: Sequence[Admitted] = ()
    answers: Sequence[Sequence[Receipt | Refusal]] | None = None


@dataclass(kw_only=True)
class PostgresPort(LocalPort):
    """Implements `ledger.ports.Port` on a PostgreSQL database.

    Attributes:
        patience_s: how long a writer waits for its answer.
    """

    patience_s: float = 60.0
    _may_sequence: bool | None = field(default=None, init=False)

    def submit(
        self, sheet: bytes, statements: Sequence[Submission]
    ) -> list[Receipt | Refusal]:
        """Admit statements in order; see `Port.submit`.

        Raises:
            StoreFullError: nothing was stored.
            StoreUnavailableError: nothing was stored, or it waits in the inbox, or it
                is in the log and could not be published: in all cases the same
                submission may be repeated.
            RollbackError, LogError: the database was changed from outside.
        """
        parcel = Parcel(sheet=sheet, statements=tuple(statements))
        if not statements:
            return []
        if _size(parcel) > LARGEST:
            return [_too_large()] * len(statements)
        return self.submit_all([parcel])[0]

    def submit_all(self, parcels: Sequence[Parcel]) -> list[list[Receipt | Refusal]]:
        """Admit several sheets in order, each of at most `LARGEST` bytes.

        In one transaction and under one checkpoint, unless somebody else sequences
        now. Errors as for `submit`; what came before an error may be in the log.
        """
        turn = self._sequence(parcels)
        answers = turn.answers
        if answers is None:
            answers = [self._wait(parcel) for parcel in parcels]
        if turn.led:
            self._publish_admitted(turn.added)
        return [list(one) for one in answers]

    def locate(self, kind: str, key: str) -> Receipt | None:
        """The receipt of a statement, if admitted; see `Port.locate`."""
        # PostgreSQL's text holds neither, and no kind or key does.
        if not (kind + key).isascii() or "\0" in kind + key:
            return None
        return super().locate(kind, key)

    def drain(self) -> bool:
        """Sequence what waits in the inbox; whether this process was let to do it."""
        turn = self._sequence(())
        if turn.led:
            self._publish_admitted(turn.added)
        return turn.led

    @property
    def _inbox(self) -> Inbox:
        return Inbox(self.engine, self.studio, self.log)

    def _rows(self, connection: Connection) -> PostgresRows:
        return PostgresRows(connection, self.studio, self.log)

    # --- waiting -----------------------------------------------------------------

    def _wait(self, parcel: Parcel) -> Sequence[Receipt | Refusal]:
        number = self._inbox.accept(parcel)
        deadline = time.monotonic() + self.patience_s
        with self._inbox.listening() as heard:
            while time.monotonic() < deadline:
                found = self._inbox.look(number)
                if found.answers is not None:
                    return found.answers
                if not found.there:
                    # Somebody with the same submission took the answer.
                    number = self._inbox.accept(parcel)
                if not self._sequence_what_waits():
                    for _ in heard.notifies(timeout=GLANCE_S, stop_after=1):
                        pass
        raise StoreUnavailableError(
            "a sequencer that answers",
            met=f"none within {self.patience_s:g} seconds",
            advice="The submission waits in the inbox; submit it again later.",
        )

    def _sequence_what_waits(self) -> bool:
        try:
            return self.drain()
        except StoreFullError as error:
            # It was accepted: to say that nothing was stored would not be true.
            raise StoreUnavailableError(
                "room on the database server's disk",
                met=error.met,
                advice="The submission waits in the inbox; free room, submit again.",
            ) from error

    # --- sequencing --------------------------------------------------------------

    def _sequence(self, own: Sequence[Parcel]) -> _Turn:
        # Before any transaction: what is outside then is in the database by now.
        turn = _Turn(own=own, outside=self.held_outside())
        try:
            while self._sequences() and self._lead(turn):
                pass
        except FencedError:
            pass  # somebody else sequences now, and answers whoever is in the inbox
        return turn

    def _lead(self, turn: _Turn) -> bool:
        """Hold the lock once; whether somebody is left whom nobody answers."""
        with leading(self._inbox) as lead:
            if lead is None:
                return False
            turn.led = True
            self._drain(lead, turn)
        # Whoever came meanwhile found the lock taken, and waits.
        if not self._inbox.waits():
            return False
        if turn.left <= 0:
            self._inbox.call()
        return turn.left > 0

    def _drain(self, lead: Lead, turn: _Turn) -> None:
        sequencer = Sequencer(self.sequencing, self._state)
        full = True
        while full and turn.left > 0:
            turn.left -= 1
            done = sequencer.advance(lead, turn.own, turn.outside)
            self._state, full = sequencer.state, done.full
            turn.added = done.added
            if done.own is not None:
                turn.own, turn.answers = (), done.own

    def _sequences(self) -> bool:
        """Whether this role may add to the log, and not only to the inbox."""
        if self._may_sequence is None:
            with transaction(self.engine, write=False) as connection:
                found = connection.exec_driver_sql(_MAY_SEQUENCE).scalar_one()
            self._may_sequence = bool(found)
        return self._may_sequence


def _size(parcel: Parcel) -> int:
    return len(parcel.sheet) + sum(len(one.raw) for one in parcel.statements)


def _too_large() -> Refusal:
    return Refusal(
        id="",
        error=MalformedRecordError(
            f"a submission of at most {LARGEST} bytes",
            met="a larger one",
            advice="Submit fewer statements at once.",
            where="/",
        ),
    )
