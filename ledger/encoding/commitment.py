"""Blinds, field commitments and statement ids (protocol 1 and 2).

A commitment binds a value to its place: the log, the kind and key of the statement
and the path of the field are inside the hash, so it cannot be moved to another
record or field. The blind keeps a short value (a name, a seed) from being guessed.
The holder of the blinding key K derives every blind; a verifier only gets openings.
"""

import hashlib
import hmac
from dataclasses import dataclass
from typing import Any, TypeGuard, cast

from ledger.encoding import canonical
from ledger.encoding.canonical import JsonValue
from ledger.encoding.digest import BLIND, FIELD, KEY, STATEMENT, sha256_hex
from ledger.errors import AlteredEvidenceError, MalformedRecordError
from ledger.records.identity import Digest, StatementId

ID_PATH = ""
BY_PATH = "/by"
BLIND_BYTES = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a field stands: the statement it belongs to, without the path."""

    log: str
    kind: str
    key: str

    def at(self, path: str) -> list[JsonValue]:
        """The hashed context of the field at a path."""
        return [self.log, self.kind, self.key, path]


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """What shows that a commitment hides a value.

    Attributes:
        path: JSON pointer from the root of the statement.
        blind: 32 bytes.
    """

    path: str
    value: JsonValue
    blind: bytes

    def to_json(self) -> dict[str, JsonValue]:
        """As it travels in a submission or a bundle."""
        return {"blind": self.blind.hex(), "path": self.path, "value": self.value}


def blind_at(secret: bytes, place: Place, path: str) -> bytes:
    """The blind of a field: HMAC-SHA256(K, "jangbu/blind/1" NUL context).

    Args:
        secret: the blinding key K, 32 bytes.
        place: the statement.
        path: "" for the id, "/by" for the entry's signer, else a JSON pointer.
    """
    return hmac.digest(secret, BLIND + canonical.encode(place.at(path)), "sha256")


def machine_key(secret: bytes, log: str, kind: str, natural: JsonValue) -> str:
    """The key of a statement that a machine derives from facts: 32 hex digits.

    The log and the kind are inside, so one studio's logs cannot be linked, and no
    pair (kind, natural key) can be read as another.
    """
    message = KEY + canonical.encode([log, kind, natural])
    return hmac.digest(secret, message, "sha256")[:16].hex()


def commit(opening: Opening, place: Place) -> Digest:
    """The commitment to an opened value at its place, 64 hex digits.

    Raises:
        MalformedRecordError: the blind has another length, or the value no
            canonical form; with the JSON pointer of the field in the statement.
    """
    # Checked first, so that an error names the field and not its place in the context.
    canonical.check(opening.value, opening.path, depth=1)
    blind = _blind(opening.blind, opening.path)
    context = canonical.encode([*place.at(opening.path), opening.value])
    return sha256_hex(FIELD, blind, context)


def commit_digest(path: str, digest: str, blind: bytes, place: Place) -> Digest:
    """As `commit`, for a digest at the place of a statement that was checked.

    Raises:
        MalformedRecordError: the blind has another length.
    """
    # Texts of one form each: none of them could be refused.
    context: list[JsonValue] = [place.log, place.kind, place.key, path, digest]
    message = FIELD + _blind(blind, path) + canonical.encode_checked(context)
    return cast("Digest", hashlib.sha256(message).hexdigest())


def statement_id(blind: bytes, statement: bytes) -> StatementId:
    """The blinded id of a statement: b("") and the digest of its bytes.

    Raises:
        MalformedRecordError: the blind has another length.
    """
    message = STATEMENT + _blind(blind, ID_PATH) + hashlib.sha256(statement).digest()
    # 64 lower-case hex digits: the one form of an id.
    return cast("StatementId", hashlib.sha256(message).hexdigest())


def private(commitment: str) -> dict[str, JsonValue]:
    """A private field as it stands in a statement."""
    return {"#": commitment}


def is_private(value: object) -> TypeGuard[dict[str, Any]]:
    """Whether a value of a statement is a private field."""
    return isinstance(value, dict) and value.keys() == {"#"}


def check_opening(opening: Opening, place: Place, commitment: str) -> None:
    """Refuse an opening that does not lead to the commitment.

    Raises:
        AlteredEvidenceError: the value, the path or the record differs.
    """
    if commit(opening, place) != commitment:
        raise AlteredEvidenceError(
            "an opening that leads to the commitment of this field",
            met="another value, blind, field or record",
            advice="Take the opening from the vault again, for this record and field.",
            where=opening.path,
        )


def _blind(blind: bytes, path: str) -> bytes:
    # With another length the blind's end could be moved into the context's start,
    # and a short one could be guessed together with a short value.
    if len(blind) != BLIND_BYTES:
        raise MalformedRecordError(
            f"a blind of {BLIND_BYTES} bytes",
            met=f"{len(blind)} bytes",
            advice="Take the opening from the vault again.",
            where=path or "/",
        )
    return blind
