"""Opening a production folder: registry, keys, vault, log and recorder together.

The keys on disk are compared with the genesis of the log first, so that a folder with
another production's keys is refused before anything is read or stated.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

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
from ledger.production.layout import Layout
from ledger.production.recorder import Recorder
from ledger.production.registry import Registry, read_registry
from ledger.records.authority import Genesis
from ledger.store.blobs import BlobFolder
from ledger.store.outbox import Outbox
from ledger.store.port import LocalPort
from ledger.store.published import PublishedLog
from ledger.store.reader import StoreReader
from ledger.store.sqlite import open_engine
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
        port: the log; `None` while working offline.
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


def assemble(layout: Layout, registry: Registry, *, offline: bool) -> Production:
    """Put the parts together without looking into the log."""
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
    for name in STATING_KEYS:
        keys.signing_key(name)
    vault = Vault(layout.vault, keys.blinding_key)
    blobs = BlobFolder(layout.blobs)
    port = None if offline else _port(layout, log, studio, keys, vault, blobs)
    recorder = Recorder(
        log=log,
        org=studio,
        keys=keys,
        vault=vault,
        outbox=Outbox(layout.outbox),
        blobs=blobs,
        port=port,
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


def _port(  # the parts of one folder
    layout: Layout,
    log: str,
    studio: str,
    keys: KeyFolder,
    vault: Vault,
    blobs: BlobFolder,
) -> LocalPort:
    def party_of(delegation: str) -> str | None:
        try:
            return str(vault.open(delegation, "/body/party").value)
        except (ErasedEvidenceError, MissingEvidenceError):
            return None

    return LocalPort(
        engine=open_engine(layout.database),
        studio=studio,
        log=log,
        log_key=keys.signing_key("log"),
        party_of=party_of,
        clock=SystemClock(),
        blobs=blobs,
        published=PublishedLog(layout.published),
    )


def _check_keys(production: Production) -> None:
    reader, keys = production.reader(), production.keys
    first = reader.statements(0, 1)[0]
    said = check(first.raw)
    body = said.body
    blind = blind_at(keys.blinding_key(STUDIO), said.place, ID_PATH)
    mismatches = [
        name
        for name, fits in (
            ("blind/studio", statement_id(blind, first.raw) == first.id),
            (
                "sign/log",
                isinstance(body, Genesis)
                and body.log_key == keys.public_key("log").hex(),
            ),
            (
                "sign/studio",
                isinstance(body, Genesis)
                and keys.public_key("studio").hex() in body.admission_roots,
            ),
        )
        if not fits
    ]
    if mismatches:
        raise ForeignKeyError(
            "the keys that this log was founded with",
            met=f"another production's {', '.join(mismatches)}",
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
