"""Which statements a bundle shows, and which of their private fields it opens."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from ledger.encoding.entry import Entry
from ledger.encoding.kinds import KINDS
from ledger.encoding.statement import canonical_object, check, read
from ledger.errors import ErasedEvidenceError, UnknownReferenceError
from ledger.evidence import form
from ledger.evidence.disclosure import Disclosure, Told
from ledger.history.naming import named_by
from ledger.ports import OpeningReader, StoredStatement
from ledger.vault.disclosure import commitment_at


@dataclass(frozen=True, slots=True)
class Shown:
    """What will be disclosed.

    Attributes:
        rows: the statements, by index.
        erased: indices of statements whose blinds were erased.
    """

    disclosure: Disclosure
    rows: tuple[form.StatementRow, ...]
    erased: tuple[int, ...]


def shown_of(
    openings: OpeningReader, asked: Disclosure, stored: dict[str, StoredStatement]
) -> Shown:
    """What a question touches, and whatever that names.

    Args:
        openings: blinds of the statements.
        asked: the question, in its log; nothing is told yet.
        stored: all statements by id.

    Raises:
        MissingEvidenceError, AlteredEvidenceError: the production is damaged.
    """
    wanted = [
        entry.id
        for entry in asked.entries
        if asked.touches(entry.scope) and entry.id in stored
    ]
    told: dict[str, Told] = {}
    while wanted:
        one = stored[wanted.pop()]
        if one.id not in told:
            told[one.id] = _told(one, asked.entries[one.index])
            body = told[one.id].body
            wanted += [
                name
                for name in named_by(told[one.id].said, body)
                if name in stored and name not in told and asked.asks_for(body, name)
            ]
    return _opened(openings, asked, stored, told)


def _opened(
    openings: OpeningReader,
    asked: Disclosure,
    stored: dict[str, StoredStatement],
    told: dict[str, Told],
) -> Shown:
    rows: list[form.StatementRow] = []
    kept: dict[str, Told] = {}
    erased: list[int] = []
    for one in sorted(told.values(), key=lambda told: told.index):
        try:
            blind, by_blind = openings.blinds(one.id)
        except ErasedEvidenceError:
            erased.append(one.index)
            continue
        kept[one.id] = one
        rows.append(_row(stored[one.id], blind, by_blind))
    return Shown(replace(asked, told=kept), tuple(rows), tuple(erased))


def _told(one: StoredStatement, entry: Entry) -> Told:
    if entry.kind not in KINDS:
        return Told(index=one.index, id=entry.id, said=read(one.raw), body=None)
    checked = check(one.raw)
    return Told(index=one.index, id=entry.id, said=checked.statement, body=checked.body)


def _row(one: StoredStatement, blind: bytes, by_blind: bytes) -> form.StatementRow:
    return form.StatementRow.model_validate(
        {
            "index": one.index,
            "blind": blind.hex(),
            "by_blind": by_blind.hex(),
            "sheet": one.sheet,
            "statement": canonical_object(one.raw),
        }
    )


def opened_fields(
    openings: OpeningReader, fields: Iterable[tuple[str, str]], shown: Shown
) -> list[form.OpeningRow]:
    """Private fields that were asked for, each as (statement id, path).

    Raises:
        UnknownReferenceError: a statement that is not shown.
        ErasedEvidenceError: it, or the field, was erased.
        MissingEvidenceError: it has no such private field.
    """
    rows: list[form.OpeningRow] = []
    raws = {row.index: row.raw() for row in shown.rows}
    gone = {shown.disclosure.entries[index].id for index in shown.erased}
    for statement, path in sorted(set(fields)):
        told = shown.disclosure.told.get(statement)
        if told is None:
            if statement in gone:
                openings.blinds(statement)  # refused there, as erased
            raise UnknownReferenceError(
                "a statement that this bundle discloses",
                met=statement,
                advice="Ask for the shot that it belongs to, or for the whole log.",
                where="--disclose",
            )
        # The vault also opens fields of leaves, which no bundle can show by itself.
        commitment_at(raws[told.index], path)
        opening = openings.open(statement, path)
        rows.append(
            form.OpeningRow.model_validate({"index": told.index, **opening.to_json()})
        )
    return sorted(rows, key=lambda row: (row.index, row.path))
