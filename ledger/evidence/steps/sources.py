"""Steps 12 to 14: what frames come from, and whether all of it still stands.

Kinds, acts and disputes are read from the entries, which are all here: what is
withheld cannot hide that it was withdrawn or is of another kind.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Final, Self, TypeAlias

from ledger.encoding.kinds import KINDS
from ledger.evidence.audit import Audit
from ledger.evidence.disclosure import Disclosure
from ledger.evidence.steps.finding import altered
from ledger.evidence.steps.measures import KNOWN, MEASURE_OF
from ledger.evidence.verdict import Reason
from ledger.history.naming import kinds_named_in
from ledger.records.frames import FrameSet
from ledger.records.identity import StatementId
from ledger.records.making import Generation, Run, RunLayer
from ledger.records.statement import family

_REPLACED: Final = {"frame.set": "version.set_replaced"}

Files: TypeAlias = Mapping[str, frozenset[str]]
"""Digests of each asset's files, by the asset's id."""


def check_kinds(audit: Audit, disclosure: Disclosure) -> None:
    """12.0 What a body names is of the kind that it must be: against empty names."""
    for told in disclosure.told.values():
        if named := kinds_named_in(told.body):
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


def check_sources(audit: Audit, disclosure: Disclosure, files: Files) -> None:
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
        check_standing(audit, disclosure, statement)
    unsealed = set(sets) - {body.set for _, body in seals}
    audit.leave_open(Reason.MISSING, "seal.set", len(unsealed))
    _check_makers(audit, _Makers.of(disclosure, files), runs)


def check_standing(
    audit: Audit, disclosure: Disclosure, statement: StatementId
) -> None:
    """Whether what something rests on is in force and undisputed; else it is open."""
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
    files: Files
    made: dict[str, set[tuple[str, str]]]
    """Id and source type of each, by an asset's id and by its files' digests."""

    @classmethod
    def of(cls, disclosure: Disclosure, files: Files) -> Self:
        made: defaultdict[str, set[tuple[str, str]]] = defaultdict(set)
        for told, body in disclosure.all_of(Generation):
            if disclosure.in_force(told):
                for output in body.outputs:
                    for name in (output, *files.get(output, ())):
                        made[name].add((told.id, body.source_type))
        return cls(disclosure, files, dict(made))

    def agree(self, layer: RunLayer) -> bool:
        """Whether a layer names what made its asset, and as what it was made."""
        named = layer.generation
        if named is None:
            # By its files: some of them stated again do not lose their maker. One
            # that was recorded after the run hides nothing if the run says the same;
            # two of one file disagree, whatever the run says.
            names = (layer.asset, *self.files.get(layer.asset, ()))
            makers = [self.made[name] for name in names if name in self.made]
            said = {kind for made_by in makers for _, kind in made_by}
            return said <= {layer.source_type} and all(len(one) == 1 for one in makers)
        made_by = self.made.get(layer.asset, set())
        if self.disclosure.find(named, Generation) is None:
            return all(maker == named for maker, _ in made_by)
        return made_by == {(named, layer.source_type)}


def _check_makers(audit: Audit, makers: _Makers, runs: Iterable[Run]) -> None:
    for run in runs:
        # By a measure that this version does not know, any bounds may be right.
        audit.leave_open(Reason.WEAK, "run.measure", int(run.measure not in KNOWN))
        unknown = int(run.picture not in MEASURE_OF)
        audit.leave_open(Reason.WEAK, "run.picture", unknown)
        for layer in run.layers:
            agreed = makers.agree(layer)
            audit.leave_open(Reason.CONFLICT, "generation", int(not agreed))
