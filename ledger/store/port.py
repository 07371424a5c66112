"""The port in process: SQLite, one transaction from admission to checkpoint.

*Accepted*, *sequenced* and *published* are one step here: what `submit` returns is in
the log, under a signed checkpoint, on disk.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import Connection, Engine

from ledger.encoding.commitment import Place
from ledger.encoding.statement import Checked
from ledger.errors import (
    ConflictingRecordError,
    RecordError,
    RollbackError,
    StoreError,
    StoreUnavailableError,
)
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
from ledger.store.blob_check import check_blobs
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
        admitted: what is to be stored, in order, by what it is a statement of.
    """

    connection: Connection
    state: LogState
    note: bytes
    answers: list[Answer] = field(default_factory=list)
    admitted: dict[Place, Admitted] = field(default_factory=dict)


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
        # Before the transaction: what is outside then is in the database by now.
        outside = self.published.checkpoint()
        with transaction(self.engine, write=True) as connection:
            note = self._rows.newest_note(connection)
            pending = Pending(
                connection=connection,
                state=self._caught_up(connection, note, outside),
                note=note or b"",
            )
            self._decide(pending, sheet, statements)
            self._store(pending, sheet)
        self._state = pending.state
        self._publish_admitted()
        return [_final(answer, pending.note) for answer in pending.answers]

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
        self.published.catch_up(reader, self._opened)

    @property
    def _rows(self) -> LogRows:
        return LogRows(self.studio, self.log)

    # --- the log as it is --------------------------------------------------------

    def _caught_up(
        self, connection: Connection, note: bytes | None, outside: bytes | None
    ) -> LogState:
        signed = [self._opened(one) for one in (note, outside) if one is not None]
        if outside is not None and (note is None or signed[0].size < signed[1].size):
            raise RollbackError(
                f"a database with at least the {signed[-1].size} published entries",
                met="an older one",
                advice="A backup was restored: bring the newer database back.",
                size=signed[-1].size,
            )
        return catch_up(connection, self.studio, self.log, self._state, signed)

    def _opened(self, note: bytes) -> Checkpoint:
        """Open a note of this log; fails for a key that is not the log's, too."""
        return open_checkpoint(note, [Verifier.of(self.log, self.log_key)], self.log)

    # --- deciding ----------------------------------------------------------------

    def _decide(
        self, pending: Pending, sheet: bytes, submissions: Sequence[Submission]
    ) -> None:
        read = [_read(submission) for submission in submissions]
        first = read[0] if read and isinstance(read[0], Checked) else None
        try:
            signed = open_signed(self.log, sheet, pending.state, first)
        except RecordError as error:
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
            check_blobs(said.body, self.blobs)
            now = self.clock.now()
            admitted = desk.admit(said, submission, signed, pending.state, now)
        except RecordError as error:
            return Refusal(id=found, error=error)
        pending.state = admitted.state
        pending.admitted[said.place] = admitted
        return admitted

    def _earlier(self, pending: Pending, said: Checked, found: str) -> Answer | None:
        kind = said.statement.kind
        admitted = pending.admitted.get(said.place)
        if admitted is not None:
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
            if any(target == one.entry.id for one in pending.admitted.values()):
                return signed.sheet.key_id
            return self._rows.signer_of(pending.connection, target)

        return Desk(
            log=self.log,
            studio=self.studio,
            log_key=self.log_key.public_key().public_bytes_raw(),
            party_of=self.party_of,
            signer_of=signer_of,
        )

    # --- storing -----------------------------------------------------------------

    def _store(self, pending: Pending, sheet: bytes) -> None:
        added = list(pending.admitted.values())
        if not added:
            return
        connection, frontier = pending.connection, pending.state.frontier
        point = Checkpoint(origin=self.log, size=frontier.size, root=frontier.root())
        pending.note = sign_checkpoint(point, self.log_key)
        self._rows.insert_sheet(connection, added[0].sheet, sheet)
        self._rows.insert_admitted(connection, added)
        self._rows.insert_checkpoint(connection, frontier, pending.note)

    def _publish_admitted(self) -> None:
        try:
            self.publish()
        except StoreError as error:
            # Not StoreFullError: that would say that nothing was stored.
            raise StoreUnavailableError(
                "a published copy beside the database",
                met=f"statements in the log and a copy left behind ({error.met})",
                advice="See to the disk and submit again: the receipts come then.",
                where=error.where,
            ) from error


def _read(submission: Submission) -> Checked | RecordError:
    try:
        return read_statement(submission)
    except RecordError as error:
        return error


def _final(answer: Answer, note: bytes) -> Receipt | Refusal:
    if not isinstance(answer, Admitted):
        return answer
    return receipt_of(answer.index, answer.raw_entry, note, new=True)


def _refuse_other(stored: str, submitted: str, kind: str) -> None:
    if stored != submitted:
        raise ConflictingRecordError(
            "the statement that was stored with this kind and key",
            met="another statement with the same kind and key",
            advice="Find out which of the two is right; nothing was stored.",
            where="/key",
            kind=kind,
        )
