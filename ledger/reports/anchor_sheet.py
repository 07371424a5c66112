"""The checkpoint sheet that is taken to a notary or a document centre: one page."""

from collections.abc import Mapping
from typing import Any, Final

from ledger.records.identity import as_instant
from ledger.reports.typesetting import Sheet

TEMPLATE: Final = "anchor.typ"


def anchor_sheet(document: Mapping[str, Any]) -> Sheet:
    """The document as it is given to the typesetter."""
    return Sheet(
        template=TEMPLATE,
        document=document,
        words={},
        at=as_instant(document["made_at"]),
    )
