"""Verifying a bundle offline: numbered steps, each against a named attack.

 1. archive      one form only: readers that see other files in one zip
 2. parts        digests in the index: parts changed, added, dropped, swapped
 3. entries      one form, times in order: a rewritten past
 4. genesis      opens entry 0: keys that the log never named; keys: rotations by the
                 recovery key: a thief's keys
 5. checkpoint   the log key in force signed size and root: entries added or left out
 6. origin       the reader's own trust file: a forger with keys of his own; witnesses
                 and since: what others hold: a forger with all keys of the studio
 7. index        an admission root in force signed it: a re-packed selection
 8. history      acts and references fold: an invented history
 9. statements   id, projection, log, sheet, signature, delegation: words put in
                 somebody's mouth; points: another past; doubts: keys that were stolen
10. openings     lead to their commitments: invented values; rights: acts by others
11. names        every part is committed to, and none is missing: stowaways
12. frame sets   leaves, sums, tiles, inputs: credit moved between layers; changes
                 before and after: an edit that nobody made; contributions: an edit of
                 other pictures
13. seal sets    the frames that were measured: frames nobody measured
14. versions     every frame exactly once: gaps and doubles; cuts: frames of no
                 version; opinions: pictures that this film never had
15. files        bytes, pixels, credentials: another picture under a true name
16. completeness what is withheld or erased and was needed: silence
17. beside       earlier checkpoints, proofs, custody: another history
18. time         tokens of these checkpoints, and the log's own times: older dates

Steps 1 to 8 stop at the first failure, since the later ones rest on them; from 9 on
failures are gathered. Nothing here reads a clock, a disk or a network.
"""

import gc
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import TypeAlias, TypeVar

from ledger.errors import JangbuError, UnreadableInputError
from ledger.evidence import form
from ledger.evidence.archive import looks_like_zip
from ledger.evidence.audit import Audit
from ledger.evidence.disclosure import Disclosure, Told
from ledger.evidence.heads import fold_entries
from ledger.evidence.steps import log
from ledger.evidence.steps.beside import check_beside
from ledger.evidence.steps.changes import ChangeReader
from ledger.evidence.steps.completeness import count_records
from ledger.evidence.steps.container import (
    Container,
    check_names,
    open_archive,
    open_index,
)
from ledger.evidence.steps.contributions import check_people
from ledger.evidence.steps.cuts import CutReader
from ledger.evidence.steps.frames import FrameReader, check_versions
from ledger.evidence.steps.keys import check_points, read_keys
from ledger.evidence.steps.media import MediaReader, Readers, take_media
from ledger.evidence.steps.openings import check_openings, check_rights
from ledger.evidence.steps.opinions import OpinionReader
from ledger.evidence.steps.stamped import Stamped, check_stamps
from ledger.evidence.steps.statements import StatementReader
from ledger.evidence.steps.witnessed import Outside, ShownLog, check_outside, read_since
from ledger.evidence.times import KnownTime
from ledger.evidence.trust import LogIdentity, TrustFile, check_identity
from ledger.evidence.verdict import CutCount, MediaCount, Origin, RecordCount, Verdict
from ledger.evidence.witnessing import Witnessing
from ledger.history.log_keys import LogKeys

Held = TypeVar("Held")
Folder: TypeAlias = Iterable[tuple[str, bytes | None]]
"""Files beside the bundle, as (name, content); names are for the caller only.

Content is `None` for what is no file to be read, such as a pipe.
"""


def verify_bundle(
    raw: bytes,
    trust: TrustFile | None,
    readers: Readers,
    media: Folder | None = None,
    cosigned: bytes | None = None,
    since: bytes | None = None,
) -> Verdict:
    """Say what a bundle shows.

    Args:
        raw: the bundle's bytes.
        trust: what the reader knows of the log; without it the origin is unknown.
        readers: what looks into frames.
        media: files to be found among the sealed frames by their digests.
        cosigned: a checkpoint with cosignatures, besides those in the bundle.
        since: a signed checkpoint that the reader kept: the log must continue it.

    Raises:
        UnreadableInputError: the bytes neither start nor end like a zip, or `since` is
            no signed checkpoint of this log.
    """
    if not looks_like_zip(raw):
        raise UnreadableInputError(
            "an evidence bundle (a zip)",
            met=f"a file of {len(raw)} bytes that is no zip",
            advice="Give the file that jangbu bundle wrote.",
        )
    outside = Outside(cosigned=(cosigned,) if cosigned else (), since=since)
    with _collector_at_rest():
        return _Verification(trust, readers, outside).verify(raw, media)


@contextmanager
def _collector_at_rest() -> Iterator[None]:
    """Keep Python from looking for cycles among millions of leaves that stay.

    None of what is made here refers to itself; a film takes a fifth longer otherwise.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


class _StoppedError(Exception):
    """A step failed on which all later ones rest."""


@dataclass(slots=True)
class _Verification:
    """One run over the steps, with what is known so far."""

    trust: TrustFile | None
    readers: Readers
    outside: Outside
    audit: Audit = field(default_factory=Audit)
    log: str = ""
    size: int = 0
    shots: tuple[str, ...] = ()
    frames: str = ""
    origin: Origin = Origin.UNKNOWN
    media: MediaCount = field(default_factory=MediaCount)
    cut: CutCount = field(default_factory=CutCount)
    witnessing: Witnessing = field(default_factory=Witnessing)
    times: tuple[KnownTime, ...] = ()
    records: Mapping[str, RecordCount] = field(default_factory=dict)

    def verify(self, raw: bytes, folder: Folder | None) -> Verdict:
        """Run all steps, or as many as a failure leaves."""
        try:
            container = self._open(raw)
            disclosure = self._open_log(container)
            self._read(container, disclosure, folder)
        except _StoppedError:
            pass
        return Verdict(
            log=self.log,
            size=self.size,
            shots=self.shots,
            frames=self.frames,
            origin=self.origin,
            checks=self.audit.checks(),
            failures=self.audit.failures(),
            open_points=self.audit.open_points(),
            media=self.media,
            cut=self.cut,
            witnessing=self.witnessing,
            times=self.times,
            records=self.records,
        )

    def _open(self, raw: bytes) -> Container:
        # 1, 2.
        parts = self._hold("archive", lambda: open_archive(raw))
        container = self._hold("parts", lambda: open_index(parts), len(parts))
        index = container.index
        self.log, self.size = index.log, index.size
        self.shots, self.frames = tuple(index.shots), index.frames
        return container

    def _open_log(self, container: Container) -> Disclosure:
        # 3, 4, 5.
        entries = self._hold("entries", lambda: log.read_entries(container), self.size)
        founding = self._hold("genesis", lambda: log.open_genesis(container, entries))
        authority = self._hold(
            "keys", lambda: read_keys(container, entries, founding), 0
        )
        self.audit.held("keys", len(authority.log_keys.periods) - 1)
        identity = founding.identity
        self._hold(
            "checkpoint",
            lambda: log.check_checkpoint(container, entries, authority.log_keys),
        )
        # 6. Only now: a bundle that contradicts itself is of nobody.
        self._check_origin(identity)
        self._check_outside(container, authority.log_keys)
        # 7, 8.
        self._hold("index", lambda: log.check_index(container, authority.roots))
        history = self._hold("history", lambda: fold_entries(entries.entries))
        self._hold("references", lambda: log.check_references(entries.entries, history))
        return Disclosure(
            log=identity.log,
            entries=entries.entries,
            history=history,
            shots=frozenset(container.index.shots),
        )

    def _check_origin(self, identity: LogIdentity) -> None:
        listed = self.trust is not None and self.trust.log == identity.log
        if self.trust is None or not listed:
            return
        trust = self.trust
        self.origin = Origin.CONTRADICTED
        self._hold("origin", lambda: check_identity(trust, identity))
        self.origin = Origin.KNOWN

    def _check_outside(self, container: Container, keys: LogKeys) -> None:
        if self.outside.since is not None:
            read_since(self.outside.since, self.log)
        shown = ShownLog(
            log=self.log,
            size=self.size,
            keys=keys,
            entries=container.parts[form.ENTRIES],
        )
        packed = container.companions.cosigned.values()
        outside = replace(self.outside, cosigned=(*packed, *self.outside.cosigned))
        known = self.trust if self.origin is Origin.KNOWN else None
        self.witnessing = check_outside(self.audit, shown, outside, known)
        # 17. Here, since an older checkpoint of another history spoils all the rest.
        check_beside(container, keys, self.audit)
        if not self.audit.sound:
            raise _StoppedError

    def _read(
        self, container: Container, disclosure: Disclosure, folder: Folder | None
    ) -> None:
        # 9, 10.
        signed = StatementReader(container, disclosure, self.audit).read()
        if not self.audit.sound:
            raise _StoppedError
        bodies = [(one.told.index, one.told.body) for one in signed.values()]
        named = self._hold("points", lambda: check_points(container, bodies), 0)
        self.audit.held("points", named)
        told: dict[str, Told] = {one.told.id: one.told for one in signed.values()}
        disclosure = replace(disclosure, told=told)
        raw = container.parts[form.OPENINGS]
        opened = self._hold("openings", lambda: check_openings(raw, signed), 0)
        self.audit.held("openings", len(opened))
        check_rights(self.audit, disclosure, signed, opened)
        known = self.trust if self.origin is Origin.KNOWN else None
        self._check_times(container, disclosure, known)
        # 12, 13, 14.
        frames = FrameReader(container.parts, disclosure, self.audit).read()
        ChangeReader(container.parts, disclosure, frames, self.audit).read()
        check_people(self.audit, disclosure)
        check_versions(self.audit, disclosure, frames)
        self.cut = CutReader(container.parts, disclosure, self.audit).read()
        OpinionReader(container.parts, disclosure, frames, self.audit).read()
        # 11, 15.
        roots = known.c2pa_roots if known is not None else None
        reader = MediaReader(disclosure, frames, self.readers, roots, self.audit)
        media = reader.expected(container.index.frames, container.parts)
        with self.audit.step("names"):
            check_names(container, disclosure.blobs(), media)
        choice = container.index.frames
        self.media = take_media(reader, choice, container.parts, folder)
        # 16.
        with self.audit.step("completeness"):
            self.records = count_records(self.audit, disclosure, container.index.erased)

    def _check_times(
        self, container: Container, disclosure: Disclosure, known: TrustFile | None
    ) -> None:
        # 18. Notes were checked in 17, and the newest checkpoint in 5.
        stamped = Stamped(
            notes={
                **container.companions.notes,
                self.size: container.parts[form.CHECKPOINT],
            },
            entries=disclosure.entries,
            roots_pem=(known.time_roots or ()) if known is not None else (),
        )
        self.times = check_stamps(self.audit, stamped, container.companions.tokens)

    def _hold(self, step: str, check: Callable[[], Held], count: int = 1) -> Held:
        try:
            found = check()
        except JangbuError as error:
            self.audit.failed(step, error)
            raise _StoppedError from error
        self.audit.held(step, count)
        return found
