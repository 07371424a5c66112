"""A real service on the loopback address, for each test its own."""

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from ledger.production.founding import found
from ledger.production.opening import SystemClock, open_production
from ledger.production.registry import parse_registry
from ledger.production.remote_opening import remote_port
from ledger.remote.port import RemotePort
from ledger.service.server import listen
from ledger.store.blobs import BlobFolder
from ledger.store.outbox import Outbox
from tests.simulators.distant_machine import REGISTRY, Away
from tests.simulators.ledger_studio import LedgerStudio
from tests.simulators.served_studio import ServedStudio, serving


@pytest.fixture
def service(ledger_studio: LedgerStudio) -> Iterator[ServedStudio]:
    """A service of a founded log."""
    with serving(ledger_studio) as served:
        yield served


@pytest.fixture
def remote(service: ServedStudio) -> RemotePort:
    """A client of it, with the pipeline's key."""
    return service.client()


@pytest.fixture(scope="module")
def founded_away(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("away") / "production"
    production = found(root, parse_registry(REGISTRY.encode(), "production.toml"))
    production.online().engine.dispose()
    return root


@pytest.fixture
def away(founded_away: Path, tmp_path: Path) -> Iterator[Away]:
    root = tmp_path / "production"
    shutil.copytree(founded_away, root)
    production = open_production(root)
    # The other machine has the keys and a vault, blobs and an outbox of its own.
    blobs = BlobFolder(tmp_path / "machine" / "blobs")
    with listen("127.0.0.1", 0) as free:
        port = int(free.getsockname()[1])
    store = {"store": f"http://127.0.0.1:{port}"}
    registry = production.registry.model_copy(
        update={"ledger": production.registry.ledger.model_copy(update=store)}
    )
    client = remote_port(registry, production.keys, blobs, SystemClock())
    client.remote.transport.pause = lambda _: None
    recorder = replace(
        production.recorder,
        port=client,
        blobs=blobs,
        outbox=Outbox(tmp_path / "machine" / "outbox"),
    )
    made = Away(production, recorder, port)
    yield made
    made.stop()
    client.close()
    production.online().engine.dispose()
