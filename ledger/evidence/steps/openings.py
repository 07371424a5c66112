"""Step 10: opened private fields, and who had the right to act on what others said."""

from collections.abc import Iterator, Mapping
from typing import TypeAlias

from ledger.encoding.canonical import JsonValue
from ledger.encoding.commitment import check_opening, is_private
from ledger.encoding.statement import canonical_object
from ledger.errors import AlteredEvidenceError
from ledger.evidence import form
from ledger.evidence.audit import Audit
from ledger.evidence.disclosure import Disclosure
from ledger.evidence.steps.statements import Signed
from ledger.evidence.verdict import Reason
from ledger.history.rights import check_countersigned, may
from ledger.records.identity import as_statement_id
from ledger.records.people import Countersignature
from ledger.records.statement import Act

Opened: TypeAlias = Mapping[tuple[int, str], JsonValue]
"""Values by entry and path."""


def check_openings(raw: bytes, signed: Mapping[int, Signed]) -> Opened:
    """10.1 Opened fields lead to their commitments: against invented values.

    Raises:
        AlteredEvidenceError, MalformedRecordError.
    """
    rows = form.parse_rows(form.OpeningRow, raw)
    keys = [(row.index, row.path) for row in rows]
    if keys != sorted(set(keys)):
        raise _altered("openings in order, each once", "another order")
    for row in rows:
        one = signed.get(row.index)
        if one is None:
            raise _altered("openings of disclosed statements", "one of another")
        commitment = _commitment_at(one.checked.raw, row.path)
        check_opening(row.opening(), one.checked.place, commitment)
    return {(row.index, row.path): row.value for row in rows}


def check_rights(
    audit: Audit, disclosure: Disclosure, signed: Mapping[int, Signed], opened: Opened
) -> None:
    """10.2 Only who said it takes it back: against words put in another's mouth.

    Which party a key speaks for is private. Where it is not opened, two statements
    of one key are known to be one party's; anything else is left open.
    """
    _check_countersigned(audit, disclosure, signed, opened)
    for act, one in _acts(signed):
        if act.verb == "supersede":
            continue
        target = signed.get(disclosure.history.head(act.of).index)
        parties = None
        if target is not None:
            parties = _parties(one, target, disclosure, opened)
        if parties is None:
            audit.leave_open(Reason.WEAK, "rights.unchecked")
            continue
        with audit.step("rights"):
            may(act.verb, *parties, granted=True)


def _check_countersigned(
    audit: Audit, disclosure: Disclosure, signed: Mapping[int, Signed], opened: Opened
) -> None:
    """10.3 Nobody countersigns themselves: against one party that seems to be two."""
    for one in signed.values():
        body = one.told.body
        if not isinstance(body, Countersignature):
            continue
        targets = (signed.get(disclosure.history.head(of).index) for of in body.of)
        for target in targets:
            found = _parties(one, target, disclosure, opened) if target else None
            if found is None:
                audit.leave_open(Reason.WEAK, "rights.unchecked")
                continue
            with audit.step("rights"):
                check_countersigned(found[0], found[1:])


def _acts(signed: Mapping[int, Signed]) -> Iterator[tuple[Act, Signed]]:
    for one in signed.values():
        act = one.told.said.act
        if act is not None:
            yield act, one


def _parties(
    one: Signed, target: Signed, disclosure: Disclosure, opened: Opened
) -> tuple[str, str] | None:
    if one.signer == target.signer:
        return one.signer, one.signer
    ours, theirs = (
        _party(key, one, disclosure, opened) for key in (one.signer, target.signer)
    )
    return None if ours is None or theirs is None else (ours, theirs)


def _party(
    signer: str, one: Signed, disclosure: Disclosure, opened: Opened
) -> str | None:
    if signer in one.authority.owners:
        return one.authority.studio
    delegation = one.authority.spoken_by.get(signer)
    if delegation is None:
        return None
    index = disclosure.history.head(as_statement_id(delegation)).index
    value = opened.get((index, "/body/party"))
    return value if isinstance(value, str) else None


def _commitment_at(raw: bytes, path: str) -> str:
    value: JsonValue = canonical_object(raw)
    for step in path.removeprefix("/").split("/"):
        match value:
            case dict():
                name = step.replace("~1", "/").replace("~0", "~")
                value = value.get(name, "")
            case list() if step.isdecimal() and step.isascii() and len(step) < 6:
                value = value[int(step)] if int(step) < len(value) else ""
            case _:
                value = ""
    commitment = value["#"] if is_private(value) else None
    if not path.startswith("/") or not isinstance(commitment, str):
        raise _altered("the path of a private field", "another path")
    return commitment


def _altered(expected: str, met: str) -> AlteredEvidenceError:
    return AlteredEvidenceError(
        expected,
        met=met,
        advice="Do not rely on this bundle; ask for it again from its source.",
        where=form.OPENINGS,
    )
