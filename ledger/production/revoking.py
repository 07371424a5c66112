"""Revoking a key that was stolen, lost, or belongs to somebody who left."""

from dataclasses import dataclass
from typing import Literal, TypeAlias

from ledger.encoding.commitment import machine_key
from ledger.encoding.sheet import key_id_of, parse_envelope
from ledger.encoding.statement import STUDIO, Draft
from ledger.errors import UnknownNameError, UsageError
from ledger.keys.folder import Signers, party_key
from ledger.ports import LogReader
from ledger.production.opening import Production
from ledger.production.own_keys import whole_authority
from ledger.production.party_keys import own_key
from ledger.production.registry import uid_of
from ledger.production.rotating import replace_ended

Reason: TypeAlias = Literal["compromised", "lost", "left"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Revoked:
    """What a revocation came to.

    Attributes:
        index: of the revocation.
        doubted: statements of the key that are not believed any more.
        replaced: whether the key was the pipeline's, which has a new one now.
    """

    key_id: str
    index: int
    doubted: int
    replaced: bool


def revoke(
    production: Production, key_id: str, good_until: int | None, reason: Reason
) -> Revoked:
    """State that a key may state nothing any more.

    Args:
        production: an opened production, online.
        key_id: of the key.
        good_until: first entry from which it is not believed; `None` to believe all
            that it stated so far.
        reason: why.

    Raises:
        UsageError: the log has no such entry yet.
        RecordError: the log does not know the key, or it is one of the log's own.
    """
    reader = production.reader()
    size = reader.size()
    first = size if good_until is None else good_until
    if not 0 <= first <= size:
        raise UsageError(
            f"an entry from 0 to {size}, the size of the log, or now",
            met=f"{first}",
            advice="Name the first entry that you do not vouch for; jangbu log list "
            "shows them.",
            where="--good-until",
        )
    secret = production.keys.blinding_key(STUDIO)
    body = {"key_id": key_id, "good_until": first, "reason": reason}
    statement = production.recorder.compose(
        Draft(
            log=production.log,
            kind="revocation.1",
            key=machine_key(
                secret, production.log, "revocation.1", [key_id, first, reason]
            ),
            body=body,
        )
    )
    receipts = production.recorder.record([statement], "studio")
    own = _own(production, key_id)
    if own == "pipeline":
        # Without it nothing could be run any more.
        replace_ended(production)
    elif own is not None:
        production.keys.destroy_signing_key(own)
    return Revoked(
        key_id=key_id,
        index=receipts[0].index if receipts else size,
        doubted=_stated_by(reader, key_id, first, size),
        replaced=own == "pipeline",
    )


def key_of_party(production: Production, reference: str) -> str:
    """The id of the key that a party of the registry states with.

    Raises:
        UnknownNameError: there is no such party, or it has no key here.
    """
    party = production.registry.party_called(reference)
    theirs = own_key(party)
    if theirs is not None:
        return key_id_of(theirs)
    name = party_key(uid_of(party))
    if production.keys.has_signing_key(name):
        return key_id_of(production.keys.public_key(name))
    raise UnknownNameError(
        "a party with a key in the production folder",
        met=f"{reference!r}, which has none here",
        advice="Name the key with --key-id.",
        where="--party",
    )


def _own(production: Production, key_id: str) -> str | None:
    """The name of a key in the production folder; `None` if it is not here."""
    keys = production.keys
    ended = whole_authority(production.reader()).ended
    for name in Signers(keys):
        found = key_id_of(keys.public_key(name))
        # Not before the log has it: a parcel that waits needs its key.
        if found == key_id and found in ended:
            return name
    return None


def _stated_by(reader: LogReader, key_id: str, start: int, end: int) -> int:
    signers: dict[str, str] = {}
    count = 0
    for one in reader.statements(start, end):
        if one.sheet not in signers:
            signers[one.sheet] = parse_envelope(reader.sheet(one.sheet)).key_id
        count += signers[one.sheet] == key_id
    return count
