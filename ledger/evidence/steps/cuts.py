"""Step 14.3: every record frame of a cut leads to frames that a version commits to.

That each of these stands in its version exactly once, step 14 has shown. A question
about some shots is answered for their pictures alone.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from ledger.evidence.audit import Audit
from ledger.evidence.disclosure import Disclosure
from ledger.evidence.form import blob_name
from ledger.evidence.steps.disposed import Disposed
from ledger.evidence.steps.finding import altered
from ledger.evidence.verdict import CutCount, Reason
from ledger.log.leaves import read_leaves
from ledger.records.editing import Cut, CutLeaf, CutSource
from ledger.records.making import Version
from ledger.records.time import FrameRange

Place: TypeAlias = tuple[str, str]
"""A shot's uid and a view."""


@dataclass(frozen=True, slots=True)
class _Versions:
    """What may be shown of the shots asked about.

    Attributes:
        spans: frames that each version commits to.
        withheld: shots of versions that are not disclosed.
    """

    spans: Mapping[Place, FrameRange]
    withheld: frozenset[str]

    def hold(self, source: CutSource) -> bool:
        """Whether a picture is a frame of one of them."""
        span = self.spans.get((source.shot, source.view))
        return span is not None and span.contains(source.frame)


@dataclass(frozen=True, slots=True)
class CutReader:
    """Checks logged cuts against the versions that they name."""

    parts: Mapping[str, bytes]
    disclosure: Disclosure
    audit: Audit
    _seen: Counter[str] = field(default_factory=Counter)

    def read(self) -> CutCount:
        """Check all cuts in force; what does not hold is a failure in the audit."""
        disposed = Disposed.of(self.disclosure, self.audit)
        for told, body in self.disclosure.all_of(Cut):
            if self.disclosure.in_force(told) and not disposed.lacks(told):
                self._seen["cuts"] += 1
                with self.audit.step("cuts"):
                    self._check(body)
                if self.disclosure.history.contradicted(told.id):
                    self.audit.leave_open(Reason.DISPUTED, "cut")
        # Of frames that were asked about, those withheld or found false are left over.
        self.audit.held("frames.of_cuts", self._seen["resolved"])
        return CutCount(**self._seen)

    def _check(self, body: Cut) -> None:
        leaves = cut_leaves(self.parts, body)
        self._seen["record_frames"] += len(leaves)
        versions = self._versions(body)
        false = [leaf.frame for leaf in leaves if not self._resolves(leaf, versions)]
        if false:
            expected = "frames of the versions that the cut names"
            raise altered(expected, f"others in {len(false)} record frames", false[0])
        shown = {(one.shot, one.view) for leaf in leaves for one in leaf.sources}
        # Against a shot that is said to be in the film, and is not.
        if not versions.spans.keys() <= shown:
            raise altered("versions that the cut shows frames of", "more versions")

    def _resolves(self, leaf: CutLeaf, versions: _Versions) -> bool:
        """Count a record frame; whether none of its pictures is found false."""
        asked = [one for one in leaf.sources if self._asked(one.shot)]
        self._seen["black"] += not leaf.sources
        self._seen["asked"] += bool(asked)
        held = [versions.hold(one) for one in asked]
        self._seen["resolved"] += bool(asked) and all(held)
        pairs = zip(asked, held, strict=True)
        return all(good or one.shot in versions.withheld for one, good in pairs)

    def _versions(self, body: Cut) -> _Versions:
        found: dict[Place, FrameRange] = {}
        withheld: set[str] = set()
        for named in body.versions:
            if not self.disclosure.asks_for(body, named):
                continue
            # An honest log may be here: a version replaced after the cut was stated.
            if not self.disclosure.stands(named):
                self.audit.leave_open(Reason.CONFLICT, "cut.version_replaced")
            version = self.disclosure.find(named, Version)
            if version is None:
                self.audit.leave_open(Reason.WITHHELD, "cut.version")
                index = self.disclosure.history.head(named).index
                withheld.add(str(self.disclosure.entries[index].scope.shot))
                continue
            told, stated = version
            span = told.said.scope.range
            # Else the length of a shot on the screen would be another one.
            if span is None or span.rate != body.rate:
                raise altered("versions at the rate of the cut", "another rate")
            place = (str(told.said.scope.shot), stated.view)
            if place in found:
                raise altered("one version for each shot of the cut", "two")
            found[place] = span
        return _Versions(found, frozenset(withheld))

    def _asked(self, shot: str) -> bool:
        return not self.disclosure.shots or shot in self.disclosure.shots


def cut_leaves(parts: Mapping[str, bytes], body: Cut) -> Sequence[CutLeaf]:
    """The record frames of a cut, each once, from 0 on.

    Raises:
        AlteredEvidenceError, MalformedRecordError: they are not as the cut says.
    """
    raw = parts.get(blob_name(body.resolved.blob))
    if raw is None:
        raise altered("the record frames that the cut commits to", "none")
    leaves = read_leaves(CutLeaf, raw, body.resolved)
    # In this order: no more numbers are made than there are leaves.
    if len(leaves) != body.frames or leaves[-1].frame != body.frames - 1:
        raise altered("each record frame once, from 0 on", "others")
    return leaves
