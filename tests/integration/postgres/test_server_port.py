"""The port on PostgreSQL keeps the contract of every port."""

import pytest

from ledger.ports import Port
from tests.integration.port_contract import PortContract
from tests.simulators.server_studio import ServerStudio


class TestPostgresPort(PortContract):
    """`PostgresPort` on a real server."""

    @pytest.fixture
    def port(self, ledger_studio: ServerStudio) -> Port:
        return ledger_studio.port
