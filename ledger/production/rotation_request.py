"""A rotation on its way to the recovery key and back: two files, no network.

The production composes the statement and writes a request. A machine that holds the
recovery key, and nothing of the production, shows what it says and signs it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from ledger.encoding import canonical
from ledger.encoding.canonical import JsonValue
from ledger.encoding.commitment import statement_id
from ledger.encoding.models import dump, parse_model
from ledger.encoding.sheet import Sheet, key_id_of, sign_sheet
from ledger.encoding.statement import STUDIO, Checked, Composed, check
from ledger.errors import (
    ForeignKeyError,
    MalformedRecordError,
    UnknownKindError,
    UnreadableInputError,
)
from ledger.files import read_bounded
from ledger.parcel import Parcel
from ledger.ports import Submission
from ledger.records.authority import Rotation
from ledger.records.identity import (
    Digest,
    KeyId,
    Uid,
    as_key_id,
    as_origin,
    as_statement_id,
    instant_from,
)
from ledger.records.statement import Record

LARGEST: Final = 1 << 20


class _RequestForm(Record):
    """The file: a statement with what opens its id, and who is to sign it."""

    v: int
    org: Uid
    key_id: KeyId
    blind: Digest
    by_blind: Digest
    statement: dict[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class RotationRequest:
    """A rotation that is to be signed.

    Attributes:
        org: party uid of the organisation that submits it.
        key_id: of the recovery key that has to sign.
        submission: the statement and its blinds, as they will be submitted.
    """

    org: Uid
    key_id: str
    submission: Submission
    said: Checked
    rotation: Rotation

    @property
    def id(self) -> str:
        """The statement's id."""
        return statement_id(self.submission.blind, self.submission.raw)

    def to_bytes(self) -> bytes:
        """As a file."""
        form: dict[str, JsonValue] = {
            "v": 1,
            "org": self.org,
            "key_id": self.key_id,
            "blind": self.submission.blind.hex(),
            "by_blind": self.submission.by_blind.hex(),
            "statement": canonical.parse(self.submission.raw),
        }
        return canonical.encode(form)

    def lines(self) -> Iterator[str]:
        """What a signature says, for whoever holds the recovery key."""
        body = self.rotation
        yield f"log {self.said.statement.log}: all keys are replaced ({body.reason})"
        yield f"  continues at size {body.continues.size}, root {body.continues.root}"
        yield f"  new log key {body.log_key}"
        yield f"  new recovery key {body.recovery_key}"
        for root in body.admission_roots:
            yield f"  new admission root {root}"
        if body.good_until is not None:
            yield f"  the old roots are not believed from entry {body.good_until} on"
        yield f"  statement {self.id}, to be signed by key {self.key_id}"

    def signed(self, key: Ed25519PrivateKey, at: datetime) -> Parcel:
        """The request with the recovery key's signature.

        Raises:
            ForeignKeyError: it is another key.
        """
        if key_id_of(key.public_key().public_bytes_raw()) != self.key_id:
            raise ForeignKeyError(
                f"the recovery key in force, {self.key_id}",
                met="another key",
                advice="Take the recovery key of genesis, or of the last rotation.",
            )
        sheet = Sheet(
            log=as_origin(self.said.statement.log),
            org=self.org,
            key_id=as_key_id(self.key_id),
            signed_at=instant_from(at),
            ids=(as_statement_id(self.id),),
        )
        return Parcel(sheet=sign_sheet(sheet, key), statements=(self.submission,))


def request_of(composed: Composed, org: Uid, key_id: str) -> RotationRequest:
    """The request for a composed rotation."""
    submission = Submission(
        raw=composed.raw, blind=composed.blind, by_blind=composed.by_blind
    )
    said, rotation = _rotation(submission, "")
    return RotationRequest(
        org=org, key_id=key_id, submission=submission, said=said, rotation=rotation
    )


def read_request(path: Path) -> RotationRequest:
    """Read a request.

    Raises:
        UnreadableInputError: it is something else, or was changed.
    """
    where = str(path)
    try:
        form = parse_model(_RequestForm, read_bounded(path, LARGEST))
        submission = Submission(
            raw=canonical.encode(dump(form)["statement"]),
            blind=bytes.fromhex(form.blind),
            by_blind=bytes.fromhex(form.by_blind),
        )
    except MalformedRecordError as error:
        raise _unreadable(where) from error
    said, rotation = _rotation(submission, where)
    return RotationRequest(
        org=form.org,
        key_id=form.key_id,
        submission=submission,
        said=said,
        rotation=rotation,
    )


def read_signed(path: Path) -> tuple[Parcel, Composed, Rotation]:
    """Read a signed request: the parcel, and its one statement.

    Raises:
        UnreadableInputError: it is something else, or was changed.
    """
    where = str(path)
    try:
        value = canonical.parse(read_bounded(path, LARGEST))
    except MalformedRecordError as error:
        raise _unreadable(where) from error
    parcel = Parcel.from_json(value, where)
    if len(parcel.statements) != 1:
        raise _unreadable(where)
    (submission,) = parcel.statements
    said, rotation = _rotation(submission, where)
    composed = Composed(
        kind=said.statement.kind,
        key=said.statement.key,
        id=statement_id(submission.blind, submission.raw),
        raw=submission.raw,
        blind=submission.blind,
        by_blind=submission.by_blind,
        blinded_by=STUDIO,
        values=(),
    )
    return parcel, composed, rotation


def _rotation(submission: Submission, where: str) -> tuple[Checked, Rotation]:
    try:
        said = check(submission.raw)
    except (MalformedRecordError, UnknownKindError) as error:
        raise _unreadable(where) from error
    if not isinstance(said.body, Rotation):
        raise _unreadable(where)
    return said, said.body


def _unreadable(where: str) -> UnreadableInputError:
    return UnreadableInputError(
        "a rotation as jangbu rotate writes it",
        met="something else",
        advice="Take the file of rotate prepare to rotate sign, and the one that this "
        "writes to rotate apply.",
        where=where,
    )
