"""Noting who reads what is confidential, before it is shown.

One entry for each command in `ledger.vault.access_log`, however many values it opens.
If the entry cannot be written, the values are not shown. A folder that nobody can write
to can still be read, such as a copy on a disc: whoever reads it is told that the read
was not noted.
"""

import getpass
import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from ledger.encoding.canonical import JsonValue
from ledger.encoding.sheet import key_id_of
from ledger.errors import CheckpointError, UnreadableInputError, UsageError
from ledger.files import read_bounded
from ledger.keys.folder import KeyFolder
from ledger.log.checkpoint import parse_checkpoint
from ledger.log.note import MAX_BYTES, parse_note
from ledger.production.layout import Layout
from ledger.production.opening import Production
from ledger.records.identity import instant_from
from ledger.vault.access_log import AccessLog, Checked

KEY: Final = "access"
"""Name of the key that signs checkpoints of the log of reads."""

LONGEST_REASON: Final = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """What is about to be shown.

    Attributes:
        command: such as `open` or `vault search`.
        count: values that were opened.
        statement: id, if the values are of one statement.
        path: of the field, if it is one.
        why: the reader's reason, in words.
    """

    command: str
    count: int
    statement: str | None = None
    path: str | None = None
    why: str | None = None


def note_read(production: Production, read: Read) -> bool:
    """Note a read; `False`: the folder cannot be written to, and nothing was noted.

    Raises:
        StoreError, KeyStoreError: it could not be noted; do not show the values.
        EvidenceError, LogError: the log of reads was changed from outside; likewise.
    """
    if not os.access(production.layout.root, os.W_OK):
        return False
    keys = production.keys
    key = keys.make_signing_key(KEY)
    who: dict[str, JsonValue] = {
        "user": _user(),
        "key": key_id_of(keys.public_key("studio")),
    }
    access_log(production.layout, production.log).append(
        _entry(read, who, production.recorder.clock.now()), key
    )
    return True


def _entry(
    read: Read, who: dict[str, JsonValue], now: datetime
) -> Mapping[str, JsonValue]:
    what: dict[str, JsonValue] = {"command": read.command, "count": read.count}
    if read.statement is not None:
        what["statement"] = read.statement
    if read.path is not None:
        what["path"] = read.path
    entry: dict[str, JsonValue] = {
        "v": 1,
        "at": instant_from(now),
        "who": who,
        "what": what,
    }
    if read.why is not None:
        entry["why"] = reason(read.why)
    return entry


def reason(text: str) -> str:
    """A reason that can be noted.

    Raises:
        UsageError: it is too long, or has characters that nobody sees.
    """
    if not text.strip() or len(text) > LONGEST_REASON or not text.isprintable():
        raise UsageError(
            f"a reason in words, of up to {LONGEST_REASON} characters on one line",
            met=f"{len(text)} characters",
            advice="Say for whom and in which matter it is read.",
            where="--reason",
        )
    return text


def access_log(layout: Layout, log: str) -> AccessLog:
    """The log of reads of a production."""
    return AccessLog(layout.root / "access.sqlite", log)


def checked_reads(layout: Layout, log: str, older: Path | None = None) -> Checked:
    """The log of reads, checked from its first entry on.

    Args:
        layout: of the production.
        log: its origin.
        older: a checkpoint that was kept elsewhere.

    Raises:
        RollbackError, AlteredEvidenceError, CheckpointError: it does not add up.
        UnreadableInputError: `older` is no checkpoint.
    """
    found, keys = access_log(layout, log), KeyFolder(layout.keys)
    if not found.path.exists() and not keys.has_signing_key(KEY) and older is None:
        return Checked(entries=(), checkpoint=None)
    note = None if older is None else _older_note(older)
    return found.check(keys.public_key(KEY), note)


def _older_note(path: Path) -> bytes:
    note = read_bounded(path, MAX_BYTES)
    try:
        parse_checkpoint(parse_note(note).text)
    except CheckpointError as error:
        raise UnreadableInputError(
            f"a checkpoint of the log of reads: {error.expected}",
            met=error.met,
            advice="Give a copy of access.checkpoint that was kept elsewhere.",
            where=str(path),
        ) from error
    return note


def _user() -> str:
    # As the system has it: the environment may say anything.
    try:
        import pwd  # noqa: PLC0415  # absent where there are no such users

        return pwd.getpwuid(os.getuid()).pw_name
    except (ImportError, KeyError):
        pass
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return str(os.getuid())
