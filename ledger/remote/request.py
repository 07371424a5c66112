"""Signed requests: what `claim`, `put` and `locate` carry in their headers.

    Authorization: Jangbu <base64 of a DSSE envelope>

The payload names the log, the method, the path, the digest of the body, the key, the
time and a nonce, so that a signature serves one request to one log at one moment. The
payload type is its own: no sheet can stand for a request, and no request for a sheet.
`submit` carries none, as the sheet is signed itself.
"""

import base64
import binascii
import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Final, Literal

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from pydantic import StringConstraints

from ledger.encoding import canonical
from ledger.encoding.digest import sha256_hex
from ledger.encoding.models import dump, parse_model
from ledger.encoding.sheet import (
    Envelope,
    key_id_of,
    parse_envelope,
    sign_envelope,
    verify_envelope,
)
from ledger.errors import MalformedRecordError, SheetSignatureError
from ledger.records.identity import (
    Digest,
    Instant,
    KeyId,
    Origin,
    Uid,
    as_key_id,
    as_origin,
    as_uid,
    instant_from,
)
from ledger.records.statement import Record
from ledger.remote.errors import UnsignedRequestError

REQUEST_TYPE: Final = "application/vnd.jangbu.request.1+json"
SCHEME: Final = "Jangbu"
MOST_HEADER: Final = 8_192
"""Characters of a header at most: a request is some 700."""

Method = Literal["GET", "POST", "PUT"]


class SignedRequest(Record):
    """What is signed about one request.

    Attributes:
        path: as it stands in the request line, with its query.
        digest: SHA-256 of the body; of nothing where there is none.
        nonce: 16 random bytes, so that a request cannot be sent again.
    """

    v: Literal[1] = 1
    log: Origin
    method: Method
    path: Annotated[str, StringConstraints(strict=True, max_length=2_048)]
    digest: Digest
    key_id: KeyId
    signed_at: Instant
    nonce: Uid


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One request, as far as its signature is about it."""

    method: Method
    path: str
    digest: Digest


def authorization(asked: Asked, log: str, key: Ed25519PrivateKey, now: datetime) -> str:
    """The header of a request, with a nonce of its own."""
    request = SignedRequest(
        log=as_origin(log),
        method=asked.method,
        path=asked.path,
        digest=asked.digest,
        key_id=as_key_id(key_id_of(key.public_key().public_bytes_raw())),
        signed_at=instant_from(now),
        nonce=as_uid(secrets.token_hex(16)),
    )
    envelope = sign_envelope(REQUEST_TYPE, canonical.encode(dump(request)), key)
    return f"{SCHEME} {base64.b64encode(envelope).decode()}"


def parse_authorization(header: str) -> Envelope:
    """The envelope of a header; its signature is not verified yet.

    Raises:
        UnsignedRequestError: it is missing, or of another form.
    """
    scheme, _, encoded = header.partition(" ")
    if scheme != SCHEME or not encoded or len(header) > MOST_HEADER:
        raise unsigned("another header or none")
    try:
        return parse_envelope(base64.b64decode(encoded, validate=True))
    except (MalformedRecordError, binascii.Error, ValueError) as error:
        raise unsigned("a header that holds no envelope") from error


def open_request(envelope: Envelope, public_key: bytes) -> SignedRequest:
    """Verify an envelope's signature and read what was signed.

    Raises:
        UnsignedRequestError: the signature fails, or says something else.
    """
    try:
        payload = verify_envelope(envelope, REQUEST_TYPE, public_key)
        request = parse_model(SignedRequest, payload)
    except (SheetSignatureError, MalformedRecordError) as error:
        raise unsigned("a signature that does not verify, or of another form") from (
            error
        )
    if request.key_id != key_id_of(public_key):
        raise unsigned("a payload that names another key")
    return request


def digest_of(body: bytes) -> Digest:
    """The digest of a body, as it is signed."""
    return sha256_hex(body)


def unsigned(met: str) -> UnsignedRequestError:
    """The error for a request whose signature does not hold for it."""
    return UnsignedRequestError(
        "a request signed now, for this call, by a key with a delegation in the log",
        met=met,
        advice="Sign with a root or a delegated key, and set the machine's clock.",
    )
