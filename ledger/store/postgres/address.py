"""Addresses of databases: `postgresql://user@host/database`, without a password.

production.toml is copied, mailed and shown; a password in it would be, too. It comes
from `keys/database` in the production folder (the password alone, on one line), or by
the ways that PostgreSQL's library has: PGPASSFILE, ~/.pgpass, a client certificate, or
the operating system's user on a local socket.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

import psycopg
from psycopg.conninfo import conninfo_to_dict

from ledger.errors import StoreAddressError, UnreadableInputError
from ledger.files import read_bounded

SCHEME: Final = "postgresql://"
_LONGEST_PASSWORD: Final = 1024

_PERMITTED: Final = frozenset(
    {
        "host",
        "hostaddr",
        "port",
        "dbname",
        "user",
        "sslmode",
        "sslrootcert",
        "sslcert",
        "sslkey",
        "sslnegotiation",
        "channel_binding",
        "gssencmode",
        "krbsrvname",
        "require_auth",
        "target_session_attrs",
        "connect_timeout",
    }
)
"""What an address may set: where the server is, and how to know it. `options` is not
among it: it could switch off what a session promises."""


def parameters_of(address: str, password_file: Path | None = None) -> dict[str, str]:
    """Read an address for the driver.

    Args:
        address: as production.toml has it.
        password_file: the file that holds the password, if it is there.

    Raises:
        StoreAddressError: no permitted address, or one with a password in it; or a
            password file that cannot be used.
    """
    try:
        given: Mapping[str, object] = conninfo_to_dict(address)
    except (psycopg.Error, UnicodeError) as error:
        # The parser's own words may hold a password.
        raise _unusable("another text") from error
    named = {name: str(value) for name, value in given.items() if value is not None}
    if not address.startswith(SCHEME) or "dbname" not in named:
        raise _unusable("an address without a database")
    if "password" in named:
        raise StoreAddressError(
            "an address without a password",
            met="a password in it",
            advice="Put it into keys/database in the production folder, mode 0600.",
            where="production.toml: ledger.store",
        )
    foreign = sorted(named.keys() - _PERMITTED)
    if foreign:
        raise _unusable(f"the parameter {foreign[0]}")
    if password_file is not None and password_file.exists():
        named["password"] = _password(password_file)
    return named


def _password(path: Path) -> str:
    try:
        text = read_bounded(path, _LONGEST_PASSWORD).decode("utf-8").strip("\r\n")
    except (UnreadableInputError, UnicodeError) as error:
        raise _unusable_password(path) from error
    if not text or not text.isprintable():
        raise _unusable_password(path)
    return text


def _unusable(met: str) -> StoreAddressError:
    return StoreAddressError(
        "a database's address, postgresql://user@host/database",
        met=met,
        advice="See docs/reference/postgresql.md for what an address may say.",
        where="production.toml: ledger.store",
    )


def _unusable_password(path: Path) -> StoreAddressError:
    return StoreAddressError(
        "the database's password on one line, in UTF-8",
        met="something else",
        advice="Write the password into the file, and nothing else.",
        where=str(path),
    )
