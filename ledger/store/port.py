"""The port in process: SQLite, one transaction from admission to checkpoint.

*Accepted*, *sequenced* and *published* are one step here: what `submit` returns is in
the log, under a signed checkpoint, on disk.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import Connection, Engine

from ledger.encoding.statement import Checked
from ledger.errors import ConflictingRecordError, LedgerError, RollbackError
from ledger.log.checkpoint import Checkpoint, open_checkpoint, sign_checkpoint
from ledger.log.note import Verifier
from ledger.ports import Clock, Lease, Receipt, Refusal, Submission
from ledger.store import leases
from ledger.store.admission import (
    Admitted,
    Desk,
    PartyOf,
    SignedSheet,
    open_signed,
    read_statement,
)
from ledger.store.blobs import BlobFolder
from ledger.store.published import PublishedLog
from ledger.store.reader import StoreReader
from ledger.store.rows import LogRows, receipt_of
from ledger.store.sqlite import transaction
from ledger.store.state import LogState, catch_up

Answer = Admitted | Receipt | Refusal


@dataclass(slots=True)
class Pending:
    """One submission while its transaction is open.

    Attributes:
        state: the log with what was admitted so far.
        answers: one for each statement decided so far.
    """

    connection: Connection
    state: LogState
    note: bytes
    answers: list[Answer] = field(default_factory=list)

    def admitted(self) -> list[Admitted]:
        """What is to be stored, each statement once."""
        found = {
            answer.entry.id: answer
            for answer in self.answers
            if isinstance(answer, Admitted)
        }
        return list(found.values())


@dataclass(kw_only=True)
class LocalPort:
    """Implements `ledger.ports.Port` on a SQLite database and folders beside it.

    Attributes:
        party_of: opens whose key it is, by the id of its delegation.
        published: the copy of the log outside the database.
    """

    engine: Engine
    studio: str
    log: str
    log_key: Ed25519PrivateKey
    party_of: PartyOf
    clock: Clock
    blobs: BlobFolder
    published: PublishedLog
    _state: LogState = field(default_factory=LogState, init=False)

    def claim(self, work: str, holder: str, seconds: int) -> Lease:
        """Ask for a piece of work; see `Port.claim`."""
        with transaction(self.engine, write=True) as connection:
            return leases.claim(
                connection,
                studio=self.studio,
                log=self.log,
                work=work,
                holder=holder,
                now=self.clock.now(),
                seconds=seconds,
            )

    def put(self, content: bytes) -> str:
        """Keep bytes under their digest; see `Port.put`."""
        return self.blobs.put(content)

    def submit(
        self, sheet: bytes, statements: Sequence[Submission]
    ) -> list[Receipt | Refusal]:
        """Admit statements in order; see `Port.submit`."""
        self._refuse_rollback()
        with transaction(self.engine, write=True) as connection:
            before = catch_up(connection, self.studio, self.log, self._state)
            note = self._rows.newest_note(connection) or b""
            pending = Pending(connection=connection, state=before, note=note)
            self._decide(pending, sheet, statements)
            self._store(pending, sheet, before.size)
        self._state = pending.state
        self.publish()
        return [_final(answer, pending, before.size) for answer in pending.answers]

    def locate(self, kind: str, key: str) -> Receipt | None:
        """The receipt of a statement, if admitted; see `Port.locate`."""
        with transaction(self.engine, write=False) as connection:
            note = self._rows.newest_note(connection) or b""
            return self._rows.receipt(connection, kind, key, note)

    def reader(self) -> StoreReader:
        """A reader of the log as it is now."""
        return StoreReader(self.engine, self.studio, self.log)

    def publish(self) -> None:
        """Bring the copy outside the database up to date."""
        reader = self.reader()
        if reader.is_empty():
            return
        self.published.catch_up(
            size_of=self._size_of, newest=reader.checkpoint, entries=reader.entries
        )

    @property
    def _rows(self) -> LogRows:
        return LogRows(self.studio, self.log)

    # --- deciding ----------------------------------------------------------------

    def _decide(
        self, pending: Pending, sheet: bytes, submissions: Sequence[Submission]
    ) -> None:
        read = [_read(submission) for submission in submissions]
        first = read[0] if read and isinstance(read[0], Checked) else None
        try:
            signed = open_signed(self.log, sheet, pending.state, first)
        except LedgerError as error:
            pending.answers = [Refusal(id="", error=error) for _ in submissions]
            return
        for submission, said in zip(submissions, read, strict=True):
            if isinstance(said, Checked):
                answer = self._answer(pending, submission, said, signed)
            else:
                answer = Refusal(id="", error=said)
            pending.answers.append(answer)

    def _answer(
        self,
        pending: Pending,
        submission: Submission,
        said: Checked,
        signed: SignedSheet,
    ) -> Answer:
        desk = self._desk(pending, signed)
        found = ""
        try:
            found = desk.identify(said, submission, signed.sheet)
            earlier = self._earlier(pending, said, found)
            if earlier is not None:
                return earlier
            now = self.clock.now()
            admitted = desk.admit(said, submission, signed, pending.state, now)
        except LedgerError as error:
            return Refusal(id=found, error=error)
        pending.state = admitted.state
        return admitted

    def _earlier(self, pending: Pending, said: Checked, found: str) -> Answer | None:
        kind = said.statement.kind
        for admitted in pending.admitted():
            if admitted.said.place == said.place:
                _refuse_other(admitted.entry.id, found, kind)
                return admitted
        receipt = self._rows.receipt(
            pending.connection, kind, said.statement.key, pending.note
        )
        if receipt is not None:
            _refuse_other(receipt.id, found, kind)
        return receipt

    def _desk(self, pending: Pending, signed: SignedSheet) -> Desk:
        def signer_of(target: str) -> str:
            if any(target == admitted.entry.id for admitted in pending.admitted()):
                return signed.sheet.key_id
            return self._rows.signer_of(pending.connection, target)

        return Desk(log=self.log, party_of=self.party_of, signer_of=signer_of)

    # --- storing -----------------------------------------------------------------

    def _store(self, pending: Pending, sheet: bytes, start: int) -> None:
        added = pending.admitted()
        if not added:
            return
        connection, frontier = pending.connection, pending.state.frontier
        point = Checkpoint(
            origin=self.log, size=frontier.size, root=frontier.root()
        )
        pending.note = sign_checkpoint(point, self.log_key)
        self._rows.insert_sheet(connection, added[0].sheet, sheet)
        self._rows.insert_admitted(connection, start, added)
        self._rows.insert_checkpoint(connection, frontier, pending.note)

    def _size_of(self, note: bytes) -> int:
        verifier = Verifier.of(self.log, self.log_key)
        return open_checkpoint(note, [verifier], self.log).size

    def _refuse_rollback(self) -> None:
        outside = self.published.checkpoint()
        if outside is None:
            return
        size = self._size_of(outside)
        with transaction(self.engine, write=False) as connection:
            note = self._rows.newest_note(connection)
        if note is None or self._size_of(note) < size:
            raise RollbackError(
                f"a database with at least the {size} published entries",
                met="an older one",
                advice="A backup was restored: bring the newer database back.",
                size=size,
            )


def _read(submission: Submission) -> Checked | LedgerError:
    try:
        return read_statement(submission)
    except LedgerError as error:
        return error


def _final(answer: Answer, pending: Pending, start: int) -> Receipt | Refusal:
    if not isinstance(answer, Admitted):
        return answer
    index = start + pending.admitted().index(answer)
    return receipt_of(index, answer.raw_entry, pending.note, new=True)


def _refuse_other(stored: str, submitted: str, kind: str) -> None:
    if stored != submitted:
        raise ConflictingRecordError(
            "the statement that was stored with this kind and key",
            met="another statement with the same kind and key",
            advice="Find out which of the two is right; nothing was stored.",
            where="/key",
            kind=kind,
        )
