"""Tables of `production.toml` about what lies outside the folder.

Where the log is kept, who witnesses its checkpoints, who stamps them with the time.
Nothing here is secret: a password of a database stands in its own file.
"""

from typing import Annotated, Final

from pydantic import AfterValidator, Field, StringConstraints

from ledger.production.table import Table

_SCHEMES: Final = ("postgresql://", "http://", "https://")
_WEB: Final = ("http://", "https://")
MOST_OUTSIDERS: Final = 16


def _checked_store(address: str) -> str:
    if not address.startswith(_SCHEMES):
        raise ValueError(
            "an address that starts with postgresql://, http:// or https://"
        )
    return address


def _checked_web(address: str) -> str:
    if not address.startswith(_WEB) or any(mark in address for mark in " \n\t?#"):
        raise ValueError("an http:// or https:// address without query or fragment")
    return address.rstrip("/")


WebAddress = Annotated[str, AfterValidator(_checked_web)]
OutsiderName = Annotated[
    str, StringConstraints(pattern=r"\A[a-z0-9][a-z0-9.-]{0,63}\z")
]
"""It names files, also within bundles."""


class LedgerTable(Table):
    """Where the log is kept.

    Attributes:
        store: absent for the database in the folder; `postgresql://…` for a server's;
            `http://…` for a ledger service.
        quorum: how many of the witnesses are asked for before a checkpoint counts as
            witnessed; 0 where there are none.
        spool_parcels, spool_bytes: how much may wait in the outbox while the ledger
            is out of reach.
    """

    store: Annotated[str, AfterValidator(_checked_store)] | None = None
    quorum: int = Field(default=0, ge=0, le=MOST_OUTSIDERS)
    spool_parcels: int = Field(default=20_000, ge=1, le=1_000_000)
    spool_bytes: int = Field(default=16 << 30, ge=1 << 20, le=1 << 50)


class WitnessTable(Table):
    """Somebody else who cosigns checkpoints.

    Attributes:
        vkey: C2SP verifier key of type cosignature/v1, whose name is the witness's.
    """

    url: WebAddress
    vkey: str


class TimeAuthorityTable(Table):
    """Somebody else who stamps checkpoints with the time (RFC 3161).

    Attributes:
        name: what its tokens are filed under.
    """

    name: OutsiderName
    url: WebAddress
