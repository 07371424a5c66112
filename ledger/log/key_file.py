"""The file `keys` of an exported log: which key signs its checkpoints, size by size.

One line for each key: the first size that it signs, the last (`-` while it is in
force), and the key as a C2SP verifier key. It is a help for readers and proves nothing:
whoever could replace the log could replace this file too. A reader trusts the keys that
came another way; the rotations in the log show how one follows from the other.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from ledger.errors import CheckpointError
from ledger.log.note import Verifier

NAME: Final = "keys"
LARGEST: Final = 1 << 20

_LINE = re.compile(r"(0|[1-9][0-9]{0,18}) (-|0|[1-9][0-9]{0,18}) (\S+)")


@dataclass(frozen=True, slots=True)
class KeyPeriod:
    """A log key and the checkpoints that it signs.

    Attributes:
        first: size of the smallest of them.
        last: size of the largest; `None` while the key is in force.
    """

    first: int
    last: int | None
    verifier: Verifier


def key_periods(
    origin: str, started: Sequence[tuple[int, bytes]]
) -> tuple[KeyPeriod, ...]:
    """The periods of a log's keys, from the size at which each began."""
    ends = [first - 1 for first, _ in started[1:]]
    return tuple(
        KeyPeriod(first, last, Verifier(name=origin, public_key=public_key))
        for (first, public_key), last in zip(started, [*ends, None], strict=True)
    )


def print_keys(periods: Sequence[KeyPeriod]) -> bytes:
    """The file.

    Examples:
        >>> key = Verifier(name="example.com/log", public_key=bytes(32))
        >>> print(print_keys([KeyPeriod(1, None, key)]).decode(), end="")
        1 - example.com/log+a3ad76db+AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA
    """
    return "".join(
        f"{one.first} {'-' if one.last is None else one.last} "
        f"{one.verifier.to_vkey()}\n"
        for one in periods
    ).encode()


def read_keys(raw: bytes) -> tuple[KeyPeriod, ...]:
    """Read the file.

    Raises:
        CheckpointError: any other form.
    """
    try:
        lines = raw.decode("ascii").split("\n")
    except UnicodeDecodeError as error:
        raise _refused("other bytes") from error
    found = [_LINE.fullmatch(line) for line in lines[:-1]]
    periods = tuple(
        KeyPeriod(
            int(one[1]),
            None if one[2] == "-" else int(one[2]),
            Verifier.from_vkey(one[3]),
        )
        for one in found
        if one is not None
    )
    if print_keys(periods) != raw:
        raise _refused("another form")
    return periods


def _refused(met: str) -> CheckpointError:
    return CheckpointError(
        "lines of a first size, a last size and a verifier key",
        met=met,
        advice="Get the log's keys from the production, apart from its log.",
    )
