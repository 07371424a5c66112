"""Who signed a time token: the certificate in it, its purpose, its signature.

This shows that a token is whole and was signed by the certificate that it brings. Who
that is, only a chain to a root shows that the reader already trusts
(`ledger/keys/token_check.py`).
"""

import hashlib
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final, TypeAlias

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ec import (
    ECDSA,
    EllipticCurvePublicKey,
)
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from ledger.log import der
from ledger.log.der import Reader, refuse
from ledger.log.time_token import NO_PARAMETERS, SHA256, SHA384, SHA512, TimeToken

_DER: Final = Encoding.DER
_OCTETS: Final = der.OCTET_STRING
_CONTENT_TYPE: Final = "1.2.840.113549.1.9.3"
_MESSAGE_DIGEST: Final = "1.2.840.113549.1.9.4"
_SIGNING_CERTIFICATE: Final = "1.2.840.113549.1.9.16.2.12"
_SIGNING_CERTIFICATE_2: Final = "1.2.840.113549.1.9.16.2.47"
_TOKEN: Final = bytes.fromhex("060b2a864886f70d0109100104")
"""id-ct-TSTInfo as a value."""

_HASHES: Final[dict[str, hashes.HashAlgorithm]] = {
    SHA256: hashes.SHA256(),
    SHA384: hashes.SHA384(),
    SHA512: hashes.SHA512(),
}
_ECDSA: Final = {
    "1.2.840.10045.4.3.2": SHA256,
    "1.2.840.10045.4.3.3": SHA384,
    "1.2.840.10045.4.3.4": SHA512,
}
_RSA: Final = {
    "1.2.840.113549.1.1.11": SHA256,
    "1.2.840.113549.1.1.12": SHA384,
    "1.2.840.113549.1.1.13": SHA512,
}
_RSA_PLAIN: Final = "1.2.840.113549.1.1.1"
UNUSABLE: Final = (
    ValueError,
    TypeError,
    UnsupportedAlgorithm,
    x509.DuplicateExtension,
    x509.UnsupportedGeneralNameType,
    x509.InvalidVersion,
)
"""What `cryptography` raises for certificates that it cannot read or use."""
_MOST_NAME: Final = 96

Verify: TypeAlias = Callable[[bytes, bytes], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenSigner:
    """Whoever signed, by the token's own account.

    Attributes:
        name: common name in the certificate, or the whole name; "" without one.
        until: when the certificate expires; `None` without one.
        checked: whether the signature was found to hold; `False` if there is no
            certificate, or a scheme that is not known here.
    """

    name: str
    until: datetime | None
    checked: bool


def token_signer(token: TimeToken) -> TokenSigner:
    """Check the signature of a token under the certificate that it brings.

     1. the attributes name the content and its digest: another time under a signature
     2. the certificate is the one that was signed with: another holder's name
     3. it is for time stamping alone (RFC 3161 §2.3): a web server's key
     4. it was valid at the time that the token says: an expired authority
     5. the signature holds

    Raises:
        TimeTokenError: one of these fails.
    """
    known = _check_attributes(token)
    certificate = _certificate(token)
    if certificate is None:
        return TokenSigner(name="", until=None, checked=False)
    _check_binding(token, certificate)
    _check_purpose(certificate)
    until = _check_validity(certificate, token.info.at)
    verify = _verifier(token, certificate) if known else None
    if verify is not None:
        try:
            verify(token.signer.signature, token.signer.signed)
        except InvalidSignature:
            refuse("a signature that fits token and key", "one that does not")
    return TokenSigner(name=_name(certificate), until=until, checked=verify is not None)


def _check_attributes(token: TimeToken) -> bool:
    """Whether the digest could be checked."""
    attributes = token.signer.attributes
    if attributes.get(_CONTENT_TYPE) != _TOKEN:
        refuse("a signature over a time stamp", "over something else")
    stated = attributes.get(_MESSAGE_DIGEST)
    if stated is None:
        refuse("a signature over the token's digest", "over none")
    digest = der.only(stated, der.OCTET_STRING, "a digest").content
    hashing = _HASHES.get(token.signer.hashing)
    if hashing is None:
        return False
    if hashlib.new(hashing.name, token.content).digest() != digest:
        refuse("the digest of the token's content", "another digest")
    return True


def _certificate(token: TimeToken) -> x509.Certificate | None:
    """The signer's own; `None` if the token brings no certificate at all."""
    # All are read, so that what reads them next meets no surprise.
    held = [_read(raw) for raw in token.certificates]
    wanted = (token.signer.issuer, token.signer.serial)
    for issuer, serial, certificate in held:
        if (issuer, serial) == wanted:
            return certificate
    if held:
        refuse("the certificate of the signer in the token", "others alone")
    return None


def _read(raw: bytes) -> tuple[bytes, int, x509.Certificate]:
    with warnings.catch_warnings():
        # What an old certificate should not have is for the chain to judge.
        warnings.simplefilter("ignore")
        try:
            found = x509.load_der_x509_certificate(raw)
            return found.issuer.public_bytes(), found.serial_number, found
        except UNUSABLE:
            refuse("certificates that can be read", "one that cannot")


def _check_binding(token: TimeToken, certificate: x509.Certificate) -> None:
    # RFC 5035: the signature names its certificate by digest.
    raw = certificate.public_bytes(_DER)
    second = token.signer.attributes.get(_SIGNING_CERTIFICATE_2)
    if second is not None:
        name, digest = _named_2(second)
    else:
        first = token.signer.attributes.get(_SIGNING_CERTIFICATE)
        if first is None:
            refuse("a signature that names its certificate", "one that does not")
        name, digest = "sha1", _first_named(first).take(_OCTETS, "a digest").content
    if hashlib.new(name, raw, usedforsecurity=False).digest() != digest:
        refuse("the certificate that the signature names", "another one")


def _first_named(attribute: bytes) -> Reader:
    """The first certificate that is named is the signer's (RFC 5035 §3)."""
    body = der.only(attribute, der.SEQUENCE, "names of certificates").inside()
    named = body.enter(der.SEQUENCE, "names of certificates")
    return named.enter(der.SEQUENCE, "the name of a certificate")


def _named_2(attribute: bytes) -> tuple[str, bytes]:
    named, hashing = _first_named(attribute), SHA256
    algorithm = named.optional(der.SEQUENCE)
    if algorithm is not None:
        hashing = algorithm.inside().oid("a hash function")
    if hashing not in _HASHES:
        refuse("a certificate named by a known hash function", "by another one")
    return _HASHES[hashing].name, named.take(_OCTETS, "a digest").content


def _check_purpose(certificate: x509.Certificate) -> None:
    try:
        found = certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage)
    except x509.ExtensionNotFound:
        refuse("a certificate for time stamping", "one without a purpose")
    except UNUSABLE:
        refuse("a certificate whose extensions can be read", "another one")
    if not found.critical or list(found.value) != [ExtendedKeyUsageOID.TIME_STAMPING]:
        refuse("a certificate for time stamping alone", "one for other purposes")


def _check_validity(certificate: x509.Certificate, at: datetime) -> datetime:
    until = certificate.not_valid_after_utc
    if not certificate.not_valid_before_utc <= at <= until:
        refuse("a certificate that was valid at the token's time", "another one")
    return until


def _verifier(token: TimeToken, certificate: x509.Certificate) -> Verify | None:
    """How the signature is checked; `None` for a scheme that is not known here."""
    try:
        key = certificate.public_key()
    except UNUSABLE:
        return None
    scheme, parameters = token.signer.scheme, token.signer.parameters
    if parameters not in (b"", NO_PARAMETERS):
        return None
    if isinstance(key, EllipticCurvePublicKey) and scheme in _ECDSA:
        elliptic, how = key, ECDSA(_HASHES[_ECDSA[scheme]])
        return lambda signature, signed: elliptic.verify(signature, signed, how)
    hashing = token.signer.hashing if scheme == _RSA_PLAIN else _RSA.get(scheme, "")
    if isinstance(key, RSAPublicKey) and hashing in _HASHES:
        rsa, function = key, _HASHES[hashing]
        return lambda signature, signed: rsa.verify(
            signature, signed, PKCS1v15(), function
        )
    return None


def _name(certificate: x509.Certificate) -> str:
    try:
        names = certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
        name = str(names[0].value) if names else certificate.subject.rfc4514_string()
    except UNUSABLE:
        return ""
    return name[:_MOST_NAME]
