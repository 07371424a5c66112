"""What fsck came to: data, and nothing private in it."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from ledger.encoding.canonical import JsonValue


class Damage(StrEnum):
    """What was done, as far as it can be told; each is a code of its own."""

    COPY_MISSING = "copy.missing"
    COPY_CHECKPOINT = "copy.checkpoint"
    COPY_LINE = "copy.line"
    COPY_CUT = "copy.cut"
    DATABASE_DAMAGED = "database.damaged"
    DATABASE_ROLLBACK = "database.rollback"
    DATABASE_MOVED = "database.moved"
    DATABASE_PARTIAL = "database.partial"
    DATABASE_TWICE = "database.twice"
    DATABASE_STRANGERS = "database.strangers"
    SCHEMA_MISSING = "schema.missing"
    SCHEMA_CHANGED = "schema.changed"
    SCHEMA_ADDED = "schema.added"
    GENESIS = "genesis.foreign"
    ENTRY_EDITED = "entry.edited"
    ENTRY_DELETED = "entry.deleted"
    ENTRY_CUT = "entry.cut"
    ENTRY_SWAPPED = "entry.swapped"
    ENTRY_MOVED = "entry.moved"
    ENTRY_ADDED = "entry.added"
    ENTRY_COLUMNS = "entry.columns"
    ENTRY_UNRESOLVED = "entry.unresolved"
    CHECKPOINT_SIGNATURE = "checkpoint.signature"
    CHECKPOINT_ALTERED = "checkpoint.altered"
    CHECKPOINT_MISSING = "checkpoint.missing"
    CHECKPOINT_FORK = "checkpoint.fork"
    STATEMENT_MISSING = "statement.missing"
    STATEMENT_ADDED = "statement.added"
    STATEMENT_ALTERED = "statement.altered"
    STATEMENT_COLUMNS = "statement.columns"
    SHEET_MISSING = "sheet.missing"
    SHEET_ALTERED = "sheet.altered"
    SHEET_SWAPPED = "sheet.swapped"
    SHEET_ADDED = "sheet.added"
    BLOB_MISSING = "blob.missing"
    BLOB_ALTERED = "blob.altered"
    LEAVES_ALTERED = "leaves.altered"
    OPENING_MISSING = "opening.missing"
    OPENING_ALTERED = "opening.altered"
    COSIGNED_ALTERED = "cosigned.altered"
    COSIGNED_AHEAD = "cosigned.ahead"
    COSIGNED_FORK = "cosigned.fork"
    TOKEN_ALTERED = "token.altered"  # noqa: S105  # a code
    PROJECTION_WRONG = "projection.wrong"
    KEY_UNREADABLE = "key.unreadable"
    DISPOSITION_UNDONE = "disposition.undone"
    ERASURE_UNEXPLAINED = "erasure.unexplained"
    ERASURE_UNDONE = "erasure.undone"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that is not as it was.

    Attributes:
        code: what was done.
        message: in words; holds nothing private.
        index: entry, or size of a checkpoint; `None` if it concerns neither.
        kind: of the statement; "" if unknown or if it concerns none.
    """

    code: Damage
    message: str
    index: int | None = None
    kind: str = ""

    def to_json(self) -> dict[str, JsonValue]:
        """As it stands in a report."""
        shown: dict[str, JsonValue] = {
            "code": self.code.value,
            "message": self.message,
        }
        if self.index is not None:
            shown["index"] = self.index
        if self.kind:
            shown["kind"] = self.kind
        return shown


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """The answer of fsck.

    Attributes:
        size: entries under the newest valid checkpoint, wherever that was found.
        published: entries under the checkpoint outside the database.
        checked: what was looked at, and how often.
        notes: what is no damage and worth knowing.
        findings: damage; empty if all is well.
    """

    log: str
    size: int
    published: int
    checked: Mapping[str, int]
    notes: tuple[str, ...]
    findings: tuple[Finding, ...]

    @property
    def ok(self) -> bool:
        """Whether nothing was found, and there was something to look at."""
        return not self.findings and self.checked.get("entries", 0) > 0

    @property
    def erased(self) -> int:
        """Statements that nobody can check any more, as their blinds are erased."""
        return self.checked.get("statements.erased", 0)

    def to_json(self) -> dict[str, JsonValue]:
        """The whole report; nothing private."""
        return {
            "ok": self.ok,
            "log": self.log,
            "size": self.size,
            "published": self.published,
            "checked": dict(sorted(self.checked.items())),
            "notes": list(self.notes),
            "findings": [finding.to_json() for finding in self.findings],
        }


@dataclass(slots=True)
class Notebook:
    """What was met so far."""

    checked: Counter[str] = field(default_factory=Counter)
    notes: list[str] = field(default_factory=list)
    findings: dict[Finding, None] = field(default_factory=dict)

    def find(
        self, code: Damage, message: str, index: int | None = None, kind: str = ""
    ) -> None:
        """Write down damage, once."""
        finding = Finding(code=code, message=message, index=index, kind=kind)
        self.findings[finding] = None

    def count(self, what: str, times: int = 1) -> None:
        """Write down that something was looked at."""
        self.checked[what] += times

    def note(self, text: str) -> None:
        """Write down what is no damage."""
        self.notes.append(text)
