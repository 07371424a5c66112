"""Cosignatures after C2SP (c2sp.org/tlog-cosignature): somebody else saw a checkpoint.

Only `cosignature/v1` (Ed25519, signature type 0x04). What is signed is a time and the
whole text of the checkpoint: "at this time, no larger tree of this log was known to me,
and this one continues every tree that I saw before". Nothing is said of the entries.
"""

import base64
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256
from typing import Final, Self

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import (
    Ed25519PrivateKey,
    Ed25519PublicKey,
)

from ledger.errors import CheckpointError
from ledger.log.note import Signature, check_key_name, decode_base64, parse_note

TIME_BYTES: Final = 8
VALUE_BYTES: Final = TIME_BYTES + 64
LATEST: Final = 2**63 - 1

_TYPE: Final = b"\x04"
_KEY_BYTES: Final = 32
_ID_BYTES: Final = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Cosigner:
    """A witness's public key with the name under which it cosigns.

    The signed text does not hold the name, so one key must never serve under two.

    Attributes:
        name: key name, by custom an address without its scheme.
        public_key: 32 raw bytes, Ed25519.
    """

    name: str
    public_key: bytes

    def __post_init__(self) -> None:
        check_key_name(self.name)
        if len(self.public_key) != _KEY_BYTES:
            raise _refused(
                f"an Ed25519 key of {_KEY_BYTES} bytes",
                f"{len(self.public_key)} bytes",
            )

    @property
    def key_id(self) -> bytes:
        """Four bytes that find the key; they do not authenticate it."""
        typed_key = _TYPE + self.public_key
        return sha256(self.name.encode() + b"\n" + typed_key).digest()[:_ID_BYTES]

    def to_vkey(self) -> str:
        """Print as a C2SP verifier key: name, key id and key, joined by plus."""
        typed_key = base64.b64encode(_TYPE + self.public_key).decode()
        return f"{self.name}+{self.key_id.hex()}+{typed_key}"

    @classmethod
    def from_vkey(cls, vkey: str) -> Self:
        """Parse a C2SP verifier key of type 4.

        Raises:
            CheckpointError: not of the one permitted form, or another kind of key.
        """
        name, _, rest = vkey.partition("+")
        _, _, encoded = rest.partition("+")
        typed_key = decode_base64(encoded)
        if typed_key[:1] != _TYPE:
            raise _refused(
                "a verifier key of type 4 (cosignature/v1)",
                "another type; type 1 is a log's own key",
            )
        cosigner = cls(name=name, public_key=typed_key[1:])
        if cosigner.to_vkey() != vkey:
            raise _refused("a verifier key in its one form", "another id or form")
        return cosigner

    @classmethod
    def of(cls, name: str, private_key: Ed25519PrivateKey) -> Self:
        """Give the cosigner that belongs to a private key."""
        return cls(name=name, public_key=private_key.public_key().public_bytes_raw())

    def check(self, text: str, value: bytes) -> int:
        """Verify a cosignature over a checkpoint's text; the time that it states.

        Raises:
            CheckpointError: another length, a time out of range, or it does not fit.
        """
        if len(value) != VALUE_BYTES:
            raise _refused(
                f"a cosignature of {VALUE_BYTES} bytes", f"{len(value)} bytes"
            )
        time = int.from_bytes(value[:TIME_BYTES], "big")
        # C2SP: at most 2^63 - 1; 0 would leave out when the tree was the newest.
        if not 0 < time <= LATEST:
            raise _refused("a time of 1 to 2^63 - 1", f"{time}")
        key = Ed25519PublicKey.from_public_bytes(self.public_key)
        try:
            key.verify(value[TIME_BYTES:], signed_message(text, time))
        except InvalidSignature as error:
            raise _refused(
                "a cosignature that fits text, time and key", "one that does not"
            ) from error
        return time


@dataclass(frozen=True, slots=True, kw_only=True)
class Cosigned:
    """One verified cosignature.

    Attributes:
        time: when the witness made it, by its own clock; POSIX seconds.
    """

    cosigner: Cosigner
    time: int
    signature: Signature


def signed_message(text: str, time: int) -> bytes:
    """The bytes that an Ed25519 cosignature signs."""
    return f"cosignature/v1\ntime {time}\n{text}".encode()


def cosign(
    text: str, time: int, name: str, private_key: Ed25519PrivateKey
) -> Signature:
    """Cosign a checkpoint's text.

    Signing is irrevocable: whether this text continues all that was cosigned before is
    for the caller to know (`ledger.witness`).

    Raises:
        CheckpointError: the time or the name cannot stand in a cosignature.
    """
    if not 0 < time <= LATEST:
        raise _refused("a time of 1 to 2^63 - 1", f"{time}")
    value = private_key.sign(signed_message(text, time))
    return Signature(
        name=name,
        key_id=Cosigner.of(name, private_key).key_id,
        value=time.to_bytes(TIME_BYTES, "big") + value,
    )


def open_cosignatures(
    note: bytes, cosigners: Iterable[Cosigner]
) -> tuple[Cosigned, ...]:
    """Verify the cosignatures of known witnesses on a signed checkpoint.

    The log's own signature is not looked at: open the checkpoint as well.

    Returns:
        One for each witness that signed, in the note's order; empty if none did.

    Raises:
        CheckpointError: malformed; a known witness's cosignature fails or comes twice.
    """
    known = {(one.name, one.key_id): one for one in cosigners}
    parsed = parse_note(note)
    found: list[Cosigned] = []
    for signature in parsed.signatures:
        cosigner = known.get((signature.name, signature.key_id))
        if cosigner is None:
            continue
        # As with any signed note, a known key speaks once, and then truly.
        if any(cosigner == earlier.cosigner for earlier in found):
            raise _refused("one cosignature of each witness", "two of one")
        time = cosigner.check(parsed.text, signature.value)
        found.append(Cosigned(cosigner=cosigner, time=time, signature=signature))
    return tuple(found)


def _refused(expected: str, met: str) -> CheckpointError:
    return CheckpointError(
        expected,
        met=met,
        advice="Do not count this cosignature; ask the witness again.",
    )
