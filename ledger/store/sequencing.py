"""Sequencing: from sheets and statements to rows under one signed checkpoint.

The same for every database: `decide` looks up through `LogRows` and decides, `store`
inserts what was decided. Both belong into one transaction that holds off other
writers; the state that they lead to counts once that transaction is committed.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain, islice
from typing import Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from ledger.encoding.forms import place_named_in
from ledger.encoding.sheet import parse_envelope
from ledger.encoding.statement import Checked, check
from ledger.errors import ConflictingRecordError, LogError, RecordError
from ledger.history.authority import Authority
from ledger.log.checkpoint import Checkpoint, sign_checkpoint
from ledger.log.tree import Frontier, leaf_hash
from ledger.parcel import Parcel
from ledger.ports import BlobReader, Clock, Receipt, Refusal, Submission
from ledger.records.identity import Instant, instant_from
from ledger.store.admission import (
    Arrived,
    Desk,
    LogKeyFor,
    PartyOf,
    SignedSheet,
    open_signed,
)
from ledger.store.blob_check import WITH_BLOBS, check_blobs
from ledger.store.plain import PLAIN, PlainDesk
from ledger.store.rows import Admitted, KindKey, LogRows, StoredEntry, receipt_of
from ledger.store.state import GrowingLog, LogState, catch_up, changed_outside

Answer = Admitted | StoredEntry | Refusal
_AT_ONCE: Final = 100
"""Statements that are staged together: about 80 KB."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """What a transaction stores, and what it leads to.

    Attributes:
        state: the log after it.
        added: what was let in, in the order of the log.
        envelopes: sheets that list something of it, by digest.
        note: the newest signed checkpoint, over all of it; `None` for an empty log.
        answers: for each parcel one answer for each of its statements.
    """

    state: LogState
    added: Sequence[Admitted]
    envelopes: Mapping[str, bytes]
    note: bytes | None
    answers: Sequence[Sequence[Receipt | Refusal]]


@dataclass(slots=True)
class _Deciding:
    """A transaction while it is decided.

    Attributes:
        now: when all of it is admitted.
        asked: kinds and keys that were looked up.
        stored: those of them that were in the log before.
        admitted: what was let in, by kind and key.
        signers: by id of what was let in, the key that signed its sheet.
        waiting: what was let in and not staged yet.
    """

    rows: LogRows
    log: GrowingLog
    now: Instant
    asked: Collection[KindKey]
    stored: Mapping[KindKey, StoredEntry]
    admitted: dict[KindKey, Admitted] = field(default_factory=dict)
    signers: dict[str, str] = field(default_factory=dict)
    envelopes: dict[str, bytes] = field(default_factory=dict)
    waiting: list[Admitted] = field(default_factory=list)

    def earlier(
        self, place: KindKey, signed: SignedSheet
    ) -> "StoredEntry | Admitted | None":
        """What is in the log with this kind and key, or was let in just now."""
        admitted = self.admitted.get(place)
        if admitted is None:
            found = self.stored if place in self.asked else self.rows.stored([place])
            return found.get(place)
        if admitted.sheet == signed.digest:
            return admitted
        return StoredEntry(admitted.idx, admitted.id, admitted.at, admitted.leaf)

    def plainly(
        self,
        desks: Mapping[str, PlainDesk],
        submission: Submission,
        place: KindKey,
        signed: SignedSheet,
    ) -> Admitted | None:
        """Let a plain statement in that is new; `None` if it is anything else."""
        desk = desks.get(place[0])
        if desk is None or place in self.stored or place in self.admitted:
            return None
        admitted = desk.admit(submission, place)
        if admitted is not None:
            self.take(place, admitted, signed.key_id)
        return admitted

    def take(self, place: KindKey, admitted: Admitted, key_id: str) -> None:
        """Remember what was let in."""
        self.admitted[place] = admitted
        self.signers[admitted.id] = key_id
        self.waiting.append(admitted)
        if len(self.waiting) == _AT_ONCE:
            self.stage()

    def stage(self) -> None:
        """Hand over to the rows what they do not have yet."""
        self.rows.stage(self.waiting)
        self.waiting = []

    def signer_of(self, statement: str) -> str:
        """Key id that signed the sheet of a statement in the log."""
        known = self.signers.get(statement)
        if known is not None:
            return known
        envelope = self.rows.envelope_of(statement)
        if envelope is None:
            raise changed_outside("a statement or a sheet that is not there")
        return parse_envelope(envelope).key_id

    def root_at(self, size: int) -> bytes:
        """The root of an earlier or the present size; reads entries for an old one."""
        if size >= self.log.began_at:
            return self.log.root_at(size)
        entries = islice(self.rows.entries(0), size)
        return Frontier().extend(map(leaf_hash, entries)).root()


@dataclass(frozen=True, slots=True, kw_only=True)
class Sequencing:
    """What one log admits; it holds no connection and remembers nothing.

    Attributes:
        log_key_for: private half of a log key; `None` if it is not held here.
        party_of: opens whose key it is, by the id of its delegation.
    """

    studio: str
    log: str
    log_key_for: LogKeyFor
    party_of: PartyOf
    clock: Clock
    blobs: BlobReader

    def caught_up(
        self, rows: LogRows, state: LogState, outside: Sequence[bytes]
    ) -> LogState:
        """The log as the rows hold it; see `ledger.store.state.catch_up`."""
        return catch_up(rows, state, outside, self.opened)

    def opened(self, note: bytes, authority: Authority) -> Checkpoint:
        """Open a note of this log; fails for a key that is not the log's, too."""
        return authority.log_keys.open(note, self.log)

    def decide(
        self, rows: LogRows, state: LogState, parcels: Sequence[Parcel]
    ) -> Decided:
        """Decide about every statement of some parcels, in order; stores nothing yet.

        A retry gets the newest checkpoint as its receipt's, which is the new one if
        the same call admits anything.
        """
        # All at once, by what the bytes seem to be; what they are is asked for later.
        places = [
            [place_named_in(one.raw) for one in parcel.statements] for parcel in parcels
        ]
        asked = frozenset(chain.from_iterable(places))
        # One instant for all: entries of one transaction are known by it.
        now = instant_from(self.clock.now())
        deciding = _Deciding(rows, GrowingLog(state), now, asked, rows.stored(asked))
        answers = [
            self._decide_parcel(deciding, parcel, seeming)
            for parcel, seeming in zip(parcels, places, strict=True)
        ]
        deciding.stage()
        if deciding.admitted:
            after = deciding.log.state()
            note: bytes | None = self._sign(after)
        else:
            after, note = state, rows.newest_note()
        return Decided(
            state=after,
            added=list(deciding.admitted.values()),
            envelopes=deciding.envelopes,
            note=note,
            answers=[_receipts(one, note) for one in answers],
        )

    def store(self, rows: LogRows, decided: Decided) -> None:
        """Insert what was decided, with its checkpoint."""
        if not decided.added or decided.note is None:
            return
        rows.insert_sheets(decided.envelopes)
        rows.insert_admitted(decided.added)
        rows.insert_checkpoint(decided.state.frontier, decided.note)

    # --- deciding ----------------------------------------------------------------

    def _decide_parcel(
        self, deciding: _Deciding, parcel: Parcel, places: Sequence[KindKey]
    ) -> list[Answer]:
        try:
            signed = self._open(deciding, parcel)
        except RecordError as error:
            return [Refusal(id="", error=error) for _ in parcel.statements]
        desk = Desk(
            log=self.log,
            studio=self.studio,
            log_key_for=self.log_key_for,
            party_of=self.party_of,
            signer_of=deciding.signer_of,
            root_at=deciding.root_at,
        )
        plain = {
            kind: PlainDesk(self.log, kind, signed, deciding.log, deciding.now)
            for kind in PLAIN.keys() & {kind for kind, _ in places}
        }
        before = len(deciding.log.leaves)
        # One after the other: what was read of a statement is let go before the next.
        answers = [
            deciding.plainly(plain, submission, place, signed)
            or self._answer(deciding, desk, submission, signed)
            for submission, place in zip(parcel.statements, places, strict=True)
        ]
        if len(deciding.log.leaves) > before:
            deciding.envelopes[signed.digest] = parcel.sheet
        return answers

    def _open(self, deciding: _Deciding, parcel: Parcel) -> SignedSheet:
        first = None
        if deciding.log.size == 0 and parcel.statements:
            first = _read(parcel.statements[0])
        genesis = first if isinstance(first, Checked) else None
        return open_signed(self.log, parcel.sheet, deciding.log, genesis)

    def _answer(
        self,
        deciding: _Deciding,
        desk: Desk,
        submission: Submission,
        signed: SignedSheet,
    ) -> Answer:
        found = ""
        try:
            said = check(submission.raw)
            arrived = Arrived(submission, said, deciding.now)
            found = desk.identify(arrived, signed)
            place = said.kind, said.key
            earlier = deciding.earlier(place, signed)
            if earlier is not None:
                _refuse_other(earlier, found, place[0])
                return earlier
            if said.kind in WITH_BLOBS:
                check_blobs(said.body, self.blobs)
            admitted = desk.admit(arrived, found, signed, deciding.log)
        except RecordError as error:
            return Refusal(id=found, error=error)
        deciding.take(place, admitted, signed.key_id)
        return admitted

    # --- signing -----------------------------------------------------------------

    def _sign(self, state: LogState) -> bytes:
        point = Checkpoint(origin=self.log, size=state.size, root=state.frontier.root())
        return sign_checkpoint(point, self._log_key(state.authority))

    def _log_key(self, authority: Authority) -> Ed25519PrivateKey:
        found = self.log_key_for(authority.log_key)
        if found is None:
            raise LogError(
                "the log key that is in force",
                met="a log whose key is not held here",
                advice="Bring the key's file back; without it the log is frozen.",
            )
        return found


def _read(submission: Submission) -> Checked | RecordError:
    try:
        return check(submission.raw)
    except RecordError as error:
        return error


def _refuse_other(stored: Admitted | StoredEntry, submitted: str, kind: str) -> None:
    if stored.id != submitted:
        raise ConflictingRecordError(
            "the statement that was stored with this kind and key",
            met="another statement with the same kind and key",
            advice="Find out which of the two is right; nothing was stored.",
            where="/key",
            kind=kind,
        )


def _receipts(answers: Sequence[Answer], note: bytes | None) -> list[Receipt | Refusal]:
    checkpoint = (note or b"").decode()
    return [
        answer if isinstance(answer, Refusal) else receipt_of(answer, checkpoint)
        for answer in answers
    ]
