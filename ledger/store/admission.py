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
from dataclasses import dataclass
from typing import Final, NamedTuple

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from ledger.encoding.commitment import statement_id
from ledger.encoding.digest import sha256_hex
from ledger.encoding.entry import (
    MAX_ENTRY,
    by_commitment,
    project_bytes,
)
from ledger.encoding.kinds import kinds_of
from ledger.encoding.models import parse_model
from ledger.encoding.sheet import Sheet, check_sheet, parse_envelope
from ledger.encoding.statement import Checked
from ledger.errors import (
    ConflictingRecordError,
    ForeignLogError,
    MalformedRecordError,
    NotPermittedError,
    SheetSignatureError,
    UnknownReferenceError,
)
from ledger.history.authority import DECIDING, Authority
from ledger.history.current import check as check_act
from ledger.history.journal import EntryHead
from ledger.history.points import check_point, check_succession
from ledger.history.rights import check_countersigned, may
from ledger.log.tree import leaf_hash
from ledger.ports import Submission
from ledger.records.authority import Delegation, Genesis, Rotation, Succession
from ledger.records.custody import Anchor
from ledger.records.identity import Instant, StatementId
from ledger.records.people import Countersignature
from ledger.records.statement import Verb, family
from ledger.store.references import check_references
from ledger.store.rows import NO_SCOPE, Admitted
from ledger.store.state import GrowingLog

BLIND_BYTES = 32
PartyOf = Callable[[str], str | None]
"""The party that a key speaks for, by the id of the key's delegation."""
LogKeyFor = Callable[[str], Ed25519PrivateKey | None]
"""The private half of a log key, by its public half in hex; `None` if not held."""

_GENESES: Final = kinds_of(Genesis)
_DELEGATIONS: Final = kinds_of(Delegation)
_ABOUT_THE_LOG: Final = kinds_of(Anchor, Countersignature, Rotation, Succession)
"""Kinds that say something of the log itself, or of who stated what."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedSheet:
    """A sheet whose signature was verified.

    Attributes:
        digest: of its envelope.
        ids: what it lists.
    """

    digest: str
    key_id: str
    ids: frozenset[str]


class Arrived(NamedTuple):
    """A statement that was read, at the present instant."""

    submission: Submission
    said: Checked
    at: Instant


def open_signed(
    origin: str, raw: bytes, log: GrowingLog, first: Checked | None
) -> SignedSheet:
    """Verify a sheet against the keys that the log knows.

    Args:
        origin: the log's name.
        raw: the envelope.
        log: the log as it is.
        first: the first statement of the submission: on an empty log it must be
            the genesis, which brings the keys itself.

    Raises:
        SheetSignatureError, ForeignLogError, MalformedRecordError.
    """
    envelope = parse_envelope(raw)
    claimed = parse_model(Sheet, envelope.payload)
    if claimed.log != origin:
        raise _foreign("/log of the sheet")
    authority = log.authority
    if log.size == 0:
        authority = _founding(first)
    public_key = authority.public_key(envelope.key_id)
    if public_key is None:
        raise SheetSignatureError(
            "a sheet signed by a key of this log",
            met=f"key {envelope.key_id}",
            advice="State the key and delegate to it first.",
            where="/signatures/0/keyid",
        )
    check_sheet(envelope, claimed, public_key)
    return SignedSheet(
        digest=sha256_hex(raw), key_id=claimed.key_id, ids=frozenset(claimed.ids)
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """Decides about statements for one log.

    Attributes:
        log_key_for: private half of a log key; `None` if it is not held here.
        party_of: opens whose key it is; `None` if that was erased.
        signer_of: key id that signed the sheet of a stored statement.
        root_at: root over the first so many entries of the log.
    """

    log: str
    studio: str
    log_key_for: LogKeyFor
    party_of: PartyOf
    signer_of: Callable[[str], str]
    root_at: Callable[[int], bytes]

    def identify(self, arrived: Arrived, signed: SignedSheet) -> StatementId:
        """The statement's id, once it is known to be for this log and on the sheet."""
        submission = arrived.submission
        _check_blind(submission.blind, "/blind")
        _check_blind(submission.by_blind, "/by_blind")
        if arrived.said.json["log"] != self.log:
            raise _foreign("/log of the statement")
        found = statement_id(submission.blind, submission.raw)
        if found not in signed.ids:
            raise SheetSignatureError(
                "a sheet that lists the statement",
                met="a sheet without it, or a blind that does not open its id",
                advice="Sign the statement and submit it with that sheet.",
                where="/ids",
            )
        return found

    def admit(
        self, arrived: Arrived, found: StatementId, signed: SignedSheet, log: GrowingLog
    ) -> Admitted:
        """Let one statement in that is not in the log yet.

        A refused one leaves no trace.

        Raises:
            RecordError: as the numbered steps of this module say.
        """
        said, kind = arrived.said, arrived.said.kind
        check_references(said, log.history)
        if kind in _DELEGATIONS:
            self._check_one_party(said, found, log)
        authority = self._authority_for(said, log)
        verb, of = said.act
        log.require(authority, signed.key_id, kind, verb)
        index = log.size
        if kind in _ABOUT_THE_LOG:
            self._check_meaning(said, index, signed.key_id, authority)
        head = EntryHead(index=index, id=found, kind=kind, verb=verb, of=of)
        if verb is not None and of is not None:
            check_act(head, log.history)
            if verb != "supersede":
                self._check_party(verb, of, signed.key_id, authority)
        # As text, instants sort by time.
        at = max(arrived.at, log.last_at)
        entry = _entry(arrived, found, signed, at)
        leaf = leaf_hash(entry)
        if family(kind) in DECIDING:
            authority = authority.advance(found, said, index)
        # Whatever is refused was refused before this line, or is by it.
        log.append(head, at, leaf)
        log.authority = authority
        scope = said.statement.scope if said.json["scope"] else NO_SCOPE
        return Admitted(  # in the order of its fields, as names take time
            *(index, found, kind, said.key, at),
            *(signed.digest, scope, said.raw, entry, leaf),
        )

    def _check_one_party(self, said: Checked, found: str, log: GrowingLog) -> None:
        # A key that moved to another party could take back what the first one said.
        if not isinstance(said.body, Delegation):
            return
        earlier = log.authority.spoken_by.get(said.body.key_id)
        if earlier is not None and self.party_of(earlier) != self.party_of(found):
            raise NotPermittedError(
                "a key that speaks for one party for ever",
                met="a delegation of the same key to another party",
                advice="Make a key for the other party.",
                where="/body/party",
            )

    def _authority_for(self, said: Checked, log: GrowingLog) -> Authority:
        if log.size == 0:
            self._check_founder(said)
            return _founding(said)
        if said.kind in _GENESES:
            raise ConflictingRecordError(
                "one genesis, entry 0",
                met="a second one",
                advice="Start another log for another production.",
                where="/kind",
            )
        return log.authority

    def _check_founder(self, said: Checked) -> None:
        # What the genesis names cannot be changed any more: a log whose checkpoints
        # are signed by another key than it names could never be verified.
        if not isinstance(said.body, Genesis):
            return
        for name, own in (
            ("studio", said.body.studio == self.studio),
            ("log_key", self.log_key_for(said.body.log_key) is not None),
        ):
            if not own:
                raise MalformedRecordError(
                    f"the {name} of this log",
                    met="another one",
                    advice="State the genesis with the keys of this production.",
                    where=f"/body/{name}",
                )

    def _check_meaning(
        self, said: Checked, index: int, key_id: str, authority: Authority
    ) -> None:
        body = said.body
        check_point(body, index, self.root_at)
        check_succession(body, index, said.statement.log)
        if isinstance(body, Countersignature):
            own = self._party(key_id, authority)
            others = (self._party(self.signer_of(one), authority) for one in body.of)
            check_countersigned(own, others)

    def _check_party(
        self, verb: Verb, of: StatementId, key_id: str, authority: Authority
    ) -> None:
        target_key = self.signer_of(of)
        ours, theirs = (self._party(key, authority) for key in (key_id, target_key))
        may(verb, ours, theirs, granted=True)

    def _party(self, key_id: str, authority: Authority) -> str:
        if key_id in authority.owners:
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
    return Authority().advance("", first, 0)


def _check_blind(blind: bytes, where: str) -> None:
    # One length: a hash over parts says nothing about where one part ends.
    if len(blind) != BLIND_BYTES:
        raise MalformedRecordError(
            f"a blind of {BLIND_BYTES} bytes",
            met=f"{len(blind)} bytes",
            advice="Submit the blinds that the statement was composed with.",
            where=where,
        )


def _entry(
    arrived: Arrived, found: StatementId, signed: SignedSheet, at: Instant
) -> bytes:
    said = arrived.said
    raw = project_bytes(
        said.json,
        statement_id=found,
        by=by_commitment(signed.digest, arrived.submission.by_blind, said.place),
        at=at,
        held=at != arrived.at,
    )
    if len(raw) > MAX_ENTRY:
        raise MalformedRecordError(
            f"an entry of at most {MAX_ENTRY} bytes",
            met=f"{len(raw)} bytes",
            advice="Refer to fewer statements.",
            where="/prev",
        )
    return raw


def _foreign(where: str) -> ForeignLogError:
    return ForeignLogError(
        "a record made for this log",
        met="one made for another log",
        advice="State it anew in this log; records cannot be moved.",
        where=where,
    )
