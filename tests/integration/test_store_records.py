"""What is about a shot is given out whole, or not at all."""

import pytest

from ledger.errors import MissingEvidenceError
from ledger.store.partial import partial_triggers
from ledger.store.questions import About
from ledger.store.spans import Spans
from tests.simulators.ledger_studio import STUDIO, LedgerStudio


def test_an_entry_that_was_deleted_is_missed(grown: LedgerStudio) -> None:
    index = Spans(grown.port.engine, STUDIO, grown.origin)
    size = grown.port.reader().size()
    (first, *_) = index.records(About(), size)
    with grown.foreign() as connection:
        connection.execute("DELETE FROM entry WHERE idx = ?", (first.idx,))
    with pytest.raises(MissingEvidenceError):
        index.records(About(), size)


def test_statements_lack_only_where_a_file_was_restored_in_part(
    grown: LedgerStudio,
) -> None:
    index = Spans(grown.port.engine, STUDIO, grown.origin)
    about, size = About(), grown.port.reader().size()
    whole = index.records(about, size)
    with grown.foreign() as connection:
        connection.execute("DELETE FROM statement WHERE idx = ?", (whole[0].idx,))
    with pytest.raises(MissingEvidenceError):
        index.records(about, size)
    with grown.foreign() as connection:
        for sql in partial_triggers().values():
            connection.execute(sql)
    assert index.records(about, size) == [
        whole[0]._replace(statement=None),
        *whole[1:],
    ]
