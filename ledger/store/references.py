"""Whether everything that a statement names is in the log, and of the right kind."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from ledger.encoding.kinds import kinds_of
from ledger.encoding.statement import Checked
from ledger.errors import UnknownReferenceError
from ledger.history.current import History
from ledger.history.naming import confirmed_by, kinds_named_in
from ledger.records.identity import StatementId
from ledger.records.making import Generation
from ledger.records.statement import family

_GENERATIONS: Final = kinds_of(Generation)


def check_references(said: Checked, history: History) -> None:
    """Refuse a statement that names later, unknown or wrong statements.

    Raises:
        UnknownReferenceError: with the pointer of the field.
    """
    for position, earlier in enumerate(said.json["prev"]):
        _check_known(earlier, f"/prev/{position}", history)
    # The target of an act is looked at by `ledger.history.current.check`.
    if said.kind in _GENERATIONS:
        # By far the most: their bodies need not be made for this.
        _check_kinds(assets_of(said.json["body"]), history)
        return
    for earlier in confirmed_by(said.body):
        _check_known(earlier, "/body", history)
    _check_kinds(kinds_named_in(said.body), history)


def assets_of(generation: Mapping[str, Any]) -> list[tuple[StatementId, str]]:
    """What `kinds_named_in` says of a generation, from its JSON."""
    # Withdrawn ones have an empty body.
    named = [one["asset"] for one in generation.get("inputs", ())]
    named += generation.get("outputs", ())
    return [(one, "asset") for one in named]


def _check_kinds(named: Sequence[tuple[StatementId, str]], history: History) -> None:
    for earlier, kind in named:
        head = history.find(earlier)
        if head is None:
            raise _unknown("/body")
        if family(head.kind) != kind:
            raise UnknownReferenceError(
                f"a statement of kind {kind}",
                met="one of another kind",
                advice="Name the statement that is meant.",
                where="/body",
            )


def _check_known(earlier: StatementId, where: str, history: History) -> None:
    if not history.knows(earlier):
        raise _unknown(where)


def _unknown(where: str) -> UnknownReferenceError:
    return UnknownReferenceError(
        "a statement that is in the log already",
        met="one that is not",
        advice="Submit the statements in order: what is relied on first.",
        where=where,
    )
