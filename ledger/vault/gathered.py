"""Private values of many statements at once, for whoever opens a whole film.

One question for each value would cost more than opening it. The rows are fetched
together and opened one by one as they are asked for, each with the same checks and the
same errors as `Vault.open`; a blinding key is asked for once, and forgotten with the
rows: they are meant to be let go soon.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from sqlalchemy import Connection

from ledger.encoding.commitment import ID_PATH, Opening
from ledger.encoding.statement import KeyRef
from ledger.vault.cipher import Spot, data_key, unseal
from ledger.vault.rows import (
    ValueRow,
    erased,
    graves_of,
    key_ref_in,
    missing,
    read_blinds,
    read_opening,
    rows_of,
    sealed_in,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Gathered:
    """Rows of some statements; implements `ledger.ports.OpeningReader` for them.

    Attributes:
        secret_of: the blinding key of a reference.
        opened: one number, the vault's own: values that were opened so far.
    """

    rows: dict[Spot, ValueRow]
    graves: frozenset[Spot]
    secret_of: Callable[[KeyRef], bytes]
    opened: list[int]
    _data_keys: dict[KeyRef, bytes] = field(default_factory=dict)

    def blinds(self, statement_id: str) -> tuple[bytes, bytes]:
        """b("") and b("/by") of one of the statements; errors as for the vault's."""
        spot = Spot(statement=statement_id, path=ID_PATH)
        return read_blinds(spot, self._plain(spot))

    def open(self, statement_id: str, path: str) -> Opening:
        """The opening of a field of one of the statements; errors as for `blinds`."""
        spot = Spot(statement=statement_id, path=path)
        if path == ID_PATH:  # blinds stand there, and no value
            raise missing(spot)
        opening = read_opening(spot, self._plain(spot))
        self.opened[0] += 1
        return opening

    def _plain(self, spot: Spot) -> bytes:
        row = self.rows.get(spot)
        if row is None:
            raise erased(spot) if spot in self.graves else missing(spot)
        return unseal(self._data_key(key_ref_in(row)), spot, sealed_in(row))

    def _data_key(self, key_ref: KeyRef) -> bytes:
        if key_ref not in self._data_keys:
            self._data_keys[key_ref] = data_key(self.secret_of(key_ref))
        return self._data_keys[key_ref]


def gather(
    connection: Connection,
    statements: Iterable[str],
    secret_of: Callable[[KeyRef], bytes],
    opened: list[int],
) -> Gathered:
    """Fetch what the vault keeps for some statements."""
    # Nothing is kept for what is no id, and text of any form may be asked for.
    ids = [one for one in statements if one.isascii()]
    return Gathered(
        rows=rows_of(connection, ids),
        graves=graves_of(connection, ids),
        secret_of=secret_of,
        opened=opened,
    )
