"""Steps 12 to 14: what frames come from, and whether all of it still stands.

Kinds, acts and disputes are read from the entries, which are all here: what is
withheld cannot hide that it was withdrawn or is of another kind.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise
from typing import Final, Self

from ledger.encoding.kinds import KINDS
from ledger.evidence.audit import Audit
from ledger.evidence.disclosure import Disclosure
from ledger.evidence.steps.finding import altered
from ledger.evidence.steps.measures import EXACT
from ledger.evidence.verdict import Reason
from ledger.history.naming import kinds_named_in
from ledger.records.frames import FrameSet
from ledger.records.identity import StatementId
from ledger.records.making import Asset, Generation, Run, RunLayer
from ledger.records.statement import family

_REPLACED: Final = {"frame.set": "version.set_replaced"}


def check_kinds(audit: Audit, disclosure: Disclosure) -> None:
    """12.0 What a body names is of the kind that it must be: against empty names."""
    used = {
        layer.generation
        for _, run in disclosure.all_of(Run)
        for layer in run.layers
        if layer.generation is not None
    }
    for told in disclosure.told.values():
        # No frame rests on a generation that no run names.
        unused = isinstance(told.body, Generation) and told.id not in used
        named = () if unused else kinds_named_in(told.body)
        if named:
            with audit.step("sources"):
                for statement, kind in named:
                    if disclosure.asks_for(told.body, statement):
                        _check_kind(audit, disclosure, statement, kind)


def _check_kind(
    audit: Audit, disclosure: Disclosure, statement: StatementId, kind: str
) -> None:
    head = disclosure.history.head(statement)
    # A withdrawal has its target's kind, but nothing in it.
    if family(head.kind) != kind or head.verb == "withdraw":
        raise altered(f"a statement of kind {kind} where one is named", "another kind")
    found = disclosure.told.get(statement)
    if found is None:
        # The last step counts it, unless the question seems not to touch it.
        if not disclosure.touches(disclosure.entries[head.index].scope):
            audit.leave_open(Reason.WITHHELD, kind)
    elif head.kind in KINDS and found.body is None:
        raise altered(f"a statement of kind {kind} where one is named", "none")


def check_rivals(audit: Audit, disclosure: Disclosure) -> None:
    """12.6 A cell of a run is measured once: against a second, other measurement."""
    spans: defaultdict[tuple[str, int], list[tuple[int, int]]] = defaultdict(list)
    for told, body in disclosure.all_of(FrameSet):
        span = told.said.scope.range
        if span is not None and disclosure.in_force(told):
            spans[body.run, body.cell].append((span.start, span.end))
    for found in spans.values():
        found.sort()
        if any(after[0] < before[1] for before, after in pairwise(found)):
            audit.leave_open(Reason.CONFLICT, "frame.set")


def check_sources(audit: Audit, disclosure: Disclosure) -> None:
    """14.2 All that current versions rest on stands, and is not disputed."""
    cells = [cell.set for _, body in disclosure.versions() for cell in body.cells]
    sets = list(dict.fromkeys(cells))
    seals = disclosure.seals()
    measured = [disclosure.find(one, FrameSet) for one in sets]
    named = [found[1].run for found in measured if found is not None]
    found_runs = [disclosure.find(one, Run) for one in dict.fromkeys(named)]
    runs = [found[1] for found in found_runs if found is not None]
    behind = [*sets, *named, *(told.id for told, _ in seals)]
    behind += [one for run in runs for one, _ in kinds_named_in(run)]
    for statement in dict.fromkeys(behind):
        _question(audit, disclosure, statement)
    unsealed = set(sets) - {body.set for _, body in seals}
    audit.leave_open(Reason.MISSING, "seal.set", len(unsealed))
    _check_makers(audit, disclosure, runs)


def _question(audit: Audit, disclosure: Disclosure, statement: StatementId) -> None:
    # An honest log may be here: replaced or disputed after the version was stated.
    kind = family(disclosure.history.head(statement).kind)
    if not disclosure.stands(statement):
        audit.leave_open(Reason.CONFLICT, _REPLACED.get(kind, f"{kind}.replaced"))
    if disclosure.history.contradicted(statement):
        audit.leave_open(Reason.DISPUTED, kind)


@dataclass(frozen=True, slots=True)
class _Makers:
    """Generations in force, by what came out of them."""

    disclosure: Disclosure
    made: dict[str, set[tuple[str, str]]]
    """Id and source type of each, by an asset's id and by the root of its files."""

    @classmethod
    def of(cls, disclosure: Disclosure) -> Self:
        made: defaultdict[str, set[tuple[str, str]]] = defaultdict(set)
        for told, body in disclosure.all_of(Generation):
            if disclosure.in_force(told):
                for output in body.outputs:
                    made[output].add((told.id, body.source_type))
                    made[_files(disclosure, output)].add((told.id, body.source_type))
        return cls(disclosure, dict(made))

    def agree(self, layer: RunLayer) -> bool:
        """Whether a layer names what made its asset, and as what it was made."""
        named = layer.generation
        if named is None:
            # By its files: the same ones stated again do not lose their maker. One
            # that was recorded after the run hides nothing if the run says the same.
            by_files = self.made.get(_files(self.disclosure, layer.asset), set())
            makers = by_files | self.made.get(layer.asset, set())
            return all(kind == layer.source_type for _, kind in makers)
        made_by = self.made.get(layer.asset, set())
        if self.disclosure.find(named, Generation) is None:
            return all(maker == named for maker, _ in made_by)
        return made_by == {(named, layer.source_type)}


def _check_makers(audit: Audit, disclosure: Disclosure, runs: Iterable[Run]) -> None:
    makers = _Makers.of(disclosure)
    for run in runs:
        # By a measure that this version does not know, any bounds may be right.
        audit.leave_open(Reason.WEAK, "run.measure", int(run.measure != EXACT))
        for layer in run.layers:
            agreed = makers.agree(layer)
            audit.leave_open(Reason.CONFLICT, "generation", int(not agreed))


def _files(disclosure: Disclosure, asset: StatementId) -> str:
    found = disclosure.find(asset, Asset)
    return found[1].files.root if found else asset
