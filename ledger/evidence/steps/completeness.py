"""Step 16: what is left out, and what of it the question needed (protocol 14)."""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from ledger.errors import AlteredEvidenceError
from ledger.evidence.audit import Audit
from ledger.evidence.disclosure import Disclosure
from ledger.evidence.verdict import Reason, RecordCount


def count_records(
    audit: Audit, disclosure: Disclosure, erased: Iterable[int]
) -> Mapping[str, RecordCount]:
    """Count entries by kind; each that the question needed and lacks stays open.

    Since all entries hash to the root, none can be left out of this count.

    Raises:
        AlteredEvidenceError: an entry is listed as erased that is disclosed, or
            that does not exist.
    """
    gone = set(erased)
    shown = {told.index for told in disclosure.told.values()}
    if gone & shown or max(gone, default=0) >= disclosure.size:
        raise AlteredEvidenceError(
            "erased entries among those that are not disclosed",
            met="others",
            advice="Do not rely on this bundle; ask for it again from its source.",
        )
    counts: dict[str, RecordCount] = {}
    for index, entry in enumerate(disclosure.entries):
        count = counts.get(entry.kind, RecordCount())
        if index in shown:
            count = replace(count, disclosed=count.disclosed + 1)
        elif index in gone:
            count = replace(count, erased=count.erased + 1)
            audit.leave_open(Reason.ERASED, entry.kind)
        elif disclosure.touches(entry.scope):
            count = replace(count, withheld=count.withheld + 1)
            audit.leave_open(Reason.WITHHELD, entry.kind)
        else:
            count = replace(count, outside=count.outside + 1)
        counts[entry.kind] = count
    return counts
