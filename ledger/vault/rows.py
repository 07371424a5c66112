"""What goes into one row of the vault, and what comes out of it again."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeAlias, TypeGuard

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    bindparam,
    select,
    tuple_,
    type_coerce,
)
from sqlalchemy.types import NullType

from ledger.encoding import canonical
from ledger.encoding.canonical import JsonValue
from ledger.encoding.commitment import BY_PATH, ID_PATH, Opening
from ledger.encoding.statement import Composed, KeptValue, KeyRef
from ledger.errors import (
    ErasedEvidenceError,
    MalformedRecordError,
    MissingEvidenceError,
)
from ledger.records.identity import as_statement_id
from ledger.vault.cipher import KEY_BYTES, Sealed, Spot, altered
from ledger.vault.tables import tombstones, values

_AT_ONCE: Final = 400
"""Places in one question: two parameters each, below any SQLite's limit of 999."""

ValueRow: TypeAlias = Row[tuple[object, ...]]
"""A row of the vault, as it is."""

_KEY_REF: Final = re.compile(
    r"studio|(vendor|person)/[0-9a-z]{1,64}(/retained|/held/[0-9a-f]{32})?"
)
"""What a reference may be: it becomes the name of a file in the keys folder."""

# SQLite keeps any type in any column: cells are fetched as they are, then looked at.
_AS_THEY_ARE: Final[list[ColumnElement[Any]]] = [
    type_coerce(column, NullType()).label(column.name) for column in values.c
]

# Made once: putting a question together costs several times what asking it does.
_ROW_AT: Final = select(*_AS_THEY_ARE).where(
    values.c.statement == bindparam("at_statement"),
    values.c.path == bindparam("at_path"),
)
_GRAVE_AT: Final = select(tombstones).where(
    tombstones.c.statement == bindparam("at_statement"),
    tombstones.c.path == bindparam("at_path"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """A value on its way into the vault.

    Attributes:
        key_ref: the key under whose data key it is sealed.
        plain: canonical JSON of what is sealed.
    """

    spot: Spot
    key_ref: KeyRef
    plain: bytes


def items_of(composed: Composed) -> Iterator[Item]:
    """Everything of a statement that the vault keeps: its blinds, then its values."""
    spot = Spot(statement=as_statement_id(composed.id, "/id"), path=ID_PATH)
    blinds: JsonValue = {
        "blind": composed.blind.hex(),
        "by_blind": composed.by_blind.hex(),
    }
    plain = canonical.encode(blinds)
    yield Item(spot=spot, key_ref=composed.blinded_by, plain=plain)
    yield from items_at(composed.id, composed.values)


def items_at(statement: str, kept: Iterable[KeptValue]) -> Iterator[Item]:
    """Private values of a statement, or of the leaves that it stands for."""
    as_statement_id(statement, "/id")
    for one in kept:
        opening = one.opening
        _check(opening)
        # The blind goes with the value: not every blind can be derived from a key.
        plain = canonical.encode({"blind": opening.blind.hex(), "value": opening.value})
        spot = Spot(statement=statement, path=opening.path)
        yield Item(spot=spot, key_ref=one.key_ref, plain=plain)


def _check(opening: Opening) -> None:
    path = opening.path
    if not path.startswith("/") or path == BY_PATH or not path.isascii():
        raise MalformedRecordError(
            "the JSON pointer of a private field",
            met="another path",
            advice="The blinds of the id and of the signer are kept by themselves.",
            where=path,
        )
    if len(opening.blind) != KEY_BYTES:
        raise MalformedRecordError(
            f"a blind of {KEY_BYTES} bytes",
            met=f"{len(opening.blind)} bytes",
            advice="Use 32 random bytes, or the blind that the key gives.",
            where=path,
        )


def read_opening(spot: Spot, plain: bytes) -> Opening:
    """The opening in a value's plaintext."""
    match canonical.parse(plain):
        case {"blind": str(blind), "value": value, **more} if not more:
            return Opening(path=spot.path, value=value, blind=_blind(spot, blind))
        case _:
            raise altered(spot)


def read_blinds(spot: Spot, plain: bytes) -> tuple[bytes, bytes]:
    """The blinds in a statement's own plaintext."""
    match canonical.parse(plain):
        case {"blind": str(blind), "by_blind": str(by_blind), **more} if not more:
            return _blind(spot, blind), _blind(spot, by_blind)
        case _:
            raise altered(spot)


def sealed_in(row: ValueRow) -> Sealed:
    """The ciphertext of a row.

    Raises:
        AlteredEvidenceError: there are no bytes where there must be.
    """
    match row.nonce, row.ciphertext:
        case bytes(nonce), bytes(ciphertext):
            return Sealed(nonce=nonce, ciphertext=ciphertext)
        case _:
            raise altered(Spot(statement=row.statement, path=row.path))


def key_ref_in(row: ValueRow) -> KeyRef:
    """The key that a row names.

    Raises:
        AlteredEvidenceError: it is no reference that this program ever wrote.
    """
    if is_key_ref(row.key_ref):
        return row.key_ref
    raise altered(Spot(statement=row.statement, path=row.path))


def spot_of(row: ValueRow) -> Spot:
    """Where a row stands."""
    return Spot(statement=row.statement, path=row.path)


def values_under(connection: Connection, key_ref: KeyRef) -> Sequence[ValueRow]:
    """All rows that are sealed under a key."""
    query = select(*_AS_THEY_ARE).where(values.c.key_ref == key_ref)
    return connection.execute(query).all()


def is_key_ref(value: object) -> TypeGuard[KeyRef]:
    """Whether something can be the reference of a blinding key."""
    return isinstance(value, str) and _KEY_REF.fullmatch(value) is not None


def rows_at(connection: Connection, spots: Sequence[Spot]) -> dict[Spot, ValueRow]:
    """The rows that already stand at some spots.

    Raises:
        ErasedEvidenceError: one of the spots has a tombstone.
    """
    found: dict[Spot, ValueRow] = {}
    for start in range(0, len(spots), _AT_ONCE):
        places = [(spot.statement, spot.path) for spot in spots[start:][:_AT_ONCE]]
        graves = tuple_(tombstones.c.statement, tombstones.c.path).in_(places)
        grave = connection.execute(select(tombstones).where(graves).limit(1)).first()
        if grave is not None:
            raise erased(Spot(statement=grave.statement, path=grave.path))
        here = tuple_(values.c.statement, values.c.path).in_(places)
        for row in connection.execute(select(*_AS_THEY_ARE).where(here)):
            found[Spot(statement=row.statement, path=row.path)] = row
    return found


def row_at(connection: Connection, spot: Spot) -> ValueRow | None:
    """The row at one spot; errors as for `rows_at`."""
    here = {"at_statement": spot.statement, "at_path": spot.path}
    row = connection.execute(_ROW_AT, here).one_or_none()
    if row is None and connection.execute(_GRAVE_AT, here).first() is not None:
        raise erased(spot)
    return row


def rows_of(connection: Connection, statements: Sequence[str]) -> dict[Spot, ValueRow]:
    """All rows of some statements."""
    return {
        Spot(statement=row.statement, path=row.path): row
        for some in _some(statements)
        for row in connection.execute(
            select(*_AS_THEY_ARE).where(values.c.statement.in_(some))
        )
    }


def graves_of(connection: Connection, statements: Sequence[str]) -> frozenset[Spot]:
    """All spots of some statements that have a tombstone."""
    return frozenset(
        Spot(statement=grave.statement, path=grave.path)
        for some in _some(statements)
        for grave in connection.execute(
            select(tombstones).where(tombstones.c.statement.in_(some))
        )
    )


def _some(statements: Sequence[str]) -> Iterator[Sequence[str]]:
    for start in range(0, len(statements), _AT_ONCE):
        yield statements[start:][:_AT_ONCE]


def erased(spot: Spot) -> ErasedEvidenceError:
    """The error for a value that has a tombstone."""
    return ErasedEvidenceError(
        "a value that is still kept",
        met="its tombstone",
        advice="It was erased and does not come back; only the proofs remain.",
        where=f"{spot.statement} {spot.path}",
    )


def missing(spot: Spot) -> MissingEvidenceError:
    """The error for a value that the vault never had."""
    return MissingEvidenceError(
        "a value that the vault keeps",
        met="none at this place",
        advice="Ask whoever made the statement, or restore the vault.",
        where=f"{spot.statement} {spot.path}",
    )


def _blind(spot: Spot, text: str) -> bytes:
    try:
        blind = bytes.fromhex(text)
    except ValueError as error:
        raise altered(spot) from error
    if len(blind) != KEY_BYTES or blind.hex() != text:
        raise altered(spot)
    return blind
