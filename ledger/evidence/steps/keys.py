"""Step 4, second half: keys in force, from genesis through every rotation.

Done before the checkpoint, since the last rotation names the key that must have signed
it. All statements are read again in step 9, with the rights of all other keys.
"""

from collections.abc import Callable, Iterable, Mapping

from ledger.encoding.commitment import statement_id
from ledger.encoding.digest import sha256_hex
from ledger.encoding.entry import by_commitment, check_projection
from ledger.encoding.sheet import open_sheet
from ledger.encoding.statement import check
from ledger.errors import (
    AlteredEvidenceError,
    MissingEvidenceError,
    SheetSignatureError,
)
from ledger.evidence import form
from ledger.evidence.steps.container import Container
from ledger.evidence.steps.log import Entries, Founding
from ledger.history.authority import ROTATION, Authority
from ledger.history.points import check_point, point_of, roots_at
from ledger.log.tree import leaf_hash
from ledger.records.authority import Rotation
from ledger.records.statement import Record, family

_MARK = b'"kind":"rotation.'


def read_keys(container: Container, entries: Entries, founding: Founding) -> Authority:
    """4.2 Every rotation is signed by the recovery key before it.

    Against a thief's keys: whoever has stolen every key of the studio's machines still
    lacks the one that says which keys come next.

    Args:
        container: the bundle, whose checkpoint was not verified yet.
        entries: of the log.
        founding: genesis, whose recovery key states the first rotation.

    Returns:
        Keys in force at the end: those of genesis and of rotations alone.

    Raises:
        MissingEvidenceError: a rotation is withheld.
        NotPermittedError, SheetSignatureError: another key stated it.
        AlteredEvidenceError, RecordError: it is not what its entry commits to.
    """
    authority = Authority().advance("", founding.said, 0)
    at = [
        index
        for index, entry in enumerate(entries.entries)
        if family(entry.kind) == ROTATION
    ]
    if not at:
        return authority
    rows, sheets = _rows(container, set(at)), _sheets(container)
    for index in at:
        row = rows.get(index)
        if row is None:
            raise MissingEvidenceError(
                "every rotation of the log's keys, which a bundle never withholds",
                met="an entry alone",
                advice="Ask for the bundle again.",
                index=index,
            )
        authority = _rotated(authority, row, sheets.get(row.sheet, b""), entries)
    return authority


def _rotated(
    authority: Authority, row: form.StatementRow, envelope: bytes, entries: Entries
) -> Authority:
    entry = entries.entries[row.index]
    said = check(row.raw())
    check_projection(
        entry, said.statement, statement_id(bytes.fromhex(row.blind), said.raw)
    )
    by = by_commitment(row.sheet, bytes.fromhex(row.by_blind), said.place)
    if by != entry.by.commitment or not isinstance(said.body, Rotation):
        raise AlteredEvidenceError(
            "a rotation whose entry commits to its sheet",
            met="another sheet, or another statement",
            advice="Do not rely on this bundle; ask for it again from its source.",
            where=form.STATEMENTS,
            index=row.index,
        )
    sheet = open_sheet(envelope, authority.recovery)
    if entry.id not in sheet.ids or sheet.log != said.statement.log:
        raise SheetSignatureError(
            "a sheet of this log that lists the rotation",
            met="another sheet",
            advice="Do not rely on this bundle; ask for it again from its source.",
            index=row.index,
        )
    return authority.advance(entry.id, said, row.index)


def check_points(
    container: Container, bodies: Iterable[tuple[int, Record | None]]
) -> int:
    """9.11 Sizes and roots that statements name are this log's: against another past.

    Args:
        container: with all entries.
        bodies: of the disclosed statements, with their indices.

    Returns:
        How many statements name one.

    Raises:
        UnknownReferenceError: a root that the log never had.
    """
    naming = [(index, body, point_of(body)) for index, body in bodies]
    wanted = [point.size for _, _, point in naming if point is not None]
    if not wanted:
        return 0
    lines = form.split_lines(container.parts[form.ENTRIES])
    roots = roots_at(map(leaf_hash, lines), wanted)
    for index, body, _ in naming:
        check_point(body, index, _known(roots))
    return len(wanted)


def _known(roots: Mapping[int, bytes]) -> Callable[[int], bytes]:
    return lambda size: roots.get(size, b"")


def _rows(container: Container, at: set[int]) -> Mapping[int, form.StatementRow]:
    # Only lines that could hold a rotation are parsed here; step 9 parses them all.
    lines = form.split_lines(container.parts[form.STATEMENTS])
    found = form.parse_rows(
        form.StatementRow, b"".join(line + b"\n" for line in lines if _MARK in line)
    )
    return {row.index: row for row in found if row.index in at}


def _sheets(container: Container) -> Mapping[str, bytes]:
    lines = form.split_lines(container.parts[form.SHEETS])
    return {sha256_hex(line): line for line in lines}
