"""Step 14.3: every record frame of a cut leads to frames that a version commits to.

That each of these stands in its version exactly once, step 14 has shown.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

from ledger.evidence.audit import Audit
from ledger.evidence.disclosure import Disclosure
from ledger.evidence.form import blob_name
from ledger.evidence.steps.finding import altered
from ledger.evidence.verdict import Reason
from ledger.log.leaves import read_leaves
from ledger.records.editing import Cut, CutLeaf, CutSource
from ledger.records.making import Version
from ledger.records.time import FrameRange

Place: TypeAlias = tuple[str, str]
"""A shot's uid and a view."""


@dataclass(frozen=True, slots=True)
class CutReader:
    """Checks logged cuts against the versions that they name."""

    parts: Mapping[str, bytes]
    disclosure: Disclosure
    audit: Audit

    def read(self) -> None:
        """Check all cuts in force; what does not hold is a failure in the audit."""
        for told, body in self.disclosure.all_of(Cut):
            if self.disclosure.in_force(told):
                with self.audit.step("cuts"):
                    self._check(body)
                if self.disclosure.history.contradicted(told.id):
                    self.audit.leave_open(Reason.DISPUTED, "cut")

    def _check(self, body: Cut) -> None:
        raw = self.parts.get(blob_name(body.resolved.blob))
        if raw is None:
            raise altered("the record frames that the cut commits to", "none")
        leaves = read_leaves(CutLeaf, raw, body.resolved)
        if [leaf.frame for leaf in leaves] != list(range(body.frames)):
            raise altered("each record frame once, from 0 on", "others")
        versions = self._versions(body)
        for leaf in leaves:
            for source in leaf.sources:
                if self._asked(source.shot):
                    _check_source(leaf.frame, source, versions)
        self.audit.held("frames.of_the_cut", len(leaves))

    def _versions(self, body: Cut) -> dict[Place, FrameRange | None]:
        """What may be shown of each shot; `None` where the version is withheld."""
        found: dict[Place, FrameRange | None] = {}
        for named in body.versions:
            if not self.disclosure.asks_for(body, named):
                continue
            # An honest log may be here: a version replaced after the cut was stated.
            if not self.disclosure.stands(named):
                self.audit.leave_open(Reason.CONFLICT, "cut.version_replaced")
            version = self.disclosure.find(named, Version)
            if version is None:
                self.audit.leave_open(Reason.WITHHELD, "cut.version")
                continue
            told, stated = version
            place = (str(told.said.scope.shot), stated.view)
            if place in found:
                raise altered("one version for each shot of the cut", "two")
            found[place] = told.said.scope.range
        return found

    def _asked(self, shot: str) -> bool:
        return not self.disclosure.shots or shot in self.disclosure.shots


def _check_source(
    record: int, source: CutSource, versions: Mapping[Place, FrameRange | None]
) -> None:
    span = versions.get((source.shot, source.view))
    if span is None or not span.contains(source.frame):
        raise altered("frames of the versions that the cut names", "others", record)
