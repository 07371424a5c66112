"""In-memory shelves behind the ledger's ports."""

from dataclasses import dataclass, field

from ledger.encoding.commitment import Opening
from ledger.encoding.digest import sha256_hex
from ledger.encoding.statement import Composed
from ledger.errors import ErasedEvidenceError, MissingEvidenceError
from ledger.ports import StoredStatement


@dataclass
class ListedLog:
    """The log as lists; implements `LogReader`."""

    origin: str
    raw_entries: list[bytes] = field(default_factory=list)
    stored: list[StoredStatement] = field(default_factory=list)
    sheets: dict[str, bytes] = field(default_factory=dict)
    note: bytes = b""

    def size(self) -> int:
        return len(self.raw_entries)

    def checkpoint(self) -> bytes:
        return self.note

    def entries(self, start: int, end: int) -> list[bytes]:
        return self.raw_entries[start:end]

    def statements(self, start: int, end: int) -> list[StoredStatement]:
        return self.stored[start:end]

    def sheet(self, digest: str) -> bytes:
        return self.sheets[digest]


@dataclass
class OpenVault:
    """What the vault keeps; implements `OpeningReader`."""

    composed: dict[str, Composed] = field(default_factory=dict)
    erased: set[str] = field(default_factory=set)
    erased_values: set[tuple[str, str]] = field(default_factory=set)

    def blinds(self, statement_id: str) -> tuple[bytes, bytes]:
        if statement_id in self.erased:
            raise ErasedEvidenceError("blinds", met="a tombstone", advice="None.")
        one = self.composed.get(statement_id)
        if one is None:
            raise MissingEvidenceError("blinds", met="none", advice="None.")
        return one.blind, one.by_blind

    def open(self, statement_id: str, path: str) -> Opening:
        if (statement_id, path) in self.erased_values:
            raise ErasedEvidenceError("a value", met="a tombstone", advice="None.")
        for kept in self.composed[statement_id].values:
            if kept.opening.path == path:
                return kept.opening
        raise MissingEvidenceError("a private field", met="none", advice="None.")


@dataclass
class BlobShelf:
    """Blobs in a dictionary; implements `BlobReader`."""

    blobs: dict[str, bytes] = field(default_factory=dict)

    def put(self, content: bytes) -> str:
        digest = sha256_hex(content)
        self.blobs[digest] = content
        return digest

    def read(self, digest: str) -> bytes:
        if digest not in self.blobs:
            raise MissingEvidenceError("a blob", met="none", advice="Restore it.")
        return self.blobs[digest]
