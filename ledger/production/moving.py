"""Moving a production's log from the file in its folder to a PostgreSQL server.

The log stays the same log: same origin, same entries, same checkpoints, byte for byte.
production.toml names the server last, so that a move that was interrupted is simply
run again.
"""

from dataclasses import dataclass
from pathlib import Path

from ledger.errors import StoreAddressError
from ledger.log.checkpoint import parse_checkpoint
from ledger.log.note import parse_note
from ledger.production.layout import Layout
from ledger.production.opening import assemble
from ledger.production.outside import LedgerTable
from ledger.production.registry import Registry, read_registry, write_registry
from ledger.production.storing import SERVER, make_tables


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """A log that was moved.

    Attributes:
        copied: entries that this call copied; 0 if it only finished another.
        root: the newest checkpoint's, in hex.
    """

    log: str
    size: int
    copied: int
    root: str


def move_log(root: Path, address: str) -> Moved:
    """Move a production's log to a server; safe to repeat and to interrupt.

    Raises:
        StoreAddressError: no address of a PostgreSQL database, or the log is on
            another server already.
        LogError: the rows do not lead to the signed checkpoints; nothing was moved.
        StoreError: one of the databases cannot be used.
    """
    layout = Layout(root)
    registry = read_registry(layout.registry)
    moved = _addressed(registry, address)
    make_tables(layout, moved.ledger)
    production = assemble(layout, moved, offline=False)
    # Here, since a log in the folder needs none of it.
    from ledger.store.postgres.port import PostgresPort  # noqa: PLC0415
    from ledger.store.postgres.receiving import receive  # noqa: PLC0415

    port = production.online()
    if not isinstance(port, PostgresPort):
        raise _not_there(address)
    try:
        received = receive(port, layout.database)
    finally:
        port.engine.dispose()
    if moved != registry:
        write_registry(layout.registry, moved)
    point = parse_checkpoint(parse_note(received.note).text)
    return Moved(
        log=production.log,
        size=received.size,
        copied=received.copied,
        root=point.root.hex(),
    )


def _addressed(registry: Registry, address: str) -> Registry:
    present = registry.ledger.store
    if not address.startswith(SERVER):
        raise _not_there(address)
    if present not in (None, address):
        raise StoreAddressError(
            "a log in the folder",
            met="one on a server already",
            advice="A log is moved from one server to another by PostgreSQL's own "
            "means: see docs/reference/postgresql.md.",
            where="production.toml: ledger.store",
        )
    given = {**registry.ledger.model_dump(), "store": address}
    return registry.model_copy(update={"ledger": LedgerTable.model_validate(given)})


def _not_there(address: str) -> StoreAddressError:
    return StoreAddressError(
        "a database's address, postgresql://user@host/database",
        met=address.partition(":")[0],
        advice="See docs/reference/postgresql.md for what an address may say.",
        where="--to",
    )
