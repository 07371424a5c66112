"""Admission: from a signed sheet to entries, or to refusals (protocol 4, 9 to 11).

1. The statement has the one permitted form, and its kind is known.
2. It was made for this log: else it could be replayed from another one.
3. The sheet is for this log, its signature verifies, and it lists the statement's id,
   which b("") opens.
4. The same kind and key with the same id is a retry and gets its first receipt;
   with another id it is a conflict.
5. Statements that it relies on (`prev`, `act`) are in the log before it.
6. The key is delegated for this kind and verb; the target is current; the party may.
7. The entry is the projection; its time never runs backwards.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from ledger.encoding.commitment import statement_id
from ledger.encoding.digest import sha256_hex
from ledger.encoding.entry import (
    MAX_ENTRY,
    Entry,
    by_commitment,
    encode_entry,
    project,
)
from ledger.encoding.models import parse_model
from ledger.encoding.sheet import Sheet, open_sheet, parse_envelope
from ledger.encoding.statement import Checked, check
from ledger.errors import (
    ConflictingRecordError,
    ForeignLogError,
    MalformedRecordError,
    NotPermittedError,
    SheetSignatureError,
    UnknownReferenceError,
)
from ledger.history.authority import Authority
from ledger.history.current import check as check_act
from ledger.history.rights import may
from ledger.ports import Submission
from ledger.records.authority import Delegation, Genesis
from ledger.records.identity import instant_from
from ledger.records.statement import Act
from ledger.store.references import check_references
from ledger.store.state import LogState, head_of

BLIND_BYTES = 32
PartyOf = Callable[[str], str | None]
"""The party that a key speaks for, by the id of the key's delegation."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedSheet:
    """A sheet whose signature was verified, with the digest of its envelope."""

    sheet: Sheet
    digest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Admitted:
    """A statement that may be stored, with its entry's bytes and the state after.

    Attributes:
        sheet: digest of the sheet that listed it.
    """

    said: Checked
    sheet: str
    entry: Entry
    raw_entry: bytes
    state: LogState

    @property
    def index(self) -> int:
        """Its place in the log."""
        return self.state.size - 1


def open_signed(
    log: str, raw: bytes, state: LogState, first: Checked | None
) -> SignedSheet:
    """Verify a sheet against the keys that the log knows.

    Args:
        log: origin of the log.
        raw: the envelope.
        state: the log as it is.
        first: the first statement of the submission: on an empty log it must be
            the genesis, which brings the keys itself.

    Raises:
        SheetSignatureError, ForeignLogError, MalformedRecordError.
    """
    envelope = parse_envelope(raw)
    claimed = parse_model(Sheet, envelope.payload)
    if claimed.log != log:
        raise _foreign("/log of the sheet")
    authority = state.authority
    if state.size == 0:
        authority = _founding(first)
    public_key = authority.public_key(envelope.key_id)
    if public_key is None:
        raise SheetSignatureError(
            "a sheet signed by a key of this log",
            met=f"key {envelope.key_id}",
            advice="State the key and delegate to it first.",
            where="/signatures/0/keyid",
        )
    return SignedSheet(sheet=open_sheet(raw, public_key), digest=sha256_hex(raw))


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """Decides about statements for one log; a function of values.

    Attributes:
        log_key: public half of the key that signs this log's checkpoints.
        party_of: opens whose key it is; `None` if that was erased.
        signer_of: key id that signed the sheet of a stored statement.
    """

    log: str
    studio: str
    log_key: bytes
    party_of: PartyOf
    signer_of: Callable[[str], str]

    def identify(self, said: Checked, submission: Submission, sheet: Sheet) -> str:
        """The statement's id, once it is known to be for this log and on the sheet."""
        _check_blind(submission.blind, "/blind")
        _check_blind(submission.by_blind, "/by_blind")
        if said.statement.log != self.log:
            raise _foreign("/log of the statement")
        found = statement_id(submission.blind, submission.raw)
        if found not in sheet.ids:
            raise SheetSignatureError(
                "a sheet that lists the statement",
                met="a sheet without it, or a blind that does not open its id",
                advice="Sign the statement and submit it with that sheet.",
                where="/ids",
            )
        return found

    def admit(
        self,
        said: Checked,
        submission: Submission,
        signed: SignedSheet,
        state: LogState,
        now: datetime,
    ) -> Admitted:
        """Decide about one statement that is not in the log yet."""
        check_references(said, state.history)
        found = statement_id(submission.blind, submission.raw)
        self._check_one_party(said, found, state)
        authority = self._authority_for(said, state)
        act = said.statement.act
        authority.require(
            signed.sheet.key_id, said.statement.kind, act.verb if act else None
        )
        entry = self._project(said, submission, signed, state, now)
        check_act(head_of(state.size, entry), state.history)
        if act is not None and act.verb != "supersede":
            self._check_party(act, signed.sheet.key_id, authority)
        raw_entry = _bounded(encode_entry(entry))
        return Admitted(
            said=said,
            sheet=signed.digest,
            entry=entry,
            raw_entry=raw_entry,
            state=replace(
                state.with_entry(entry, raw_entry),
                authority=authority.advance(entry.id, said),
            ),
        )

    def _project(
        self,
        said: Checked,
        submission: Submission,
        signed: SignedSheet,
        state: LogState,
        now: datetime,
    ) -> Entry:
        present = instant_from(now)
        held = present < state.last_at
        return project(
            said.statement,
            statement_id=statement_id(submission.blind, submission.raw),
            by=by_commitment(signed.digest, submission.by_blind, said.place),
            at=state.last_at if held else present,
            held=held,
        )

    def _check_one_party(self, said: Checked, found: str, state: LogState) -> None:
        # A key that moved to another party could take back what the first one said.
        if not isinstance(said.body, Delegation):
            return
        earlier = state.authority.spoken_by.get(said.body.key_id)
        if earlier is not None and self.party_of(earlier) != self.party_of(found):
            raise NotPermittedError(
                "a key that speaks for one party for ever",
                met="a delegation of the same key to another party",
                advice="Make a key for the other party.",
                where="/body/party",
            )

    def _authority_for(self, said: Checked, state: LogState) -> Authority:
        if state.size == 0:
            self._check_founder(said)
            return _founding(said)
        if isinstance(said.body, Genesis):
            raise ConflictingRecordError(
                "one genesis, entry 0",
                met="a second one",
                advice="Start another log for another production.",
                where="/kind",
            )
        return state.authority

    def _check_founder(self, said: Checked) -> None:
        # What the genesis names cannot be changed any more: a log whose checkpoints
        # are signed by another key than it names could never be verified.
        if not isinstance(said.body, Genesis):
            return
        for name, met, own in (
            ("studio", said.body.studio, self.studio),
            ("log_key", said.body.log_key, self.log_key.hex()),
        ):
            if met != own:
                raise MalformedRecordError(
                    f"the {name} of this log",
                    met="another one",
                    advice="State the genesis with the keys of this production.",
                    where=f"/body/{name}",
                )

    def _check_party(self, act: Act, key_id: str, authority: Authority) -> None:
        target_key = self.signer_of(act.of)
        ours, theirs = (self._party(key, authority) for key in (key_id, target_key))
        may(act.verb, ours, theirs, granted=True)

    def _party(self, key_id: str, authority: Authority) -> str:
        if key_id in authority.roots:
            return authority.studio
        delegation = authority.spoken_by.get(key_id)
        party = self.party_of(delegation) if delegation else None
        if party is None:
            raise NotPermittedError(
                "a key whose party is known",
                met="a key whose party was erased",
                advice="Supersede the statement with a key that is delegated for it.",
                where="/act",
            )
        return party


def _founding(first: Checked | None) -> Authority:
    if first is None or not isinstance(first.body, Genesis):
        raise UnknownReferenceError(
            "the genesis as the first statement of a log",
            met="another kind",
            advice="Run jangbu init.",
            where="/kind",
        )
    return Authority().advance("", first)


def _check_blind(blind: bytes, where: str) -> None:
    # One length: a hash over parts says nothing about where one part ends.
    if len(blind) != BLIND_BYTES:
        raise MalformedRecordError(
            f"a blind of {BLIND_BYTES} bytes",
            met=f"{len(blind)} bytes",
            advice="Submit the blinds that the statement was composed with.",
            where=where,
        )


def _bounded(raw_entry: bytes) -> bytes:
    if len(raw_entry) > MAX_ENTRY:
        raise MalformedRecordError(
            f"an entry of at most {MAX_ENTRY} bytes",
            met=f"{len(raw_entry)} bytes",
            advice="Refer to fewer statements.",
            where="/prev",
        )
    return raw_entry


def read_statement(submission: Submission) -> Checked:
    """Check the bytes of a submitted statement."""
    return check(submission.raw)


def _foreign(where: str) -> ForeignLogError:
    return ForeignLogError(
        "a record made for this log",
        met="one made for another log",
        advice="State it anew in this log; records cannot be moved.",
        where=where,
    )
