"""Step 12.8: what people are said to have done, and on which terms.

That somebody did it nobody can check. But a measured change is proof of an edit only if
it is of the pictures that the contribution names.
"""

from ledger.evidence.audit import Audit
from ledger.evidence.disclosure import Disclosure
from ledger.evidence.steps.finding import altered
from ledger.evidence.steps.sources import check_standing
from ledger.evidence.verdict import Reason
from ledger.history.naming import kinds_named_in
from ledger.records.editing import Change
from ledger.records.people import Contribution, Engagement


def check_people(audit: Audit, disclosure: Disclosure) -> None:
    """Check contributions and engagements in force; a dispute leaves them open."""
    for told, body in disclosure.all_of(Contribution):
        if disclosure.in_force(told):
            with audit.step("contributions"):
                _check_change(disclosure, body)
            for named, _ in kinds_named_in(body):
                check_standing(audit, disclosure, named)
            disputed = disclosure.history.contradicted(told.id)
            audit.leave_open(Reason.DISPUTED, "contribution", int(disputed))
    for told, _ in disclosure.all_of(Engagement):
        disputed = disclosure.in_force(told)
        disputed = disputed and disclosure.history.contradicted(told.id)
        audit.leave_open(Reason.DISPUTED, "engagement", int(disputed))


def _check_change(disclosure: Disclosure, body: Contribution) -> None:
    found = None if body.change is None else disclosure.find(body.change, Change)
    if found is None:
        return  # a change that is withheld keeps the answer open elsewhere
    change = found[1]
    if change.before not in body.before or change.after not in body.after:
        raise altered("a change between the pictures that are named", "of others")
