"""A credit roll to be typeset: the roll's own document, with what it is set in."""

from collections.abc import Sequence
from typing import Any

from ledger.credits.roll import Roll
from ledger.history.film import Film
from ledger.records.identity import as_instant
from ledger.reports.audit_document import log_row, studio_of
from ledger.reports.fonts import Font
from ledger.reports.typesetting import Sheet

TEMPLATE = "roll.typ"


def roll_document(roll: Roll, film: Film, fonts: Sequence[Font]) -> dict[str, Any]:
    """`ROLL.json`: what the roll says, the newest record's time, and the fonts."""
    return {
        **roll.to_json(),
        "studio": studio_of(film),
        "as_of": log_row(film)["as_of"],
        "fonts": [{"name": one.name, "digest": one.digest} for one in fonts],
    }


def roll_sheet(document: dict[str, Any]) -> Sheet:
    """The document as it is given to the typesetter."""
    return Sheet(
        template=TEMPLATE, document=document, words={}, at=as_instant(document["as_of"])
    )
