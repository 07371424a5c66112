"""Opening a production folder: registry, keys, vault, log and recorder together.

The keys on disk are compared with the genesis of the log first, so that a folder with
another production's keys is refused before anything is read or stated.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from ledger.encoding.commitment import ID_PATH, blind_at, statement_id
from ledger.encoding.statement import STUDIO, check
from ledger.errors import (
    ErasedEvidenceError,
    ForeignKeyError,
    MissingEvidenceError,
    ProductionError,
    StoreUnavailableError,
)
from ledger.files import sweep_temporaries
from ledger.keys.folder import STATING_KEYS, KeyFolder, Signers
from ledger.keys.replacing import held_log_key
from ledger.production.kept import kept_checkpoints
from ledger.production.layout import Layout
from ledger.production.outside import LedgerTable
from ledger.production.own_keys import own_authority
from ledger.production.recorder import Recorder
from ledger.production.registry import Registry, read_registry
from ledger.production.remote_opening import ProductionPort, remote_port
from ledger.production.storing import is_served, log_engine, port_class
from ledger.store.blobs import BlobFolder
from ledger.store.outbox import Bound, Outbox
from ledger.store.port import LocalPort
from ledger.store.published import PublishedLog
from ledger.store.reader import StoreReader
from ledger.vault.vault import Vault


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """The present instant, UTC."""
        return datetime.now(UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Production:
    """An opened production folder.

    Attributes:
        log: origin of its log.
        studio: uid of the party that owns it.
        port: the log; `None` while working offline, and where a service keeps it:
            statements then go there, and nothing of what they say can be read back.
    """

    layout: Layout
    registry: Registry
    log: str
    studio: str
    keys: KeyFolder
    vault: Vault
    blobs: BlobFolder
    port: LocalPort | None
    recorder: Recorder

    def online(self) -> LocalPort:
        """The log.

        Raises:
            StoreUnavailableError: the production was opened offline.
        """
        if self.port is None and is_served(self.registry.ledger):
            raise StoreUnavailableError(
                "the log's own database",
                met="a service, which never hands out what statements say",
                advice="Ask where the log's database is.",
                where="production.toml: ledger.store",
            )
        if self.port is None:
            raise StoreUnavailableError(
                "the ledger", met="work offline", advice="Run again without --offline."
            )
        return self.port

    def reader(self) -> StoreReader:
        """A reader of the log as it is now."""
        return self.online().reader()


def open_production(root: Path, *, offline: bool = False) -> Production:
    """Open a production folder.

    Args:
        root: the folder that `jangbu init` made.
        offline: leave the log's database alone; statements wait in the outbox.

    Raises:
        ProductionError: no usable registry.
        MissingKeyError, ForeignKeyError: keys missing, or another production's.
        StoreError: database or vault cannot be used.
    """
    layout = Layout(root)
    registry = read_registry(layout.registry)
    _sweep(layout)
    production = assemble(layout, registry, offline=offline)
    if production.port is not None and not production.reader().is_empty():
        _check_keys(production)
    return production


def _sweep(layout: Layout) -> None:
    # What processes left that were killed while they wrote.
    blobs = layout.blobs.iterdir() if layout.blobs.is_dir() else ()
    for folder in (layout.root, layout.outbox, layout.published, *blobs):
        sweep_temporaries(folder)


def assemble(
    layout: Layout, registry: Registry, *, offline: bool, complete: bool = True
) -> Production:
    """Put the parts together without looking into the log.

    Args:
        layout: of the folder.
        registry: of the production.
        offline: leave the log's database alone.
        complete: whether all keys that state must be there.
    """
    log, studio = registry.production.origin, registry.production.studio
    if log is None or studio is None:
        raise ProductionError(
            "a production that was initialised",
            met="a registry without origin",
            advice="Run jangbu init on this folder.",
            where=str(layout.registry),
        )
    keys = KeyFolder(layout.keys)
    keys.blinding_key(STUDIO)
    for name in STATING_KEYS if complete else ():
        keys.signing_key(name)
    vault = Vault(layout.vault, keys.blinding_key)
    blobs = BlobFolder(layout.blobs)
    port: LocalPort | None = None
    away: ProductionPort | None = None
    if not offline and is_served(registry.ledger):
        away = remote_port(registry, keys, blobs, SystemClock())
    elif not offline:
        folder = (layout, keys, vault, blobs)
        port = _port(folder, registry.ledger, log, studio)
    recorder = Recorder(
        log=log,
        org=studio,
        keys=keys,
        vault=vault,
        outbox=Outbox(
            layout.outbox,
            Bound(
                parcels=registry.ledger.spool_parcels, size=registry.ledger.spool_bytes
            ),
        ),
        blobs=blobs,
        port=port or away,
        clock=SystemClock(),
        signers=Signers(keys),
    )
    return Production(
        layout=layout,
        registry=registry,
        log=log,
        studio=studio,
        keys=keys,
        vault=vault,
        blobs=blobs,
        port=port,
        recorder=recorder,
    )


def _port(
    folder: tuple[Layout, KeyFolder, Vault, BlobFolder],
    ledger: LedgerTable,
    log: str,
    studio: str,
) -> LocalPort:
    layout, keys, vault, blobs = folder

    def party_of(delegation: str) -> str | None:
        try:
            return str(vault.open(delegation, "/body/party").value)
        except (ErasedEvidenceError, MissingEvidenceError):
            return None

    def log_key_for(public_key: str) -> Ed25519PrivateKey | None:
        return held_log_key(keys, public_key)

    return port_class(ledger)(
        engine=log_engine(layout, ledger),
        studio=studio,
        log=log,
        log_key_for=log_key_for,
        party_of=party_of,
        clock=SystemClock(),
        blobs=blobs,
        published=PublishedLog(layout.published),
        outside=kept_checkpoints(layout.published).notes,
    )


def check_blinding(production: Production) -> None:
    """Refuse a blinding key that does not open the genesis of the log.

    Raises:
        ForeignKeyError.
    """
    first = production.reader().statements(0, 1)[0]
    secret = production.keys.blinding_key(STUDIO)
    blind = blind_at(secret, check(first.raw).place, ID_PATH)
    if statement_id(blind, first.raw) != first.id:
        raise _foreign(production, "blind/studio")


def _check_keys(production: Production) -> None:
    check_blinding(production)
    keys = production.keys
    own = own_authority(production.reader(), keys.blinding_key(STUDIO))
    if keys.public_key("log").hex() != own.log_key:
        if held_log_key(keys, own.log_key) is None:
            raise _foreign(production, "sign/log")
        raise ProductionError(
            "keys of the last rotation in their place",
            met="a rotation that was interrupted",
            advice="Run jangbu rotate apply again, with the same file.",
            where=str(production.layout.keys),
        )
    if keys.public_key("studio") not in own.roots.values():
        raise _foreign(production, "sign/studio")


def _foreign(production: Production, name: str) -> ForeignKeyError:
    return ForeignKeyError(
        "the keys that are in force in this log",
        met=f"another one as {name}",
        advice="Put this production's own keys folder back.",
        where=str(production.layout.keys),
    )


@contextmanager
def opened(root: Path, *, offline: bool = False) -> Iterator[Production]:
    """Open a production and let its database go at the end."""
    production = open_production(root, offline=offline)
    try:
        yield production
    finally:
        if production.port is not None:
            production.port.engine.dispose()
        if isinstance(production.recorder.port, ProductionPort):
            production.recorder.port.close()
