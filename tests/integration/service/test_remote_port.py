"""The port over HTTP keeps the contract of every port."""

import pytest

from ledger.ports import Port
from ledger.remote.port import RemotePort
from tests.integration.port_contract import PortContract


class TestRemotePort(PortContract):
    """`RemotePort` against a service on the loopback address."""

    @pytest.fixture
    def port(self, remote: RemotePort) -> Port:
        return remote
