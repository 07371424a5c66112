"""Where outputs lie: paths by their tokens, sealed as values are.

Names of files tell of the film; only the studio's key opens them.
"""

import unicodedata

from sqlalchemy import Connection, select
from sqlalchemy.dialects import sqlite

from ledger.errors import MalformedRecordError
from ledger.vault.cipher import (
    NONCE_BYTES,
    Sealed,
    Spot,
    altered,
    data_key,
    seal,
    unseal,
)
from ledger.vault.tables import locations


def sealed_path(secret: bytes, token: str, path: str) -> str:
    """A path as it is kept.

    Raises:
        MalformedRecordError: its name is no Unicode text.
    """
    try:
        plain = unicodedata.normalize("NFC", path).encode()
    except UnicodeEncodeError as error:
        raise MalformedRecordError(
            "a path whose name is Unicode text",
            met="other bytes",
            advice="Rename the folder.",
            where="/path",
        ) from error
    sealed = seal(data_key(secret), _place(token), plain)
    return (sealed.nonce + sealed.ciphertext).hex()


def put_location(connection: Connection, token: str, sealed: str) -> None:
    """Keep a sealed path; the newest counts."""
    add = sqlite.insert(locations).values({"token": token, "path": sealed})
    connection.execute(
        add.on_conflict_do_update(
            index_elements=["token"], set_={"path": add.excluded.path}
        )
    )


def all_locations(connection: Connection, secret: bytes) -> dict[str, str]:
    """Paths by their tokens.

    Raises:
        AlteredEvidenceError: the vault was changed from outside.
    """
    key = data_key(secret)
    rows = connection.execute(select(locations)).all()
    return {row.token: _unsealed(key, row.token, row.path) for row in rows}


def _place(token: str) -> Spot:
    return Spot(statement=token, path="#location")


def _unsealed(key: bytes, token: str, text: str) -> str:
    try:
        raw = bytes.fromhex(text)
    except ValueError as error:
        raise altered(_place(token)) from error
    sealed = Sealed(nonce=raw[:NONCE_BYTES], ciphertext=raw[NONCE_BYTES:])
    return unseal(key, _place(token), sealed).decode()
