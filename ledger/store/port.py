"""The port in process: SQLite, one transaction from admission to checkpoint.

*Accepted*, *sequenced* and *published* are one step here: what `submit` returns is in
the log, under a signed checkpoint, on disk.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from sqlalchemy import Connection, Engine

from ledger.errors import StoreError, StoreUnavailableError
from ledger.parcel import Parcel
from ledger.ports import Clock, Lease, Receipt, Refusal, Submission
from ledger.store import leases
from ledger.store.admission import LogKeyFor, PartyOf
from ledger.store.blobs import BlobFolder
from ledger.store.engine import transaction
from ledger.store.published import JustStored, PublishedLog
from ledger.store.reader import StoreReader
from ledger.store.rows import Admitted, LogRows, receipt_of
from ledger.store.sequencing import Sequencing
from ledger.store.sqlite_rows import SqliteRows
from ledger.store.state import LogState


@dataclass(kw_only=True)
class LocalPort:
    """Implements `ledger.ports.Port` on a SQLite database and folders beside it.

    Attributes:
        log_key_for: private half of a log key; `None` if it is not held here.
        party_of: opens whose key it is, by the id of its delegation.
        published: the copy of the log outside the database.
        outside: signed checkpoints of this log that others are known to hold; fails
            while nothing may be stated at all.
    """

    engine: Engine
    studio: str
    log: str
    log_key_for: LogKeyFor
    party_of: PartyOf
    clock: Clock
    blobs: BlobFolder
    published: PublishedLog
    outside: Callable[[], Sequence[bytes]] = tuple
    _state: LogState = field(default_factory=LogState, init=False)

    def claim(self, work: str, holder: str, seconds: int) -> Lease:
        """Ask for a piece of work; see `Port.claim`."""
        with transaction(self.engine, write=True) as connection:
            return leases.claim(
                connection,
                self.studio,
                self.log,
                leases.Claim(work=work, holder=holder, seconds=seconds),
                self.clock.now(),
            )

    def put(self, content: bytes) -> str:
        """Keep bytes under their digest; see `Port.put`."""
        return self.blobs.put(content)

    def submit(
        self, sheet: bytes, statements: Sequence[Submission]
    ) -> list[Receipt | Refusal]:
        """Admit statements in order; see `Port.submit`.

        Raises:
            StoreFullError: nothing was stored.
            StoreUnavailableError: nothing was stored, or it was and could not be
                published: in both cases the same submission may be repeated.
            RollbackError, LogError: the database was changed from outside.
        """
        parcel = Parcel(sheet=sheet, statements=tuple(statements))
        return self.submit_all([parcel])[0]

    def submit_all(self, parcels: Sequence[Parcel]) -> list[list[Receipt | Refusal]]:
        """Admit several sheets in one transaction, under one checkpoint.

        What stands in an earlier parcel may be relied on in a later one. Errors as for
        `submit`, and then of all of them.
        """
        # Before the transaction: what is outside then is in the database by now.
        outside = self.held_outside()
        with transaction(self.engine, write=True) as connection:
            rows, sequencing = self._rows(connection), self.sequencing
            state = sequencing.caught_up(rows, self._state, outside)
            decided = sequencing.decide(rows, state, parcels)
            sequencing.store(rows, decided)
        self._state = decided.state
        self._publish_admitted(decided.added)
        return [list(answers) for answers in decided.answers]

    def locate(self, kind: str, key: str) -> Receipt | None:
        """The receipt of a statement, if admitted; see `Port.locate`."""
        with transaction(self.engine, write=False) as connection:
            rows = self._rows(connection)
            note = rows.newest_note() or b""
            found = rows.stored([(kind, key)]).get((kind, key))
            return receipt_of(found, note.decode()) if found else None

    def reader(self) -> StoreReader:
        """A reader of the log as it is now."""
        return StoreReader(self.engine, self.studio, self.log)

    def publish(self, added: Sequence[Admitted] = ()) -> None:
        """Bring the copy outside the database up to date.

        Args:
            added: committed a moment ago, one after the other in the log.
        """
        reader = self.reader()
        if reader.is_empty():
            return
        sequencing = self.sequencing
        if reader.size() > self._state.size:
            with transaction(self.engine, write=False) as connection:
                rows = self._rows(connection)
                self._state = sequencing.caught_up(rows, self._state, ())
        authority = self._state.authority
        known = JustStored(
            reader, added[0].idx if added else 0, [one.entry for one in added]
        )
        self.published.catch_up(known, lambda note: sequencing.opened(note, authority))

    def held_outside(self) -> list[bytes]:
        """Signed checkpoints of this log that lie outside its database."""
        copied = self.published.checkpoint()
        return [*([copied] if copied else []), *self.outside()]

    def _rows(self, connection: Connection) -> LogRows:
        return SqliteRows(connection, self.studio, self.log)

    @property
    def sequencing(self) -> Sequencing:
        """What the log admits, by which keys."""
        return Sequencing(
            studio=self.studio,
            log=self.log,
            log_key_for=self.log_key_for,
            party_of=self.party_of,
            clock=self.clock,
            blobs=self.blobs,
        )

    def _publish_admitted(self, added: Sequence[Admitted] = ()) -> None:
        try:
            self.publish(added)
        except StoreError as error:
            # Not StoreFullError: that would say that nothing was stored.
            raise StoreUnavailableError(
                "a published copy beside the database",
                met=f"statements in the log and a copy left behind ({error.met})",
                advice="See to the disk and submit again: the receipts come then.",
                where=error.where,
            ) from error
