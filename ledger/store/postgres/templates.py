"""Rows of statements and entries as COPY takes them, by templates.

What many rows have in common is written once: a template of a row has room for what
differs, and a row is one formatting of bytes. That takes a sixth of the time that one
encoded value after the other takes.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from struct import Struct
from typing import Final

from ledger.store.postgres.copying import COPIED, text_value
from ledger.store.rows import Admitted

_LENGTH: Final = Struct(">i").pack
_COLUMNS: Final = Struct(">h").pack
# Room for a value; ids, keys and leaf hashes have one length (protocol 1 and 2).
_INDEX: Final = _LENGTH(8) + b"%b"
_ID: Final = _LENGTH(64) + b"%b"
_KEY: Final = _LENGTH(32) + b"%b"
_LEAF: Final = _LENGTH(32) + b"%b"
_BYTES: Final = b"%b%b"
"""With their length before them."""


@dataclass(slots=True)
class Templates:
    """Rows of statements and entries of one log, encoded.

    What many rows have in common is written once: a template of a row has room for
    what differs, and the row is one formatting.
    """

    studio: str
    log: str
    _made: dict[tuple[str, ...], bytes] = field(default_factory=dict, init=False)

    def statements(self, some: Iterable[Admitted]) -> bytes:
        """Rows of `statement`."""
        made = self._made
        return b"".join(
            [
                (made.get((one.kind, one.sheet)) or self._statement(one))
                % (
                    one.idx.to_bytes(8, "big"),
                    one.id.encode(),
                    one.key.encode(),
                    len(one.body).to_bytes(4, "big"),
                    one.body,
                )
                for one in some
            ]
        )

    def entries(self, some: Iterable[Admitted]) -> bytes:
        """Rows of `entry`."""
        made = self._made
        return b"".join(
            [
                (made.get((one.kind,)) or self._entry(one))
                % (
                    one.idx.to_bytes(8, "big"),
                    one.id.encode(),
                    one.leaf,
                    len(one.entry).to_bytes(4, "big"),
                    one.entry,
                )
                for one in some
            ]
        )

    def _statement(self, one: Admitted) -> bytes:
        values = (_ID, _fixed(one.kind), _KEY, _fixed(one.sheet), _BYTES)
        return self._keep("statement", (one.kind, one.sheet), values)

    def _entry(self, one: Admitted) -> bytes:
        values = (_ID, _fixed(one.kind), _LEAF, _BYTES)
        return self._keep("entry", (one.kind,), values)

    def _keep(
        self, table: str, place: tuple[str, ...], values: Iterable[bytes]
    ) -> bytes:
        start = _COLUMNS(len(COPIED[table])) + _fixed(self.studio) + _fixed(self.log)
        self._made[place] = made = b"".join((start, _INDEX, *values))
        return made


def _fixed(value: str) -> bytes:
    """Text as it stands in a template."""
    return text_value(value).replace(b"%", b"%%")
