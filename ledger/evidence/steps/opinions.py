"""Step 14.4: frames that an assessor saw are frames that were measured."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from ledger.evidence.audit import Audit
from ledger.evidence.disclosure import Disclosure, Told
from ledger.evidence.form import blob_name
from ledger.evidence.steps.finding import altered
from ledger.evidence.steps.frames import Frames
from ledger.evidence.verdict import Reason
from ledger.log.leaves import read_leaves
from ledger.records.frames import FrameSet
from ledger.records.people import Opinion, SeenLeaf


@dataclass(frozen=True, slots=True)
class OpinionReader:
    """Checks opinions on frames of shots; whether they are right nobody can check."""

    parts: Mapping[str, bytes]
    disclosure: Disclosure
    frames: Frames
    audit: Audit

    def read(self) -> None:
        """Check all opinions in force."""
        measured = self._measured()
        for told, body in self.disclosure.all_of(Opinion):
            if self.disclosure.in_force(told):
                with self.audit.step("opinions"):
                    self._check(told, body, measured)

    def _measured(self) -> dict[tuple[str, int], set[str]]:
        """Pixels that were ever measured, by shot and frame."""
        found: defaultdict[tuple[str, int], set[str]] = defaultdict(set)
        for told, _ in self.disclosure.all_of(FrameSet):
            for frame, leaf in self.frames.measured.get(told.id, {}).items():
                found[str(told.said.scope.shot), frame].add(leaf.pixels)
        return dict(found)

    def _check(
        self,
        told: Told,
        body: Opinion,
        measured: Mapping[tuple[str, int], set[str]],
    ) -> None:
        raw = self.parts.get(blob_name(body.seen.blob))
        span = told.said.scope.range
        if raw is None or span is None:
            raise altered("the frames that an opinion commits to", "none")
        leaves = read_leaves(SeenLeaf, raw, body.seen)
        if [leaf.frame for leaf in leaves] != list(span.frames()):
            raise altered("each frame of the opinion's range, once", "others")
        shot = told.said.scope.shot
        if shot is None:
            return  # of a cut, whose frames step 14.3 leads to shots
        # Against an opinion on pictures that this film never had.
        strange = sum(
            not set(leaf.pixels) <= measured.get((shot, leaf.frame), set())
            for leaf in leaves
        )
        self.audit.leave_open(Reason.MISSING, "opinion.seen", int(strange > 0))
        self.audit.held("frames.of_opinions", len(leaves) - strange)
