"""Whether everything that a statement names is in the log, and of the right kind."""

from ledger.encoding.statement import Checked
from ledger.errors import UnknownReferenceError
from ledger.history.current import History
from ledger.history.naming import kinds_named_in
from ledger.records.identity import StatementId
from ledger.records.statement import family


def check_references(said: Checked, history: History) -> None:
    """Refuse a statement that names later, unknown or wrong statements.

    Raises:
        UnknownReferenceError: with the pointer of the field.
    """
    for position, earlier in enumerate(said.statement.prev):
        _check_known(earlier, f"/prev/{position}", history)
    for earlier, kind in kinds_named_in(said.body):
        _check_known(earlier, "/body", history)
        if family(history.head(earlier).kind) != kind:
            raise UnknownReferenceError(
                f"a statement of kind {kind}",
                met="one of another kind",
                advice="Name the statement that is meant.",
                where="/body",
            )


def _check_known(earlier: StatementId, where: str, history: History) -> None:
    if not history.knows(earlier):
        raise UnknownReferenceError(
            "a statement that is in the log already",
            met="one that is not",
            advice="Submit the statements in order: what is relied on first.",
            where=where,
        )
