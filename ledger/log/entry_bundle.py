"""Entry bundles after C2SP (c2sp.org/tlog-tiles): up to 256 entries in one file.

Each entry stands behind its length as two bytes, big end first; nothing else is in the
file, so that one sequence of entries has one encoding.
"""

from collections.abc import Sequence
from typing import Final

from ledger.errors import LogError
from ledger.log.tiles import WIDTH, Tile

LONGEST_ENTRY: Final = 0xFFFF
LARGEST: Final = WIDTH * (2 + LONGEST_ENTRY)
"""Bytes of the largest bundle that there can be."""

_LENGTH: Final = 2


def join_entries(entries: Sequence[bytes]) -> bytes:
    """The bytes of a bundle.

    Raises:
        LogError: an entry is longer than a bundle can say.

    Examples:
        >>> join_entries([b"a", b"bc"]).hex()
        '00016100026263'
    """
    longest = max(map(len, entries), default=0)
    if longest > LONGEST_ENTRY:
        raise LogError(
            f"entries of at most {LONGEST_ENTRY} bytes",
            met=f"{longest} bytes",
            advice="Such an entry cannot stand in a tiled log.",
        )
    return b"".join(len(one).to_bytes(_LENGTH, "big") + one for one in entries)


def split_entries(raw: bytes, tile: Tile) -> tuple[bytes, ...]:
    """The entries of a bundle, as many as its width says.

    Raises:
        LogError: an entry is cut off, or there are more or fewer.
    """
    entries: list[bytes] = []
    start = 0
    while start < len(raw):
        end = start + _LENGTH + int.from_bytes(raw[start : start + _LENGTH], "big")
        if start + _LENGTH > len(raw) or end > len(raw):
            raise _wrong(tile, "whole entries", "one that is cut off")
        entries.append(raw[start + _LENGTH : end])
        start = end
    if len(entries) != tile.width:
        raise _wrong(tile, f"{tile.width} entries", f"{len(entries)}")
    return tuple(entries)


def _wrong(tile: Tile, expected: str, met: str) -> LogError:
    return LogError(
        f"an entry bundle of {expected}",
        met=met,
        advice="Fetch the bundle again, or export the log anew.",
        where=tile.path,
    )
