"""From entries to what is current: the fold that collector and verifier share."""

from collections.abc import Iterable

from ledger.encoding.entry import Entry
from ledger.history.current import History, fold
from ledger.history.journal import EntryHead


def fold_entries(entries: Iterable[Entry]) -> History:
    """Tell what is current after all entries of a log; errors as for `fold`."""
    return fold(
        EntryHead(
            index=index,
            id=entry.id,
            kind=entry.kind,
            verb=entry.act.verb if entry.act else None,
            of=entry.act.of if entry.act else None,
        )
        for index, entry in enumerate(entries)
    )
