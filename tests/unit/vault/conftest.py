"""A log in memory with real signatures, and the openings behind it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from ledger.encoding.commitment import Opening
from ledger.encoding.digest import sha256_hex
from ledger.encoding.entry import by_commitment, encode_entry, project
from ledger.encoding.sheet import Sheet, key_id_of, sign_sheet
from ledger.encoding.statement import Composed, Draft, Secret, check, compose
from ledger.errors import ErasedEvidenceError, MissingEvidenceError
from ledger.log.checkpoint import Checkpoint, sign_checkpoint
from ledger.log.note import Verifier
from ledger.log.tree import leaf_hash, root_of
from ledger.ports import LogReader, OpeningReader, StoredStatement
from ledger.records.identity import (
    as_instant,
    as_key_id,
    as_origin,
    as_statement_id,
    as_uid,
)
from ledger.records.statement import Scope

ORIGIN = as_origin("jangbu.invalid/0123456789abcdef")
AT = as_instant("2026-11-22T08:30:00.123456Z")
LOG_KEY = Ed25519PrivateKey.from_private_bytes(bytes([1]) * 32)
SIGNER = Ed25519PrivateKey.from_private_bytes(bytes([2]) * 32)


@dataclass
class MemoryLog:
    """Implements `LogReader` over elements, each on a sheet of its own.

    Attributes:
        sheet_log: the log that the sheets are for.
        listed: what the sheets list in place of the statement; "" for the statement.
    """

    composed: Sequence[Composed]
    origin: str = ORIGIN
    sheet_log: str = ORIGIN
    listed: str = ""
    sheets: dict[str, bytes] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.leaves: list[bytes] = []
        self.stored: list[StoredStatement] = []
        for index, one in enumerate(self.composed):
            raw = sign_sheet(
                Sheet(
                    log=as_origin(self.sheet_log),
                    org=as_uid("0f" * 16),
                    key_id=as_key_id(key_id_of(SIGNER.public_key().public_bytes_raw())),
                    signed_at=AT,
                    ids=(as_statement_id(self.listed or one.id),),
                ),
                SIGNER,
            )
            digest = sha256_hex(raw)
            self.sheets[digest] = raw
            by = by_commitment(digest, one.by_blind, one.place)
            said = check(one.raw).statement
            entry = project(said, statement_id=one.id, by=by, at=AT)
            self.leaves.append(encode_entry(entry))
            self.stored.append(
                StoredStatement(
                    index=index,
                    id=one.id,
                    kind=one.kind,
                    key=one.key,
                    raw=one.raw,
                    sheet=digest,
                )
            )

    def size(self) -> int:
        return len(self.leaves)

    def checkpoint(self) -> bytes:
        root = root_of([leaf_hash(leaf) for leaf in self.leaves])
        checkpoint = Checkpoint(origin=ORIGIN, size=self.size(), root=root)
        return sign_checkpoint(checkpoint, LOG_KEY)

    def entries(self, start: int, end: int) -> list[bytes]:
        return self.leaves[start:end]

    def statements(self, start: int, end: int) -> list[StoredStatement]:
        return [one for one in self.stored if start <= one.index < end]

    def sheet(self, digest: str) -> bytes:
        return self.sheets[digest]


@dataclass
class MemoryVault:
    """Implements `OpeningReader`."""

    composed: Sequence[Composed]
    erased: frozenset[str] = frozenset()

    def blinds(self, statement_id: str) -> tuple[bytes, bytes]:
        one = self._find(statement_id)
        return one.blind, one.by_blind

    def open(self, statement_id: str, path: str) -> Opening:
        if statement_id in self.erased:
            raise ErasedEvidenceError("a value", met="a tombstone", advice="None.")
        for kept in self._find(statement_id).values:
            if kept.opening.path == path:
                return kept.opening
        raise MissingEvidenceError("a value", met="none", advice="None.")

    def _find(self, statement_id: str) -> Composed:
        return next(one for one in self.composed if one.id == statement_id)


def element(number: int) -> Composed:
    draft = Draft(
        log=ORIGIN,
        kind="element.1",
        key=f"{number:032x}",
        scope=Scope(element=as_uid(f"{number:032x}")),
        body={"name": Secret(f"괴물 {number}")},
    )
    return compose(draft, lambda _: bytes([7]) * 32)


@pytest.fixture(scope="session")
def composed() -> list[Composed]:
    return [element(number) for number in range(7)]


@pytest.fixture(scope="session")
def memory_log(composed: list[Composed]) -> LogReader:
    return MemoryLog(composed)


@pytest.fixture(scope="session")
def careless_logs(composed: list[Composed]) -> dict[str, LogReader]:
    """Logs whose admission let through what it must refuse, by what that is."""
    return {
        "a sheet for another log": MemoryLog(
            composed, sheet_log="other.invalid/0123456789abcdef"
        ),
        "a sheet that lists another statement": MemoryLog(composed, listed="e" * 64),
    }


@pytest.fixture(scope="session")
def memory_vault(composed: list[Composed]) -> OpeningReader:
    return MemoryVault(composed)


@pytest.fixture(scope="session")
def erased_vault(composed: list[Composed]) -> OpeningReader:
    return MemoryVault(composed, erased=frozenset(one.id for one in composed))


@pytest.fixture(scope="session")
def log_key() -> Verifier:
    return Verifier.of(ORIGIN, LOG_KEY)


@pytest.fixture(scope="session")
def signers() -> dict[str, bytes]:
    public_key = SIGNER.public_key().public_bytes_raw()
    return {key_id_of(public_key): public_key}


@pytest.fixture(scope="session")
def resign() -> Callable[[Sheet], bytes]:
    """Sign another sheet with the signer's key."""

    def sign(sheet: Sheet) -> bytes:
        return sign_sheet(sheet, SIGNER)

    return sign
