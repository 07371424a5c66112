"""The outbox keeps the order of submission when the clock does not."""

from pathlib import Path

from ledger.parcel import Parcel
from ledger.store.outbox import Outbox
from tests.simulators.ledger_studio import LedgerStudio, submission_of


def test_parcels_keep_their_order_when_the_clock_is_set_back(
    ledger_studio: LedgerStudio, tmp_path: Path
) -> None:
    outbox = Outbox(tmp_path / "outbox")
    parcels = []
    for number in (1, 2, 3):
        one = ledger_studio.element(number)
        sheet = ledger_studio.sheet([one.id])
        parcels.append(Parcel(sheet=sheet, statements=(submission_of(one),)))
    first = outbox.add(parcels[0])
    # As if it had been written before the clock was set back by years.
    first.rename(first.with_name("9" + first.name[1:]))
    for parcel in parcels[1:]:
        outbox.add(parcel)
    assert [parcel for _, parcel in outbox.pending()] == parcels
