"""Searching the vault for a name: by the blind index, and by opening what it finds.

The index is brought up to the newest entry first, then asked; each candidate is opened
and compared, since the index knows parts of names and not their order. Where nothing
can be written, names are opened one by one.
"""

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from ledger.errors import ErasedEvidenceError, MissingEvidenceError, UsageError
from ledger.ports import LogReader, OpeningReader
from ledger.production.current import history_of, in_force
from ledger.production.opening import Production
from ledger.records.statement import family
from ledger.vault.cipher import Spot
from ledger.vault.names import NAMES, Wanted, wanted

_PATHS: Final = {
    "party": ("/body/name", "/body/latin"),
    "element": ("/body/name",),
}
"""Where names stand, by kind."""

_AT_ONCE: Final = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A name that was found.

    Attributes:
        current: whether it is in force, and no earlier name.
    """

    index: int
    id: str
    kind: str
    path: str
    name: str
    current: bool


@dataclass(frozen=True, slots=True)
class Answer:
    """What a search found.

    Attributes:
        found: in the order of the log.
        opened: values that were opened on the way, also those that did not fit.
    """

    found: tuple[Found, ...]
    opened: int


def search_names(production: Production, query: str) -> Answer:
    """Names of parties and elements that a query means.

    Args:
        production: an opened production, online.
        query: a name, a word of it, or some syllables; `김…` for names that begin so.

    Raises:
        UsageError: nothing in the query can be looked up.
    """
    want = wanted(query)
    if want is None:
        raise UsageError(
            "a syllable or a whole word of a name",
            met="nothing that can be looked up",
            advice='Give more of it, such as --name "김하나" or --name "Kim…".',
            where="--name",
        )
    reader = production.reader()
    places, opened = _candidates(production, reader, want)
    names = list(_names(production.vault, places))
    stored = {one.id: one for one in reader.statements(0, reader.size())}
    history = history_of(reader)
    found = [
        Found(
            index=stored[spot.statement].index,
            id=spot.statement,
            kind=stored[spot.statement].kind,
            path=spot.path,
            name=name,
            current=in_force(history, spot.statement),
        )
        for spot, name in names
        if spot.statement in stored and want.fits(name)
    ]
    found.sort(key=lambda one: (one.index, one.path))
    return Answer(tuple(found), opened + len(names))


def _candidates(
    production: Production, reader: LogReader, want: Wanted
) -> tuple[Sequence[Spot], int]:
    """Places to look at, and how many values were opened to find them."""
    if not os.access(production.layout.root, os.W_OK):
        return list(_places(reader, 0)), 0
    production.keys.make_blinding_key(NAMES)
    vault = production.vault
    size, start = reader.size(), vault.indexed()
    fresh = list(_names(vault, _places(reader, start)))
    if start < size:
        vault.index_names(fresh, size)
    return vault.named(want.parts), len(fresh)


def _places(reader: LogReader, start: int) -> Iterator[Spot]:
    size = reader.size()
    for first in range(start, size, _AT_ONCE):
        for one in reader.statements(first, min(first + _AT_ONCE, size)):
            for path in _PATHS.get(family(one.kind), ()):
                yield Spot(statement=one.id, path=path)


def _names(
    vault: OpeningReader, places: Iterator[Spot] | Sequence[Spot]
) -> Iterator[tuple[Spot, str]]:
    for spot in places:
        try:
            value = vault.open(spot.statement, spot.path).value
        except (ErasedEvidenceError, MissingEvidenceError):
            continue  # gone, or a party without such a name
        if isinstance(value, str):
            yield spot, value
