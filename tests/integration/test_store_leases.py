"""Advisory leases on a clock that the test sets."""

import pytest

from ledger.errors import MalformedRecordError
from tests.simulators.ledger_studio import LedgerStudio

WORK = "cc" * 32


def test_a_lease_is_held_until_it_expires(ledger_studio: LedgerStudio) -> None:
    port, clock = ledger_studio.port, ledger_studio.clock
    mine = port.claim(WORK, "first", 60)
    assert (mine.granted, mine.holder) == (True, "first")
    clock.forward(59.999999)
    refused = port.claim(WORK, "second", 60)
    assert (refused.granted, refused.holder) == (False, "first")
    assert refused.expires_at == mine.expires_at
    clock.forward(0.000001)
    assert port.claim(WORK, "second", 60).granted
    assert not port.claim(WORK, "first", 60).granted


def test_a_holder_renews_its_lease(ledger_studio: LedgerStudio) -> None:
    port, clock = ledger_studio.port, ledger_studio.clock
    first = port.claim(WORK, "first", 60)
    clock.forward(30)
    again = port.claim(WORK, "first", 60)
    assert again.granted
    assert again.expires_at > first.expires_at
    clock.forward(59)
    assert not port.claim(WORK, "second", 60).granted


def test_a_lease_given_back_is_free_at_once(ledger_studio: LedgerStudio) -> None:
    port = ledger_studio.port
    port.claim(WORK, "first", 60)
    assert not port.claim(WORK, "second", 0).granted
    assert not port.claim(WORK, "second", 60).granted
    assert not port.claim(WORK, "first", 0).granted
    assert port.claim(WORK, "second", 60).granted


def test_a_lease_outlives_the_process_that_claimed_it(
    ledger_studio: LedgerStudio,
) -> None:
    ledger_studio.port.claim(WORK, "first", 60)
    other = LedgerStudio(ledger_studio.root, clock=ledger_studio.clock)
    assert not other.port.claim(WORK, "second", 60).granted
    assert other.port.claim("dd" * 32, "second", 60).granted


def test_leases_are_no_part_of_the_log(ledger_studio: LedgerStudio) -> None:
    before = ledger_studio.rows()
    ledger_studio.port.claim(WORK, "first", 60)
    assert ledger_studio.rows() == before
    assert ledger_studio.check().ok


@pytest.mark.parametrize(
    ("work", "holder", "seconds"),
    [
        ("cc", "first", 60),
        (WORK.upper(), "first", 60),
        (WORK, "", 60),
        (WORK, "x" * 1000, 60),
        (WORK, "first", -1),
        (WORK, "first", 10**12),
    ],
)
def test_a_claim_of_another_form_is_refused(
    ledger_studio: LedgerStudio, work: str, holder: str, seconds: int
) -> None:
    with pytest.raises(MalformedRecordError):
        ledger_studio.port.claim(work, holder, seconds)
