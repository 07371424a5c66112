"""Sheets: one Ed25519 signature over up to 1,000 statement ids (protocol 3).

A sheet is a DSSE envelope (DSSE v1.0.2) in canonical JSON with exactly one signature.
It says "I state these", and nothing about statements left out. Only the bytes whose
signature was verified are parsed.
"""

import base64
import binascii
from dataclasses import dataclass
from typing import Literal

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import (
    Ed25519PrivateKey,
    Ed25519PublicKey,
)
from pydantic import Field, field_validator
from pydantic_core import PydanticCustomError

from ledger.encoding import canonical
from ledger.encoding.digest import sha256_hex
from ledger.encoding.models import dump, parse_model
from ledger.errors import MalformedRecordError, SheetSignatureError
from ledger.records.identity import (
    Instant,
    KeyId,
    Origin,
    StatementId,
    Uid,
    as_key_id,
)
from ledger.records.statement import Record

SHEET_TYPE = "application/vnd.jangbu.sheet.1+json"
MAX_IDS = 1000


class Sheet(Record):
    """What a sheet says.

    Attributes:
        log: the log that it is meant for; a sheet for another log is refused.
        org: party uid of the organisation that submits.
        key_id: the signing key.
        signed_at: when the signer says it was signed.
        ids: the statements, each once.
    """

    v: Literal[1] = 1
    log: Origin
    org: Uid
    key_id: KeyId
    signed_at: Instant
    ids: tuple[StatementId, ...] = Field(min_length=1, max_length=MAX_IDS)

    @field_validator("ids")
    @classmethod
    def _each_once(cls, ids: tuple[StatementId, ...]) -> tuple[StatementId, ...]:
        if len(set(ids)) != len(ids):
            raise PydanticCustomError("ids", "each statement once")
        return ids


@dataclass(frozen=True, slots=True)
class Envelope:
    """A DSSE envelope whose form has been checked and its signature not yet.

    Attributes:
        key_id: the key that it claims; the payload must name the same one.
    """

    payload_type: str
    payload: bytes
    key_id: str
    signature: bytes


def key_id_of(public_key: bytes) -> KeyId:
    """The id of an Ed25519 key: the first 32 hex digits of the raw key's SHA-256."""
    return as_key_id(sha256_hex(public_key)[:32])


def pre_authentication(payload_type: str, payload: bytes) -> bytes:
    """DSSE's PAE: what is signed."""
    kind = payload_type.encode()
    return b"DSSEv1 %d %b %d %b" % (len(kind), kind, len(payload), payload)


def sign_envelope(payload_type: str, payload: bytes, key: Ed25519PrivateKey) -> bytes:
    """Sign a payload; canonical bytes of the envelope."""
    signature = key.sign(pre_authentication(payload_type, payload))
    return canonical.encode(
        {
            "payload": base64.b64encode(payload).decode(),
            "payloadType": payload_type,
            "signatures": [
                {
                    "keyid": key_id_of(key.public_key().public_bytes_raw()),
                    "sig": base64.b64encode(signature).decode(),
                }
            ],
        }
    )


def sign_sheet(sheet: Sheet, key: Ed25519PrivateKey) -> bytes:
    """Sign a sheet; the bytes of its envelope, whose digest the entries commit to."""
    return sign_envelope(SHEET_TYPE, payload_of(sheet), key)


def payload_of(sheet: Sheet) -> bytes:
    """The canonical bytes of a sheet."""
    return canonical.encode(dump(sheet))


def parse_envelope(raw: bytes) -> Envelope:
    """Read an envelope of the one permitted form, without verifying it.

    Raises:
        MalformedRecordError: another form, other members, several signatures, or
            base64 that is not the canonical spelling.
    """
    value = canonical.parse(raw)
    match value:
        case {
            "payload": str(payload),
            "payloadType": str(payload_type),
            "signatures": [{"keyid": str(key_id), "sig": str(sig), **more_of_one}],
            **more,
        } if not more and not more_of_one:
            return Envelope(
                payload_type=payload_type,
                payload=_unbase64(payload, "/payload"),
                key_id=key_id,
                signature=_unbase64(sig, "/signatures/0/sig"),
            )
        case _:
            raise MalformedRecordError(
                "a DSSE envelope with payload, payloadType and exactly one signature",
                met="another structure",
                advice="Sign the sheet again.",
                where="/",
            )


def verify_envelope(envelope: Envelope, payload_type: str, public_key: bytes) -> bytes:
    """The payload, once its type and signature are verified.

    Raises:
        SheetSignatureError: another type, another key or a signature that fails.
    """
    if envelope.payload_type != payload_type:
        raise _signature_error(f"the type {envelope.payload_type!r}", payload_type)
    if envelope.key_id != key_id_of(public_key):
        raise _signature_error("a signature by another key")
    message = pre_authentication(payload_type, envelope.payload)
    try:
        Ed25519PublicKey.from_public_bytes(public_key).verify(
            envelope.signature, message
        )
    except (InvalidSignature, ValueError) as error:
        raise _signature_error("a signature that does not verify") from error
    return envelope.payload


def open_sheet(raw: bytes, public_key: bytes) -> Sheet:
    """Verify a sheet's signature and read it.

    Raises:
        MalformedRecordError: another form.
        SheetSignatureError: the signature fails or names another key.
    """
    payload = verify_envelope(parse_envelope(raw), SHEET_TYPE, public_key)
    sheet = parse_model(Sheet, payload)
    _check_key(sheet, public_key)
    return sheet


def check_sheet(envelope: Envelope, sheet: Sheet, public_key: bytes) -> None:
    """Refuse a sheet, as read from an envelope, that its key did not sign.

    Raises:
        SheetSignatureError: the signature fails or names another key.
    """
    verify_envelope(envelope, SHEET_TYPE, public_key)
    _check_key(sheet, public_key)


def _check_key(sheet: Sheet, public_key: bytes) -> None:
    if sheet.key_id != key_id_of(public_key):
        raise _signature_error("a payload that names another key")


def _unbase64(text: str, path: str) -> bytes:
    try:
        raw = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raw = None
    # The last character has spare bits: only the spelling with zeros is accepted.
    if raw is None or base64.b64encode(raw).decode() != text:
        raise MalformedRecordError(
            "standard base64 in its canonical spelling",
            met="other text",
            advice="Sign the sheet again.",
            where=path,
        )
    return raw


def _signature_error(met: str, expected_type: str = SHEET_TYPE) -> SheetSignatureError:
    return SheetSignatureError(
        f"a {expected_type} envelope signed by the key it names",
        met=met,
        advice="Have the sheet signed again by the key that it names.",
    )
