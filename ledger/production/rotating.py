"""Replacing the keys of a log: prepared here, signed offline, applied here.

1. `prepare` makes the new keys and composes the rotation; nothing is stated.
2. The recovery key signs it elsewhere (`ledger.production.rotation_request`).
3. `apply` submits it. The checkpoint over it is signed by the new log key. Then the new
   keys take the place of the old ones, which are destroyed.

Each step may be repeated: keys that wait are not made again, a rotation in the log is
answered with its first receipt, and keys in their place are left there.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, TypeAlias

from ledger.encoding.sheet import key_id_of
from ledger.encoding.statement import STUDIO, Composed, Draft
from ledger.errors import ForeignLogError, MissingKeyError, UsageError
from ledger.history.authority import Authority
from ledger.keys.folder import Signers
from ledger.keys.replacing import held_log_key, make_next, next_name, put_in_place
from ledger.parcel import Parcel
from ledger.ports import Receipt, Refusal
from ledger.production.layout import Layout
from ledger.production.opening import Production, assemble, check_blinding
from ledger.production.own_keys import (
    ROTATION_KIND,
    own_authority,
    rotation_key,
    rotations_before,
    whole_authority,
)
from ledger.production.registering import register
from ledger.production.registry import read_registry
from ledger.production.rotation_request import RotationRequest, request_of
from ledger.records.authority import Rotation
from ledger.records.identity import as_uid

Reason: TypeAlias = Literal["scheduled", "compromised", "lost"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rotated:
    """What applying a rotation came to.

    Attributes:
        replaced: names of further keys that ended with it and were made anew.
    """

    receipt: Receipt
    replaced: tuple[str, ...]


@contextmanager
def opened_to_rotate(root: Path) -> Iterator[Production]:
    """Open a production whose own keys may be lost or not in their place yet."""
    layout = Layout(root)
    production = assemble(
        layout, read_registry(layout.registry), offline=False, complete=False
    )
    try:
        check_blinding(production)
        yield production
    finally:
        production.online().engine.dispose()


def prepare(
    production: Production, reason: Reason, good_until: int | None
) -> RotationRequest:
    """Make the new keys and compose the rotation that names them.

    Args:
        production: opened to rotate.
        reason: why.
        good_until: first entry from which the old roots are not believed; must be given
            if they were compromised.

    Raises:
        UsageError: `good_until` does not fit the reason, or the log.
    """
    reader, keys = production.reader(), production.keys
    authority = own_authority(reader, keys.blinding_key(STUDIO))
    point = authority.log_keys.open(reader.checkpoint(), production.log)
    _check_doubts(reason, good_until, point.size)
    make_next(keys)
    public = {name: keys.public_key(next_name(name)).hex() for name in _NAMES}
    body: dict[str, Any] = {
        "log_key": public["log"],
        "recovery_key": public["recovery"],
        "admission_roots": [public["studio"]],
        "reason": reason,
        "continues": {"size": point.size, "root": point.root.hex()},
        "good_until": good_until,
    }
    composed = production.recorder.compose(
        Draft(
            log=production.log,
            kind=ROTATION_KIND,
            key=rotation_key(
                keys.blinding_key(STUDIO),
                production.log,
                rotations_before(authority) + 1,
            ),
            body=body,
        )
    )
    signer = key_id_of(authority.recovery)
    return request_of(composed, as_uid(production.studio), signer)


_NAMES = ("log", "recovery", "studio")


def _check_doubts(reason: Reason, good_until: int | None, size: int) -> None:
    fits = {"compromised": good_until is not None, "scheduled": good_until is None}
    if not fits.get(reason, True):
        raise UsageError(
            "--good-until SIZE for keys that were compromised, and none on schedule",
            met="none" if good_until is None else f"{good_until}",
            advice="Name the first entry that you do not vouch for; jangbu log list "
            "shows them.",
            where="--good-until",
        )
    if good_until is not None and not 1 <= good_until <= size:
        raise UsageError(
            f"an entry from 1 to {size}, the size of the log",
            met=f"{good_until}",
            advice="Name the first entry that you do not vouch for.",
            where="--good-until",
        )


def apply(
    production: Production, parcel: Parcel, composed: Composed, body: Rotation
) -> Rotated:
    """State a signed rotation and put the new keys into their place.

    Args:
        production: opened to rotate.
        parcel: the statement and the sheet of the recovery key.
        composed: the statement.
        body: what it says.

    Raises:
        RecordError: the log does not admit it; no key was touched.
        MissingKeyError: the new log key is not here; nothing was stated.
    """
    if composed.place.log != production.log:
        raise ForeignLogError(
            f"a rotation of {production.log}",
            met=composed.place.log,
            advice="Apply it to the production that prepared it.",
        )
    if held_log_key(production.keys, body.log_key) is None:
        raise MissingKeyError(
            "the new log key, which has to sign the next checkpoint",
            met="no such file in the production folder",
            advice="Apply the rotation where it was prepared.",
            where=str(production.layout.keys),
        )
    receipt = _submit(production, parcel, composed)
    own = own_authority(production.reader(), production.keys.blinding_key(STUDIO))
    # An earlier rotation that is applied again must not bring its keys back.
    if own.log_key == body.log_key:
        _put_in_place(production, own)
    return Rotated(receipt=receipt, replaced=replace_ended(production))


def _submit(production: Production, parcel: Parcel, composed: Composed) -> Receipt:
    port, keys = production.online(), production.keys
    there = port.locate(composed.kind, composed.key)
    if there is not None and there.id == composed.id:
        return there  # the key that signed it may state nothing any more
    before = own_authority(production.reader(), keys.blinding_key(STUDIO))
    if held_log_key(keys, before.log_key) is not None:
        # What the old keys signed is admitted as long as they may.
        production.recorder.flush()
    production.vault.keep(composed)
    (answer,) = port.submit(parcel.sheet, parcel.statements)
    if isinstance(answer, Refusal):
        raise answer.error
    return answer


def _put_in_place(production: Production, own: Authority) -> None:
    keys = production.keys
    named = {
        "log": own.log_key,
        "recovery": own.recovery.hex(),
        "studio": next(iter(own.roots.values())).hex(),
    }
    for name, public_key in named.items():
        waiting = next_name(name)
        held = keys.has_signing_key(waiting)
        if held and keys.public_key(waiting).hex() == public_key:
            put_in_place(keys, name)


def replace_ended(production: Production) -> tuple[str, ...]:
    """Replace signing keys of the folder that have ended in the log; their names.

    A party gets its new key when the registry is stated, and only if it still may
    state something.
    """
    keys = production.keys
    ended = whole_authority(production.reader()).ended
    found = tuple(
        name
        for name in Signers(keys)
        if name != "studio" and key_id_of(keys.public_key(name)) in ended
    )
    for name in found:
        keys.destroy_signing_key(name)
    keys.make_signing_key("pipeline")
    if found:
        register(production)
    return found
