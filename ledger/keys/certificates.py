"""Certificates for development: root, issuing authority and leaf, made on the spot.

A release is sealed with a certificate from an authority on the C2PA trust list. Until
there is one, a production makes a chain of its own. Every subject name in it says so
in capitals, since the name is what viewers show beside a frame, and it names nothing
personal: no production, no person, no machine.
"""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from ledger.errors import KeyStoreError
from ledger.records.identity import as_token

MARK: Final = "DEVELOPMENT ONLY, NOT FOR RELEASE"

# A frame without a time stamp reads as invalid once its leaf has run out, so the
# leaf lasts as long as a production does, and each authority outlives what it signs.
_LEAF = timedelta(days=2 * 365)
_ISSUING = timedelta(days=5 * 365)
_ROOT = timedelta(days=10 * 365)

# Machines of one production may disagree about the time by this much.
_CLOCK_SKEW = timedelta(minutes=5)

# X.520 allows an organizational unit 64 characters (ub-organizational-unit-name).
_LONGEST_UNIT = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class DevelopmentChain:
    """A chain that signs, and the root that a reader must be given to trust it.

    Attributes:
        root_pem: the root's certificate; its private key is not kept.
        chain_pem: leaf first, then the issuing authority; without the root.
        key_pem: the leaf's private key, PKCS #8, unencrypted.
    """

    root_pem: bytes
    chain_pem: bytes
    key_pem: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class _Party:
    """A name with the key that stands behind it."""

    name: x509.Name
    key: ec.EllipticCurvePrivateKey

    @classmethod
    def make(cls, unit: str, part: str) -> "_Party":
        name = x509.Name(
            [
                x509.NameAttribute(NameOID.ORGANIZATION_NAME, MARK),
                x509.NameAttribute(NameOID.ORGANIZATIONAL_UNIT_NAME, unit),
                x509.NameAttribute(NameOID.COMMON_NAME, f"{MARK}: {part}"),
            ]
        )
        return cls(name, ec.generate_private_key(ec.SECP256R1()))


def make_development_chain(organisation_token: str, now: datetime) -> DevelopmentChain:
    """Make a new ES256 chain: root, issuing authority, leaf.

    The two authorities' private keys are dropped on return, so nobody can issue a
    second leaf under the same root.

    Args:
        organisation_token: public token of the organisation; it becomes visible in
            every sealed frame.
        now: aware; the chain is valid from five minutes before.
    """
    unit = as_token(organisation_token, "organisation")
    if len(unit) > _LONGEST_UNIT:
        raise KeyStoreError(
            f"an organisation token of at most {_LONGEST_UNIT} characters",
            met=f"one of {len(unit)}",
            advice="Choose a shorter token; certificates cannot hold more.",
            where="organisation",
        )
    start = _start_of(now)
    root, issuing, leaf = (
        _Party.make(unit, part) for part in ("root", "issuing", "leaf")
    )
    root_certificate = _authority(root, root, (start, _ROOT), 1)
    issuing_certificate = _authority(issuing, root, (start, _ISSUING), 0)
    leaf_certificate = _leaf(leaf, issuing, (start, _LEAF))
    return DevelopmentChain(
        root_pem=_pem(root_certificate),
        chain_pem=_pem(leaf_certificate) + _pem(issuing_certificate),
        key_pem=leaf.key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        ),
    )


def _start_of(now: datetime) -> datetime:
    if now.utcoffset() is None:
        raise KeyStoreError(
            "the present time with its zone",
            met="a time without a zone",
            advice="Pass an aware datetime.",
            where="now",
        )
    return now.astimezone(UTC).replace(microsecond=0) - _CLOCK_SKEW


def _authority(
    subject: _Party,
    issuer: _Party,
    validity: tuple[datetime, timedelta],
    path_length: int,
) -> x509.Certificate:
    builder = _begun(subject, issuer, validity).add_extension(
        x509.BasicConstraints(ca=True, path_length=path_length), critical=True
    )
    return builder.add_extension(_usage(authority=True), critical=True).sign(
        issuer.key, hashes.SHA256()
    )


def _leaf(
    subject: _Party, issuer: _Party, validity: tuple[datetime, timedelta]
) -> x509.Certificate:
    builder = _begun(subject, issuer, validity).add_extension(
        x509.BasicConstraints(ca=False, path_length=None), critical=True
    )
    # c2pa accepts this purpose without further settings; the C2PA purpose itself
    # would have to be listed in the settings of every reader.
    purpose = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.EMAIL_PROTECTION])
    return (
        builder.add_extension(purpose, critical=False)
        .add_extension(_usage(authority=False), critical=True)
        .sign(issuer.key, hashes.SHA256())
    )


def _begun(
    subject: _Party, issuer: _Party, validity: tuple[datetime, timedelta]
) -> x509.CertificateBuilder:
    start, lasts = validity
    public = subject.key.public_key()
    return (
        x509.CertificateBuilder()
        .subject_name(subject.name)
        .issuer_name(issuer.name)
        .public_key(public)
        .serial_number(x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(start + lasts)
        .add_extension(
            x509.SubjectKeyIdentifier.from_public_key(public), critical=False
        )
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer.key.public_key()),
            critical=False,
        )
    )


def _usage(*, authority: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not authority,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=authority,
        crl_sign=authority,
        encipher_only=False,
        decipher_only=False,
    )


def _pem(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.PEM)
