"""Statements that people signed themselves: admitting what came back.

It counts only if every blind is the one that this production derives: a file that was
changed, or that another production wrote, never reaches the vault.
"""

from collections.abc import Iterator, Sequence

from ledger.encoding.commitment import BY_PATH, ID_PATH, Opening, Place, blind_at
from ledger.encoding.statement import STUDIO, Composed, KeptValue, KeyRef
from ledger.errors import AlteredEvidenceError, ForeignLogError
from ledger.evidence.contribution_file import OpenedSigned, OpenedStatement
from ledger.parcel import Parcel
from ledger.ports import Receipt
from ledger.production.opening import Production
from ledger.production.registry import uid_of
from ledger.vault.erasure import default_key, retained_key


def submit(production: Production, signed: OpenedSigned) -> list[Receipt]:
    """Admit what somebody signed; receipts, or none while the ledger is out of reach.

    Safe to repeat: what is in the log gets its first receipt.

    Raises:
        ForeignLogError: it is for another log.
        AlteredEvidenceError: a blind is not this production's.
        RecordError: the log refused; what was accepted before it stays.
    """
    request = signed.opened.request
    if (request.log, request.org) != (production.log, production.studio):
        raise ForeignLogError(
            "statements for this production's log",
            met="statements for another one",
            advice="Submit them to the production that prepared them.",
            where="/log",
        )
    composed = [_recomposed(production, one) for one in signed.opened.statements]
    # Values first: a commitment never stands in the log without its value known.
    production.vault.keep(*composed)
    submissions = tuple(one.submission() for one in signed.opened.statements)
    return production.recorder.send(Parcel(sheet=signed.sheet, statements=submissions))


def _recomposed(production: Production, one: OpenedStatement) -> Composed:
    """The statement with the keys that blind its values, each of them checked."""
    said = one.said
    submission = one.submission()
    references = list(_references(production))
    values = tuple(
        KeptValue(
            opening=opening,
            key_ref=_blinded_by(production, said.place, opening, references),
        )
        for opening in one.openings
    )
    if values:
        _check_own(production, said.place, one)
    return Composed(
        kind=said.kind,
        key=said.key,
        id=one.id,
        raw=said.raw,
        blind=submission.blind,
        by_blind=submission.by_blind,
        blinded_by=STUDIO,
        values=values,
    )


def _references(production: Production) -> Iterator[KeyRef]:
    """Keys that may blind what a person states."""
    yield STUDIO
    for party in production.registry.party:
        if party.type == "person":
            yield from (default_key(uid_of(party)), retained_key(uid_of(party)))


def _blinded_by(
    production: Production, place: Place, opening: Opening, references: Sequence[KeyRef]
) -> KeyRef:
    for reference in references:
        if not production.keys.has_blinding_key(reference):
            continue
        secret = production.keys.blinding_key(reference)
        if blind_at(secret, place, opening.path) == opening.blind:
            return reference
    raise _foreign(opening.path)


def _check_own(production: Production, place: Place, one: OpenedStatement) -> None:
    secret = production.keys.blinding_key(STUDIO)
    for path, blind in ((ID_PATH, one.blind), (BY_PATH, one.by_blind)):
        if blind_at(secret, place, path) != blind:
            raise _foreign(path or "/blind")


def _foreign(where: str) -> AlteredEvidenceError:
    return AlteredEvidenceError(
        "blinds that this production derived when it prepared the request",
        met="another blind, or that of a person who was erased",
        advice="Have the request prepared and signed again.",
        where=where,
    )
