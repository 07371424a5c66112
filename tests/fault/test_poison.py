"""Poison through the port in process and over HTTP is refused with its place."""

import pytest

from tests.fault.poison import POISON, check_poison
from tests.simulators.ledger_studio import LedgerStudio
from tests.simulators.served_studio import serving


@pytest.mark.parametrize("name", POISON)
def test_poison_in_process_is_refused_alone(
    name: str, ledger_studio: LedgerStudio
) -> None:
    check_poison(ledger_studio, ledger_studio.port, name)


@pytest.mark.parametrize("name", POISON)
def test_poison_over_http_is_refused_alone(
    name: str, ledger_studio: LedgerStudio
) -> None:
    with serving(ledger_studio) as served:
        check_poison(ledger_studio, served.client("studio"), name)
