"""The error tree.

    JangbuError
    ├─ LedgerError
    │  ├─ RecordError    malformed, unknown kind, conflict, stale, no right …
    │  ├─ LogError       inclusion, consistency, signatures, rollback
    │  ├─ EvidenceError  missing, altered, erased, unreadable
    │  ├─ PolicyError    a policy file that cannot be used (ledger/rules/errors.py)
    │  ├─ CutError       a cut that does not lead to frames
    │  ├─ CreditError    a roll that cannot be built
    │  ├─ ReportError    fonts, glyphs, typesetting (ledger/reports/errors.py)
    │  ├─ KeyStoreError  missing or foreign keys
    │  └─ StoreError     out of reach, full, changed from outside
    └─ PipelineError     (pipeline/errors.py)

Every error says what was expected, what was met and what to do. `where` and
`met` may hold what is private (a path, a name) and go to a terminal only;
`public()` holds nothing private and is what may be written to JSON or a log.
"""

from typing import Any, ClassVar, TypeAlias

Fact: TypeAlias = str | int


class JangbuError(Exception):
    """Anything that Jangbu refuses or cannot do, with advice.

    Attributes:
        code: stable dotted name, listed in docs/reference/errors.md.
        exit_code: the command's exit code for this error.
        expected: what should have been there; never holds anything private.
        met: what was there; for the terminal only.
        advice: what to do next; never holds anything private.
        where: file, field or frame; for the terminal only.
        facts: public facts (frame number, index, kind) that JSON may carry.
    """

    code: ClassVar[str] = "internal"
    exit_code: ClassVar[int] = 70

    def __init__(
        self,
        expected: str,
        *,
        met: str,
        advice: str,
        where: str = "",
        **facts: Fact,
    ) -> None:
        self.expected = expected
        self.met = met
        self.advice = advice
        self.where = where
        self.facts = facts
        super().__init__(str(self))

    def __str__(self) -> str:
        place = f"{self.where}: " if self.where else ""
        return f"{place}expected {self.expected}; met {self.met}. {self.advice}"

    def __reduce__(self) -> tuple[Any, ...]:
        # Workers send errors home by pickling; the default would lose the fields.
        return _rebuilt, (type(self), self.expected, self.__dict__)

    def public(self) -> dict[str, Fact]:
        """What may be persisted: the code, what was expected, advice and facts."""
        return {
            "code": self.code,
            "expected": self.expected,
            "advice": self.advice,
            **self.facts,
        }


def _rebuilt(
    kind: type[JangbuError], expected: str, state: dict[str, Any]
) -> JangbuError:
    error = kind.__new__(kind, expected)
    error.__dict__.update(state)
    return error


class LedgerError(JangbuError):
    """The ledger refuses or cannot."""

    code = "ledger"


# --- records: what may be stated -------------------------------------------------


class RecordError(LedgerError):
    """A statement, sheet or production record is not acceptable."""

    code = "record"
    exit_code = 6


class MalformedRecordError(RecordError):
    """Bytes or fields do not have the one permitted form.

    `where` is the JSON pointer of the offending field.
    """

    code = "record.malformed"
    exit_code = 4


class UnknownKindError(RecordError):
    """A kind that this version does not know was submitted."""

    code = "record.unknown_kind"


class ConflictingRecordError(RecordError):
    """Another statement with the same kind and key is already in the log."""

    code = "record.conflict"


class StaleTargetError(RecordError):
    """The target of a verb is no longer current."""

    code = "record.stale"


class NotPermittedError(RecordError):
    """The key holds no delegation for this kind and verb."""

    code = "record.not_permitted"


class ForeignLogError(RecordError):
    """A statement or sheet was made for another log."""

    code = "record.foreign_log"


class UnknownReferenceError(RecordError):
    """A statement names another one that is not in the log."""

    code = "record.unknown_reference"


class MissingBlobError(RecordError):
    """Bytes that a statement commits to were not put, or are others."""

    code = "record.blob"


class SheetSignatureError(RecordError):
    """A sheet's signature does not verify, or does not list the statement."""

    code = "record.sheet"


# --- the log ---------------------------------------------------------------------


class LogError(LedgerError):
    """The transparency log does not add up."""

    code = "log"
    exit_code = 5


class InclusionError(LogError):
    """An inclusion proof does not lead from this leaf to the root."""

    code = "log.inclusion"


class ConsistencyError(LogError):
    """A consistency proof does not connect two roots."""

    code = "log.consistency"


class CheckpointError(LogError):
    """A checkpoint or signed note is malformed or its signature fails."""

    code = "log.checkpoint"


class RetiredKeyError(CheckpointError):
    """A checkpoint is signed by a log key that was rotated away before."""

    code = "log.retired_key"


class RollbackError(LogError):
    """The database is older than the checkpoint kept outside it."""

    code = "log.rollback"


# --- evidence --------------------------------------------------------------------


class EvidenceError(LedgerError):
    """Evidence is missing, altered or unreadable."""

    code = "evidence"
    exit_code = 5


class AlteredEvidenceError(EvidenceError):
    """Evidence differs from what the log commits to."""

    code = "evidence.altered"


class MissingEvidenceError(EvidenceError):
    """Evidence that the log commits to is not there."""

    code = "evidence.missing"


class ErasedEvidenceError(EvidenceError):
    """The value was erased; only its commitment remains."""

    code = "evidence.erased"
    exit_code = 3


class HeldEvidenceError(EvidenceError):
    """An erasure is refused, since a hold on the person is in force."""

    code = "evidence.held"
    exit_code = 6


class UnreadableInputError(EvidenceError):
    """A file is not what it was given as."""

    code = "evidence.unreadable"
    exit_code = 4


# --- records on file, cuts, credits ------------------------------------------------


class RecordFileError(RecordError):
    """A line of records is not usable; `where` names file, line and field."""

    code = "record.file"
    exit_code = 4


class UnknownNameError(RecordError):
    """A name that production.toml does not list, or lists more than once."""

    code = "record.unknown_name"
    exit_code = 4


class CutError(LedgerError):
    """A cut is missing or unreadable, or names clips or frames that do not exist."""

    code = "cut"
    exit_code = 4


class CreditError(LedgerError):
    """The roll cannot be built from what is recorded."""

    code = "credit"
    exit_code = 4


# --- keys and stores -------------------------------------------------------------


class KeyStoreError(LedgerError):
    """A key is missing, unreadable or belongs to another production."""

    code = "keys"
    exit_code = 7


class MissingKeyError(KeyStoreError):
    """The production folder lacks a key."""

    code = "keys.missing"


class ForeignKeyError(KeyStoreError):
    """The key on disk is not the one that the log names."""

    code = "keys.foreign"
    exit_code = 6


class MasterKeyError(KeyStoreError):
    """A key is wrapped, and the master key that unwraps it is missing or another."""

    code = "keys.master"


class StoreError(LedgerError):
    """The ledger's storage cannot be used."""

    code = "store"
    exit_code = 7


class StoreUnavailableError(StoreError):
    """The ledger is out of reach: busy, missing or not writable."""

    code = "store.unavailable"


class StoreFullError(StoreError):
    """The disk is full; nothing was stored."""

    code = "store.full"


class FencedError(StoreError):
    """Another sequencer took over; nothing was stored by this one."""

    code = "store.fenced"


class StoreMovedError(StoreError):
    """The log was moved to another database; this one is kept read-only."""

    code = "store.moved"
    exit_code = 6


class StorePartialError(StoreError):
    """The database was restored in part: it can be read, and nothing is added."""

    code = "store.partial"
    exit_code = 6


class StoreAddressError(StoreError):
    """The address of the log's database cannot be used."""

    code = "store.address"
    exit_code = 4


class ProductionError(LedgerError):
    """The production folder or its `production.toml` is not usable."""

    code = "production"
    exit_code = 4


class UsageError(LedgerError):
    """The command was called in a way that cannot work."""

    code = "usage"
    exit_code = 2
