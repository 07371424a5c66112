"""The port in process keeps the contract of every port."""

import pytest

from ledger.ports import Port
from tests.integration.port_contract import PortContract
from tests.simulators.ledger_studio import LedgerStudio


class TestLocalPort(PortContract):
    """`LocalPort` on SQLite."""

    @pytest.fixture
    def port(self, ledger_studio: LedgerStudio) -> Port:
        return ledger_studio.port
