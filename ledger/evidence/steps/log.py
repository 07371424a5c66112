"""Steps 3 to 8: entries, genesis, checkpoint, origin, index signature, what is current.

Genesis comes before every signature, because it names the keys; that it is the right
genesis only the reader's trust file can say.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ledger.encoding.commitment import statement_id
from ledger.encoding.entry import MAX_ENTRY, Entry, parse_entry
from ledger.encoding.sheet import verify_envelope
from ledger.encoding.statement import Checked, check
from ledger.errors import (
    AlteredEvidenceError,
    LogError,
    MissingEvidenceError,
    SheetSignatureError,
    UnknownReferenceError,
)
from ledger.evidence import form
from ledger.evidence.steps.container import Container
from ledger.evidence.trust import LogIdentity
from ledger.history.current import History
from ledger.history.log_keys import LogKeys
from ledger.log.tree import leaf_hash, root_of
from ledger.records.authority import Genesis


@dataclass(frozen=True, slots=True, kw_only=True)
class Founding:
    """Who a log says it is: its genesis, opened against entry 0.

    Attributes:
        identity: what a trust file is compared with.
    """

    genesis: Genesis
    said: Checked
    identity: LogIdentity


@dataclass(frozen=True, slots=True, kw_only=True)
class Entries:
    """All entries, in order, and the root over them."""

    entries: tuple[Entry, ...]
    first_leaf: bytes
    root: bytes


def read_entries(container: Container) -> Entries:
    """3. Entries in one form, their times in order: against a rewritten past.

    Raises:
        MalformedRecordError, LogError.
    """
    rows = form.split_lines(container.parts[form.ENTRIES])
    if len(rows) != container.index.size:
        raise _broken(f"{container.index.size} entries", f"{len(rows)}")
    if any(len(row) > MAX_ENTRY for row in rows):
        raise _broken(f"entries of at most {MAX_ENTRY} bytes", "a longer one")
    entries = tuple(map(parse_entry, rows))
    _check_times(entries)
    leaves = [leaf_hash(row) for row in rows]
    return Entries(entries=entries, first_leaf=leaves[0], root=root_of(leaves))


def open_genesis(container: Container, entries: Entries) -> Founding:
    """4. Genesis opens entry 0: against keys that the log never named.

    Raises:
        MissingEvidenceError, AlteredEvidenceError, MalformedRecordError.
    """
    line = container.parts[form.STATEMENTS].partition(b"\n")[0] + b"\n"
    rows = form.parse_rows(form.StatementRow, line) if line.strip() else ()
    if not rows or rows[0].index != 0:
        raise MissingEvidenceError(
            "the genesis, entry 0, as the first disclosed statement",
            met="another one, or none",
            advice="Ask for the bundle again: genesis is never withheld.",
        )
    said = check(rows[0].raw())
    opened = statement_id(bytes.fromhex(rows[0].blind), said.raw)
    if opened != entries.entries[0].id or not isinstance(said.body, Genesis):
        raise _altered("a genesis that opens entry 0", "another statement")
    if said.statement.log != container.index.log:
        raise _altered("the genesis of the log that the index names", "another log's")
    return Founding(
        genesis=said.body,
        said=said,
        identity=LogIdentity(
            log=said.statement.log,
            log_key=bytes.fromhex(said.body.log_key),
            recovery_key=bytes.fromhex(said.body.recovery_key),
            genesis_leaf=entries.first_leaf.hex(),
        ),
    )


def check_checkpoint(container: Container, entries: Entries, keys: LogKeys) -> None:
    """5. The log key in force signed size and root: against entries added or left out.

    Raises:
        RetiredKeyError: signed by a key that was rotated away: a thief's history.
        CheckpointError, LogError.
    """
    note = container.parts[form.CHECKPOINT]
    checkpoint = keys.open(note, container.index.log)
    if checkpoint.size != len(entries.entries):
        raise _broken(f"{checkpoint.size} entries", f"{len(entries.entries)}")
    if checkpoint.root != entries.root:
        raise _broken("entries that hash to the checkpoint's root", "another root")


def check_index(container: Container, roots: Mapping[str, bytes]) -> None:
    """7. An admission root in force signed the index: against a re-packed selection.

    Args:
        container: with its index.
        roots: public keys by key id.

    Raises:
        SheetSignatureError: another key, or a signature that fails.
    """
    root = roots.get(container.envelope.key_id)
    if root is not None:
        verify_envelope(container.envelope, form.INDEX_TYPE, root)
        return
    raise SheetSignatureError(
        "an index signed by an admission root in force",
        met="a signature by another key",
        advice="Ask the studio for the bundle; nobody else can sign one.",
        where=form.INDEX,
    )


def check_references(entries: Sequence[Entry], history: History) -> None:
    """8. Whatever an entry relies on stands before it: against invented histories.

    Raises:
        UnknownReferenceError.
    """
    for index, entry in enumerate(entries):
        before = history.at(index)
        if not all(map(before.knows, entry.refs)):
            raise UnknownReferenceError(
                "references to earlier entries only",
                met="one to a later entry, or to none",
                advice="Do not rely on this log: it admitted what it must refuse.",
                where="/refs",
                index=index,
            )


def _check_times(entries: Sequence[Entry]) -> None:
    before = ""
    for index, entry in enumerate(entries):
        if entry.at < before or (entry.held and entry.at != before):
            raise _broken("times that never run backwards", f"entry {index} before")
        before = entry.at


def _broken(expected: str, met: str) -> LogError:
    return LogError(
        expected,
        met=met,
        advice="Do not rely on this bundle; ask for it again from its source.",
    )


def _altered(expected: str, met: str) -> AlteredEvidenceError:
    return AlteredEvidenceError(
        expected,
        met=met,
        advice="Do not rely on this bundle; ask for it again from its source.",
        where=form.STATEMENTS,
    )
