"""Which keys of a log are in force, from its own statements.

The log's own keys follow from genesis and rotations alone. A rotation's key is derived
from its number, so the newest is found without reading the log.
"""

from collections.abc import Mapping
from itertools import count
from typing import Protocol

from ledger.encoding.commitment import machine_key
from ledger.encoding.entry import parse_entry
from ledger.encoding.sheet import key_id_of
from ledger.encoding.statement import check
from ledger.history.authority import DECIDING, Authority
from ledger.ports import LogReader, StoredStatement
from ledger.records.authority import Genesis, Key, Rotation
from ledger.records.statement import family

ROTATION_KIND = "rotation.1"


class FindingReader(LogReader, Protocol):
    """A reader that also looks statements up by kind and key."""

    def find(self, kind: str, key: str) -> StoredStatement | None:
        """A statement by kind and key; `None` if there is none."""
        ...


def rotation_key(blinding: bytes, log: str, number: int) -> str:
    """The statement key of a log's first, second … rotation, counted from 1."""
    return machine_key(blinding, log, ROTATION_KIND, number)


def own_authority(reader: FindingReader, blinding: bytes) -> Authority:
    """Roots, recovery key and log keys in force; delegations are left out.

    Args:
        reader: of a log that is not empty.
        blinding: the studio's blinding key.
    """
    first = reader.statements(0, 1)[0]
    authority = Authority().advance(first.id, check(first.raw), 0)
    for number in count(1):
        key = rotation_key(blinding, reader.origin, number)
        found = reader.find(ROTATION_KIND, key)
        if found is None:
            break
        authority = authority.advance(found.id, check(found.raw), found.index)
    return authority


def whole_authority(reader: LogReader) -> Authority:
    """Who may state what now; reads all entries, and the statements about keys."""
    authority = Authority()
    for index, raw in enumerate(reader.entries(0, reader.size())):
        if family(parse_entry(raw).kind) in DECIDING:
            (stored,) = reader.statements(index, index + 1)
            authority = authority.advance(stored.id, check(stored.raw), index)
    return authority


def every_key(reader: LogReader) -> Mapping[str, bytes]:
    """All public keys that a log ever named for statements, by key id.

    For whoever checks a signature that was made when another key was in force.
    """
    found: list[str] = []
    for index, raw in enumerate(reader.entries(0, reader.size())):
        if family(parse_entry(raw).kind) in DECIDING:
            (stored,) = reader.statements(index, index + 1)
            match check(stored.raw).body:
                case Genesis() | Rotation() as body:
                    found += [body.recovery_key, *body.admission_roots]
                case Key() as body:
                    found.append(body.public_key)
                case _:
                    continue
    return {key_id_of(key): key for key in map(bytes.fromhex, found)}


def rotations_before(authority: Authority) -> int:
    """How many rotations a log had."""
    return len(authority.log_keys.periods) - 1
