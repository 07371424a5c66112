"""Plain admission: generations that do nothing to another statement, in one go.

By far the most statements of a film are of this kind. What is let in here is what
`ledger.store.admission.Desk` would let in, with the same entry; whatever is not surely
so is left to it, and it tells what is wrong (tests compare the two).
"""

import re
from collections.abc import Callable
from hashlib import sha256
from typing import Final, NamedTuple, cast

import msgspec

from ledger.encoding import canonical
from ledger.encoding.canonical import JsonValue
from ledger.encoding.commitment import BLIND_BYTES, BY_PATH
from ledger.encoding.digest import FIELD, STATEMENT
from ledger.encoding.entry import MAX_ENTRY, project_bytes
from ledger.encoding.forms import form_of
from ledger.encoding.kinds import kinds_of
from ledger.encoding.quick import REFUSED
from ledger.encoding.statement import MAX_STATEMENT
from ledger.errors import NotPermittedError
from ledger.history.authority import Authority
from ledger.history.journal import EntryHead
from ledger.log.tree import leaf_hash
from ledger.ports import Submission
from ledger.records.identity import Instant, StatementId
from ledger.records.making import Generation
from ledger.records.statement import family
from ledger.store.admission import SignedSheet
from ledger.store.blob_check import WITH_BLOBS
from ledger.store.rows import NO_SCOPE, Admitted, KindKey
from ledger.store.state import GrowingLog

_SLOT: Final = "%b"
"""Where a template has room; no name of a log, kind or digest holds it."""


class _Input(msgspec.Struct, gc=False):
    asset: StatementId


class _Body(msgspec.Struct, gc=False):
    inputs: list[_Input]
    outputs: list[StatementId]


class _Said(msgspec.Struct, gc=False):
    """The members of a generation that are looked at; all of it must be JSON."""

    at: str
    body: _Body
    prev: list[StatementId]


_read: Final = msgspec.json.Decoder(_Said).decode


class _PlainKind(NamedTuple):
    """A kind whose statements may be plain."""

    match: Callable[[bytes], re.Match[bytes] | None]
    check_at: Callable[[str], object]


def _plain_kinds() -> dict[str, _PlainKind]:
    found = {}
    for kind in sorted(kinds_of(Generation) - WITH_BLOBS):
        form = form_of(kind)
        checks = dict(form.checks) if form else {}
        # The log is compared; with more to check the models are asked.
        if form and checks.keys() == {"at", "log"}:
            found[kind] = _PlainKind(form.match, checks["at"])
    return found


PLAIN: Final = _plain_kinds()
"""Kinds whose statements may be plain."""


class PlainDesk:
    """Lets plain statements of one sheet and one kind into one log."""

    __slots__ = (
        *("_context", "_check_at", "_entry", "_granted", "_growing", "_kind"),
        *("_log", "_match", "_now", "_signed"),
    )

    def __init__(
        self,
        log: str,
        kind: str,
        signed: SignedSheet,
        growing: GrowingLog,
        now: Instant,
    ) -> None:
        """Make ready what all of these statements share.

        Args:
            log: name of the log.
            kind: one of `PLAIN`.
            signed: the sheet.
            growing: the log, to which others may add in between.
            now: the present instant.
        """
        self._match, self._check_at = PLAIN[kind].match, PLAIN[kind].check_at
        self._kind, self._signed, self._growing, self._now = kind, signed, growing, now
        self._granted: Authority | None = None
        self._log = canonical.encode(log)
        place: list[JsonValue] = [log, kind, _SLOT, BY_PATH, signed.digest]
        self._context = b"%b" + canonical.encode(place)
        said = {"kind": kind, "scope": {}, "prev": []}
        entry = project_bytes(said, statement_id=_SLOT, by=_SLOT, at=now, held=False)
        self._entry = entry.replace(b'"refs":[]', b'"refs":%b')

    def admit(self, submission: Submission, place: KindKey) -> Admitted | None:
        """Let a statement in; `None`, and nothing was done, if it is not plain.

        Args:
            submission: a statement.
            place: what its kind and key seem to be; not in the log.
        """
        raw, blind, by_blind = submission.raw, submission.blind, submission.by_blind
        if not len(blind) == len(by_blind) == BLIND_BYTES or len(raw) > MAX_STATEMENT:
            return None
        match = self._match(raw)
        if match is None or not self._is_ours(match, place) or not self._relies(raw):
            return None
        digest = sha256(STATEMENT + blind + sha256(raw).digest()).hexdigest()
        found = cast("StatementId", digest)
        growing, signed = self._growing, self._signed
        if found not in signed.ids or growing.history.knows(found):
            return None
        key = place[1]
        context = self._context % (by_blind, key.encode())
        by = sha256(FIELD + context).hexdigest()
        entry = self._entry % (by.encode(), found.encode(), match["prev"])
        if len(entry) > MAX_ENTRY:
            return None
        leaf = leaf_hash(entry)
        index, kind, now = growing.size, self._kind, self._now
        growing.append(EntryHead(index=index, id=found, kind=kind), now, leaf)
        return Admitted(  # in the order of its fields, as names take time
            *(index, found, kind, key, now, signed.digest),
            *(NO_SCOPE, raw, entry, leaf),
        )

    def _is_ours(self, match: re.Match[bytes], place: KindKey) -> bool:
        """Whether it was made for this log, does nothing to another one, and may be."""
        growing = self._growing
        if growing.authority is not self._granted and not self._may(growing):
            return False
        key, log, act = match.group("key", "log", "act")
        return (
            log == self._log
            and act is None
            and key[1:-1].decode() == place[1]
            and place[0] == self._kind
            and growing.last_at <= self._now
        )

    def _may(self, growing: GrowingLog) -> bool:
        """Whether the key may state the kind; asked once until authority changes."""
        try:
            growing.authority.require(self._signed.key_id, self._kind, None)
        except NotPermittedError:
            return False
        self._granted = growing.authority
        return True

    def _relies(self, raw: bytes) -> bool:
        """Whether it is in order, and relies on what is in the log alone."""
        try:
            said = _read(raw)
            self._check_at(said.at)
        except REFUSED:
            return False
        history, earlier = self._growing.history, said.prev
        if earlier and not (
            len(set(earlier)) == len(earlier) and all(map(history.knows, earlier))
        ):
            return False
        named = [one.asset for one in said.body.inputs]
        for one in (*named, *said.body.outputs):
            head = history.find(one)
            if head is None or family(head.kind) != "asset":
                return False
        return True
