"""Putting values into the vault: once, and never another one over it."""

from collections.abc import Callable, Iterable
from functools import cache

from sqlalchemy import Connection, insert

from ledger.encoding.statement import KeyRef
from ledger.errors import ConflictingRecordError
from ledger.vault.cipher import Spot, data_key, seal, unseal
from ledger.vault.rows import Item, rows_at, sealed_in
from ledger.vault.tables import values


def keep_items(
    connection: Connection,
    items: Iterable[Item],
    secret_of: Callable[[KeyRef], bytes],
) -> None:
    """Seal and insert what is not kept yet.

    Keys are asked for here, under the writer's lock, and kept nowhere: an erasure
    destroys the key first and then waits for the lock, so it finds all that was ever
    sealed under the key (`ledger.vault.erasure`).

    Raises:
        ConflictingRecordError: another value, or another key, for the same spot.
        ErasedEvidenceError: the spot has a tombstone, or the key was destroyed.
    """
    wanted: dict[Spot, Item] = {}
    for item in items:
        if wanted.setdefault(item.spot, item) != item:
            raise _conflict(item.spot)
    there = rows_at(connection, list(wanted))
    key_of = cache(lambda key_ref: data_key(secret_of(key_ref)))
    fresh: list[dict[str, object]] = []
    for spot, item in wanted.items():
        key = key_of(item.key_ref)
        row = there.get(spot)
        if row is None:
            fresh.append(_row(item, key))
        elif row.key_ref != item.key_ref or item.plain != unseal(
            key, spot, sealed_in(row)
        ):
            raise _conflict(spot)
    if fresh:
        connection.execute(insert(values), fresh)


def _row(item: Item, key: bytes) -> dict[str, object]:
    sealed = seal(key, item.spot, item.plain)
    return {
        "statement": item.spot.statement,
        "path": item.spot.path,
        "key_ref": item.key_ref,
        "nonce": sealed.nonce,
        "ciphertext": sealed.ciphertext,
    }


def _conflict(spot: Spot) -> ConflictingRecordError:
    return ConflictingRecordError(
        "the value that is already kept for this field",
        met="another value, blind or key",
        advice="State it anew under another key; what was committed does not change.",
        where=f"{spot.statement} {spot.path}",
    )
