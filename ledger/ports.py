"""What use cases need from the outside, as protocols: bytes in, bytes out.

`Port` is the seam between pipeline and ledger (protocol 16): four calls, the same in
process and over HTTP. Contract tests in tests/integration/port_contract.py hold for
every implementation.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, runtime_checkable

import msgspec

from ledger.encoding.canonical import JsonValue
from ledger.encoding.commitment import Opening
from ledger.errors import JangbuError


@runtime_checkable
class Clock(Protocol):
    """Tells the time; the only source of it for everything below the command."""

    def now(self) -> datetime:
        """The present instant, timezone-aware."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Submission:
    """One statement on its way to the log.

    Attributes:
        raw: the statement's canonical bytes.
        blind: b(""), which shows that the sheet's id is this statement's.
        by_blind: b("/by"), with which the entry commits to the sheet.
    """

    raw: bytes
    blind: bytes
    by_blind: bytes


# A dataclass, too, for `dataclasses.replace`; nothing of it is generated.
@dataclass(init=False, repr=False, eq=False, match_args=False)
class Receipt(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A statement is in the log.

    Made by the thousand: nothing for the collector of garbage to walk through.

    Attributes:
        leaf: RFC 6962 leaf hash of its entry, 64 hex digits.
        at: when it was admitted.
        checkpoint: a signed note whose tree holds it.
        new: whether this call admitted it; `False` for a retry.
    """

    id: str
    index: int
    leaf: str
    at: str
    checkpoint: str
    new: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """A statement was not stored, and why.

    Attributes:
        id: its id if it could be computed, else "".
    """

    id: str
    error: JangbuError


@dataclass(frozen=True, slots=True, kw_only=True)
class Lease:
    """An advisory claim on a piece of work; commits are idempotent without it.

    Attributes:
        holder: who has it, granted or not.
        granted: whether the caller has it now.
        expires_at: when it lapses unless claimed again.
    """

    work: str
    holder: str
    granted: bool
    expires_at: str


@runtime_checkable
class Port(Protocol):
    """The ledger as the pipeline sees it."""

    def claim(self, work: str, holder: str, seconds: int) -> Lease:
        """Ask for a piece of work (64 hex digits); advisory.

        A holder may claim again to renew. 0 seconds gives it back.
        """
        ...

    def put(self, content: bytes) -> str:
        """Keep bytes under their SHA-256; durable on return, idempotent."""
        ...

    def submit(
        self, sheet: bytes, statements: Sequence[Submission]
    ) -> list[Receipt | Refusal]:
        """Admit statements that a sheet lists, in order, one answer for each.

        Raises:
            StoreUnavailableError: nothing was stored; keep them in the outbox.
        """
        ...

    def locate(self, kind: str, key: str) -> Receipt | None:
        """The receipt of the statement with this kind and key, if admitted."""
        ...


class BlobReader(Protocol):
    """Bytes kept beside the log, by digest."""

    def read(self, digest: str) -> bytes:
        """The bytes.

        Raises:
            MissingEvidenceError: there is no such blob.
            AlteredEvidenceError: the bytes have another digest.
        """
        ...


@dataclass(frozen=True, slots=True)
class PixelReading:
    """Pixels of a picture file as a named decoder reads them."""

    pixels: str
    decoder: str


class PixelReader(Protocol):
    """Decodes a picture file for a check; implemented by the pipeline."""

    def read(self, content: bytes, decoder: str = "") -> PixelReading:
        """Digest of the pixels, and the decoder with version.

        By the decoder that is named, if this machine has it, else by another one.
        """
        ...


@dataclass(frozen=True, slots=True)
class CredentialReading:
    """What the C2PA manifest of a file says, and whether its signer is trusted.

    Attributes:
        state: `trusted`, `valid` (intact, signer not on the list), `invalid` or
            `absent`.
        frame: our assertion (docs/specs/manifest.md); `None` if there is none.
        manifest: SHA-256 of the manifest store; "" if there is none.
        codes: failure codes of the C2PA validator.
    """

    state: str
    frame: dict[str, JsonValue] | None
    manifest: str
    codes: tuple[str, ...] = ()


class CredentialReader(Protocol):
    """Reads content credentials; implemented by the pipeline."""

    def read(
        self, content: bytes, roots_pem: Sequence[str], sidecar: bytes | None = None
    ) -> CredentialReading:
        """What the active manifest says, in the file or beside it."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredStatement:
    """A statement as the store keeps it.

    Attributes:
        index: its place in the log.
        raw: canonical bytes.
        sheet: SHA-256 of the sheet's envelope, 64 hex digits.
    """

    index: int
    id: str
    kind: str
    key: str
    raw: bytes
    sheet: str


class LogReader(Protocol):
    """Reads a log at one moment; everything below `size` never changes again."""

    @property
    def origin(self) -> str:
        """`<domain>/<16 hex>`."""
        ...

    def size(self) -> int:
        """Entries in the newest checkpoint."""
        ...

    def checkpoint(self) -> bytes:
        """The newest signed checkpoint note."""
        ...

    def entries(self, start: int, end: int) -> list[bytes]:
        """Canonical bytes of the entries [start, end)."""
        ...

    def statements(self, start: int, end: int) -> list[StoredStatement]:
        """Statements of the entries [start, end), by index."""
        ...

    def sheet(self, digest: str) -> bytes:
        """A sheet's envelope.

        Raises:
            MissingEvidenceError: the store has no such sheet.
        """
        ...


class OpeningReader(Protocol):
    """The vault as readers of evidence see it."""

    def blinds(self, statement_id: str) -> tuple[bytes, bytes]:
        """b("") and b("/by") of a statement.

        Raises:
            ErasedEvidenceError: they were destroyed with a person's key.
            MissingEvidenceError: the vault never had them.
        """
        ...

    def open(self, statement_id: str, path: str) -> Opening:
        """The opening of a private field; errors as for `blinds`."""
        ...
