"""Signed notes after C2SP (c2sp.org/signed-note): a text and who signed it.

Only Ed25519 (signature type 0x01) is verified here. Stricter than C2SP where it
leaves room: one encoding only, no failing signature from a known key, no second
signature from one. Parsing shows nothing about a text; only `open_note` does.
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

MAX_BYTES: Final = 1_000_000
MAX_SIGNATURES: Final = 100
"""C2SP asks for 16 at least."""

_ED25519: Final = b"\x01"
_KEY_BYTES: Final = 32
_ID_BYTES: Final = 4
_DASH: Final = "— "


@dataclass(frozen=True, slots=True, kw_only=True)
class Verifier:
    """A public key with the name under which it signs.

    Attributes:
        name: key name; for a log's key, the log's origin.
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
        typed_key = _ED25519 + self.public_key
        return sha256(self.name.encode() + b"\n" + typed_key).digest()[:_ID_BYTES]

    def to_vkey(self) -> str:
        """Print as a C2SP verifier key: name, key id and key, joined by plus."""
        typed_key = base64.b64encode(_ED25519 + self.public_key).decode()
        return f"{self.name}+{self.key_id.hex()}+{typed_key}"

    @classmethod
    def from_vkey(cls, vkey: str) -> Self:
        """Parse a C2SP verifier key.

        Raises:
            CheckpointError: not of the one permitted form, or another kind of key.
        """
        name, _, rest = vkey.partition("+")
        _, _, encoded = rest.partition("+")
        typed_key = decode_base64(encoded)
        if typed_key[:1] != _ED25519:
            raise _refused("a verifier key of type 1 (Ed25519)", "another type")
        verifier = cls(name=name, public_key=typed_key[1:])
        if verifier.to_vkey() != vkey:
            raise _refused("a verifier key in its one form", "another id or form")
        return verifier

    @classmethod
    def of(cls, name: str, private_key: Ed25519PrivateKey) -> Self:
        """Give the verifier that belongs to a private key."""
        return cls(name=name, public_key=private_key.public_key().public_bytes_raw())

    def verifies(self, text: str, signature: bytes) -> bool:
        """Tell whether the signature was made over this text with this key."""
        key = Ed25519PublicKey.from_public_bytes(self.public_key)
        try:
            key.verify(signature, text.encode())
        except InvalidSignature:
            return False
        return True


@dataclass(frozen=True, slots=True, kw_only=True)
class Signature:
    """One signature line, verified or not."""

    name: str
    key_id: bytes
    value: bytes

    def to_line(self) -> str:
        """Print as a signature line with its newline."""
        encoded = base64.b64encode(self.key_id + self.value).decode()
        return f"{_DASH}{self.name} {encoded}\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class UnverifiedNote:
    """A note taken apart, whose text must not be believed yet."""

    text: str
    signatures: tuple[Signature, ...]

    def to_bytes(self) -> bytes:
        """Print: text, empty line, signature lines."""
        lines = "".join(signature.to_line() for signature in self.signatures)
        return f"{self.text}\n{lines}".encode()


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenedNote:
    """A text that at least one known key signed.

    Attributes:
        text: the signed text with its final newline.
        verified: signatures of known keys, in the note's order; never empty.
        unverified: signatures of unknown keys; they show nothing.
    """

    text: str
    verified: tuple[Signature, ...]
    unverified: tuple[Signature, ...]


def sign_note(text: str, name: str, private_key: Ed25519PrivateKey) -> bytes:
    """Sign a text as a note with one signature.

    Raises:
        CheckpointError: the text or the name cannot stand in a note.
    """
    _check_text(text)
    signature = Signature(
        name=name,
        key_id=Verifier.of(name, private_key).key_id,
        value=private_key.sign(text.encode()),
    )
    return UnverifiedNote(text=text, signatures=(signature,)).to_bytes()


def open_note(note: bytes, verifiers: Iterable[Verifier]) -> OpenedNote:
    """Verify a note with the keys that the reader already trusts.

    Raises:
        CheckpointError: malformed; a known key's signature fails or comes
            twice; or no known key signed.
    """
    # 1. One encoding only.
    parsed = parse_note(note)
    # 2. Name and id together name a key; two keys under one pair are a riddle.
    known = _by_name_and_id(verifiers)
    verified: list[Signature] = []
    unverified: list[Signature] = []
    for signature in parsed.signatures:
        verifier = known.get((signature.name, signature.key_id))
        # 3. Unknown keys are let through, and count for nothing.
        if verifier is None:
            unverified.append(signature)
            continue
        # 4. A known key speaks once: two lines could hide which one was checked.
        if any(_same_key(signature, earlier) for earlier in verified):
            raise _refused("one signature for each key", "two of one key")
        # 5. A known key's signature must hold, or the whole note falls.
        if not verifier.verifies(parsed.text, signature.value):
            raise _refused("a signature that fits text and key", "one that does not")
        verified.append(signature)
    # 6. No signature checked is no check at all.
    if not verified:
        raise _refused("a signature by a known key", "unknown keys only")
    return OpenedNote(
        text=parsed.text, verified=tuple(verified), unverified=tuple(unverified)
    )


def parse_note(note: bytes) -> UnverifiedNote:
    """Take a note apart without believing it.

    Raises:
        CheckpointError: not of the one permitted form.
    """
    if len(note) > MAX_BYTES:
        raise _refused(f"a note of up to {MAX_BYTES} bytes", f"{len(note)} bytes")
    try:
        printed = note.decode()
    except UnicodeDecodeError as error:
        raise _refused("a note in UTF-8", "other bytes") from error
    # The last empty line separates: the text may hold empty lines, too.
    text, separator, block = printed.rpartition("\n\n")
    if not (separator and block.endswith("\n")):
        raise _refused("a text, an empty line and signature lines", "no such parts")
    _check_text(text + "\n")
    # Never splitlines(): it would also split at U+2028 and U+0085.
    lines = block[:-1].split("\n")
    if len(lines) > MAX_SIGNATURES:
        raise _refused(f"up to {MAX_SIGNATURES} signatures", f"{len(lines)}")
    signatures = tuple(_parse_line(line) for line in lines)
    parsed = UnverifiedNote(text=text + "\n", signatures=signatures)
    if parsed.to_bytes() != note:
        raise _refused("the one permitted encoding", "another one")
    return parsed


def check_key_name(name: str) -> None:
    """Refuse names that could not be found again in a signature line.

    Raises:
        CheckpointError: empty, or with spaces, plus, or control characters.
    """
    is_strange = any(sign.isspace() or sign == "+" or sign < " " for sign in name)
    if not name or is_strange or not _is_utf8(name):
        raise _refused("a key name without spaces, plus or control characters", name)


def decode_base64(encoded: str) -> bytes:
    """Decode standard base64, leniently: callers print again and compare.

    Padding and unused bits allow several spellings, which only that shows.

    Raises:
        CheckpointError: other characters, or not enough padding.
    """
    try:
        return base64.b64decode(encoded, validate=True)
    except ValueError as error:
        raise _refused("base64", "other characters") from error


def _parse_line(line: str) -> Signature:
    dash, rest = line[: len(_DASH)], line[len(_DASH) :]
    name, space, encoded = rest.partition(" ")
    if dash != _DASH or not space:
        raise _refused("a signature line: dash, name, base64", "another line")
    check_key_name(name)
    decoded = decode_base64(encoded)
    if len(decoded) <= _ID_BYTES:
        raise _refused("a key id and a signature", f"{len(decoded)} bytes")
    return Signature(name=name, key_id=decoded[:_ID_BYTES], value=decoded[_ID_BYTES:])


def _check_text(text: str) -> None:
    if not text.endswith("\n"):
        raise _refused("a text that ends with a newline", "none at its end")
    if any(sign < " " and sign != "\n" for sign in text) or not _is_utf8(text):
        raise _refused("a text without control characters", "one or more of them")


def _is_utf8(text: str) -> bool:
    return not any("\ud800" <= sign <= "\udfff" for sign in text)


def _same_key(one: Signature, other: Signature) -> bool:
    return (one.name, one.key_id) == (other.name, other.key_id)


def _by_name_and_id(
    verifiers: Iterable[Verifier],
) -> dict[tuple[str, bytes], Verifier]:
    known: dict[tuple[str, bytes], Verifier] = {}
    for verifier in verifiers:
        if known.setdefault((verifier.name, verifier.key_id), verifier) != verifier:
            raise _refused("keys that name and id tell apart", "two that are alike")
    return known


def _refused(expected: str, met: str) -> CheckpointError:
    return CheckpointError(
        expected,
        met=met,
        advice="Do not rely on this note; fetch it again from its source.",
    )
