"""Column types that mean the same on both databases."""

from typing import Any, Final

from sqlalchemy import BigInteger, Dialect, Integer, String, TypeDecorator
from sqlalchemy.types import TypeEngine

POSTGRESQL: Final = "postgresql"


class Name(TypeDecorator[str]):
    """Text of ours in ASCII: ids, kinds, keys, digests.

    PostgreSQL is told to compare bytes (collation "C"): an index over the rules of
    some language is quicker to break, with an upgrade of the C library, than to use.
    """

    impl = String
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """`VARCHAR`, compared by bytes."""
        if dialect.name == POSTGRESQL:
            return dialect.type_descriptor(String(collation="C"))
        return dialect.type_descriptor(String())


class Position(TypeDecorator[int]):
    """A place in a log, or a number of entries; SQLite's integers are wide anyway."""

    impl = Integer
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """`BIGINT` on PostgreSQL, `INTEGER` on SQLite."""
        wide = BigInteger() if dialect.name == POSTGRESQL else Integer()
        return dialect.type_descriptor(wide)
