"""Fixtures that several folders of tests share."""

import shutil
import signal
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from tests.simulators.ledger_studio import GROWN, START, LedgerStudio, SettableClock

# How long an example takes says something of the machine, and nothing of the code.
settings.register_profile(
    "untimed", deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("untimed")

# What is started in the background inherits that SIGINT is ignored, and hands it on to
# every process that a test starts and interrupts.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(scope="session")
def founded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A production folder with its genesis, keys and delegations; not to be changed."""
    root = tmp_path_factory.mktemp("founded")
    studio = LedgerStudio(root)
    studio.found()
    studio.port.engine.dispose()
    return root


@pytest.fixture
def ledger_studio(founded: Path, tmp_path: Path) -> LedgerStudio:
    """A founded production of one's own."""
    root = tmp_path / "production"
    shutil.copytree(founded, root)
    return LedgerStudio(root, clock=SettableClock(START + timedelta(hours=1)))


@pytest.fixture
def grown(ledger_studio: LedgerStudio) -> LedgerStudio:
    """The same with `GROWN` entries, each under a checkpoint of its own."""
    for number in range(1, 5):
        ledger_studio.state(ledger_studio.element(number))
    assert ledger_studio.rows()["entry"] == GROWN
    return ledger_studio
