"""RFC 3161 replies taken apart, without believing them.

What is stamped is a checkpoint as the log signed it, without the lines of witnesses:
the SHA-256 of these exact bytes is the imprint. Parsing shows nothing about a token;
`ledger/log/time_signature.py` checks who signed it. docs/specs/time-token.md is the
specification.
"""

from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Final

from ledger.log import der
from ledger.log.der import Element, Reader, refuse, tagged
from ledger.log.note import UnverifiedNote, parse_note

MAX_BYTES: Final = 64 << 10

SHA256: Final = "2.16.840.1.101.3.4.2.1"
SHA384: Final = "2.16.840.1.101.3.4.2.2"
SHA512: Final = "2.16.840.1.101.3.4.2.3"
NO_PARAMETERS: Final = b"\x05\x00"
_SIGNED: Final = "1.2.840.113549.1.7.2"
_TOKEN: Final = "1.2.840.113549.1.9.16.1.4"  # noqa: S105  # the object identifier of one
_GRANTED: Final = 0
_MOST_CERTIFICATES: Final = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeInfo:
    """What a token says (TSTInfo, RFC 3161 §2.4.2).

    Attributes:
        hashing: object identifier of the imprint's hash function.
        at: when the imprint was there, by the authority's clock.
        nonce: `None` if the token has none.
    """

    policy: str
    hashing: str
    imprint: bytes
    serial: int
    at: datetime
    nonce: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Signer:
    """The one SignerInfo of a token (RFC 5652 §5.3).

    Attributes:
        issuer: DER of the name of who issued the signer's certificate.
        serial: of that certificate.
        attributes: values of the signed attributes by object identifier.
        signed: the bytes that the signature is over.
        scheme: object identifier of the signature algorithm.
        parameters: DER of its parameters; empty if there are none.
    """

    issuer: bytes
    serial: int
    hashing: str
    attributes: dict[str, bytes]
    signed: bytes
    scheme: str
    parameters: bytes
    signature: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeToken:
    """A granted reply, taken apart.

    Attributes:
        content: the signed bytes that say `info`.
        certificates: DER, in the order of the token, which need not be DER's own.
    """

    info: TimeInfo
    content: bytes
    certificates: tuple[bytes, ...]
    signer: Signer


def stamped_bytes(note: bytes) -> bytes:
    """A checkpoint's note with the log's own signatures alone: what is stamped.

    The log is the one that the note's first line names. Whether it did sign is for
    `open_checkpoint` to say.

    Raises:
        CheckpointError: no note, or no line of the log's own.
    """
    parsed = parse_note(note)
    origin = parsed.text.partition("\n")[0]
    own = tuple(one for one in parsed.signatures if one.name == origin)
    stripped = UnverifiedNote(text=parsed.text, signatures=own).to_bytes()
    parse_note(stripped)
    return stripped


def parse_token(raw: bytes) -> TimeToken:
    """Take a reply (TimeStampResp) apart without believing it.

    Raises:
        TimeTokenError: not granted, or not of the one permitted form.
    """
    if len(raw) > MAX_BYTES:
        refuse(f"a reply of at most {MAX_BYTES} bytes", f"{len(raw)} bytes")
    reply = der.only(raw, der.SEQUENCE, "a time-stamp reply").inside()
    _check_status(reply.enter(der.SEQUENCE, "the status of a reply"))
    wrapped = reply.enter(der.SEQUENCE, "a token in the reply")
    reply.end("the token")
    if wrapped.oid("a content type") != _SIGNED:
        refuse("signed content", "other content")
    explicit = wrapped.enter(tagged(0), "signed content")
    wrapped.end("signed content")
    signed = explicit.enter(der.SEQUENCE, "signed content")
    explicit.end("signed content")
    return _token(signed)


def check_imprint(token: TimeToken, stamped: bytes) -> None:
    """Refuse a token of something else.

    Raises:
        TimeTokenError: another hash function, or other bytes.
    """
    if token.info.hashing != SHA256:
        refuse("an imprint by SHA-256", "another hash function")
    if token.info.imprint != sha256(stamped).digest():
        refuse("the imprint of this checkpoint", "another imprint")


def _check_status(status: Reader) -> None:
    code = status.integer("a status")
    if code != _GRANTED:
        refuse("a granted request (status 0)", f"status {code}")
    # Words of a granted reply, which nobody signed, are not ours to show.
    status.optional(der.SEQUENCE)
    status.end("the status")


def _token(signed: Reader) -> TimeToken:
    if signed.integer("a version of signed content") != 3:
        refuse("version 3 of signed content", "another version")
    hashings = signed.enter(der.SET, "hash functions").each(_hash)
    wrapped = signed.enter(der.SEQUENCE, "a token's content")
    if wrapped.oid("a content type") != _TOKEN:
        refuse("content that is a time stamp", "other content")
    explicit = wrapped.enter(tagged(0), "a token's content")
    content = explicit.take(der.OCTET_STRING, "a token's content").content
    explicit.end("a token's content")
    wrapped.end("a token's content")
    certificates = signed.optional(tagged(0))
    signed.optional(tagged(1))  # revocation lists, which nothing here relies on
    signers = signed.enter(der.SET, "signers")
    signed.end("signers")
    signer = _signer(signers.enter(der.SEQUENCE, "a signer"))
    signers.end("the one signer")
    if hashings != (signer.hashing,):
        refuse("the signer's hash function alone", "others")
    return TimeToken(
        info=_info(content),
        content=content,
        certificates=_certificates(certificates),
        signer=signer,
    )


def _certificates(held: Element | None) -> tuple[bytes, ...]:
    if held is None:
        return ()

    def read(one: Element) -> bytes:
        if one.tag != der.SEQUENCE:
            refuse("certificates", "something else among them")
        return one.raw

    found = held.inside().each(read)
    if len(found) > _MOST_CERTIFICATES:
        refuse(f"up to {_MOST_CERTIFICATES} certificates", f"{len(found)}")
    return found


def _info(content: bytes) -> TimeInfo:
    info = der.only(content, der.SEQUENCE, "a time stamp").inside()
    if info.integer("a version of a time stamp") != 1:
        refuse("version 1 of a time stamp", "another version")
    policy = info.oid("a policy")
    imprint = info.enter(der.SEQUENCE, "an imprint")
    hashing = _hash(imprint.take(der.SEQUENCE, "a hash function"))
    digest = imprint.take(der.OCTET_STRING, "an imprint").content
    imprint.end("the imprint")
    serial = info.integer("a serial number")
    at = der.as_moment(info.take(der.GENERALIZED_TIME, "a time").content, "a time")
    info.optional(der.SEQUENCE)  # accuracy
    ordering = info.optional(der.BOOLEAN)
    if ordering is not None and ordering.content != b"\xff":
        refuse("an ordering that is true, or none", "another one")
    nonce = info.optional(der.INTEGER)
    info.optional(tagged(0))  # a name, which the certificate tells better
    info.optional(tagged(1))  # extensions
    info.end("the time stamp")
    return TimeInfo(
        policy=policy,
        hashing=hashing,
        imprint=digest,
        serial=serial,
        at=at,
        nonce=None if nonce is None else der.as_integer(nonce.content, "a nonce"),
    )


def _signer(signer: Reader) -> Signer:
    if signer.integer("a version of a signer") != 1:
        refuse("a signer told by issuer and serial number", "another one")
    told = signer.enter(der.SEQUENCE, "issuer and serial number")
    issuer = told.take(der.SEQUENCE, "an issuer").raw
    serial = told.integer("a serial number")
    told.end("issuer and serial number")
    hashing = _hash(signer.take(der.SEQUENCE, "a hash function"))
    held = signer.take(tagged(0), "signed attributes")
    attributes = dict(held.inside().each(_attribute))
    if len(attributes) != len(held.inside().each(_attribute)):
        refuse("each signed attribute once", "one of them twice")
    scheme, parameters = _algorithm(signer.take(der.SEQUENCE, "a signature algorithm"))
    signature = signer.take(der.OCTET_STRING, "a signature").content
    signer.optional(tagged(1))  # unsigned attributes, which show nothing
    signer.end("the signer")
    return Signer(
        issuer=issuer,
        serial=serial,
        hashing=hashing,
        attributes=attributes,
        # Signed as the SET that they are, RFC 5652 §5.4.
        signed=bytes([der.SET]) + held.raw[1:],
        scheme=scheme,
        parameters=parameters,
        signature=signature,
    )


def _attribute(one: Element) -> tuple[str, bytes]:
    inner = one.inside()
    name = inner.oid("an attribute")
    values = inner.enter(der.SET, "values of an attribute").each(lambda value: value)
    inner.end("an attribute")
    if one.tag != der.SEQUENCE or len(values) != 1:
        refuse("attributes of one value", "others")
    return name, values[0].raw


def _algorithm(one: Element) -> tuple[str, bytes]:
    if one.tag != der.SEQUENCE:
        refuse("an algorithm", "something else")
    inner = one.inside()
    name = inner.oid("an algorithm")
    parameters = inner.element().raw if inner.left else b""
    inner.end("an algorithm")
    return name, parameters


def _hash(one: Element) -> str:
    name, parameters = _algorithm(one)
    if parameters not in (b"", NO_PARAMETERS):
        refuse("a hash function without parameters", "some")
    return name
