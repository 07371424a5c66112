"""Reading a production as a film: everything current, opened and joined, in one pass.

What a statement relies on stands before it, so one walk over the log is enough: keys
and delegations are folded on the way, facts are taken in, and frames are read at the
end, for the versions in force alone.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from ledger.encoding.entry import Entry, parse_entry
from ledger.encoding.kinds import KINDS
from ledger.encoding.statement import STUDIO, check
from ledger.evidence.heads import fold_entries
from ledger.history.authority import DECIDING, DOUBTING, Authority
from ledger.history.current import History
from ledger.history.film import Ended, Film, Frame, Shot, Source
from ledger.history.journal import State
from ledger.ports import LogReader, OpeningReader, StoredStatement
from ledger.production.current import disposed_in, in_force
from ledger.production.facts import Facts, tells_facts
from ledger.production.opening import Production
from ledger.production.own_keys import own_authority, whole_authority
from ledger.production.speakers import Speakers
from ledger.production.told import Told
from ledger.records.frames import FrameSet, MeasuredLeaf
from ledger.records.identity import as_statement_id
from ledger.records.making import Version
from ledger.records.statement import Record, Scope, family
from ledger.vault.vault import Vault

_AT_ONCE: Final = 1000
"""Statements in memory at a time, besides those that are part of the film."""


def read_film(production: Production) -> Film:
    """What the log of a production currently says, with all private values.

    Args:
        production: an opened production, online.

    Raises:
        MissingEvidenceError, AlteredEvidenceError: database, vault or blobs were
            changed from outside.
    """
    reader = production.reader()
    own = own_authority(reader, production.keys.blinding_key(STUDIO))
    point = own.log_keys.open(reader.checkpoint(), production.log)
    entries = [parse_entry(raw) for raw in reader.entries(0, point.size)]
    # After the size was fixed: what is admitted later is in neither of the two.
    with production.vault.reading():
        walk = _Walk(
            reader=reader,
            vault=production.vault,
            facts=Facts(production.blobs, _disposed(reader, entries)),
            entries=entries,
        )
        facts = walk.taken()
    return Film(
        log=production.log,
        size=point.size,
        root=point.root.hex(),
        studio=facts.studio,
        title=facts.title,
        parties=facts.parties,
        elements=facts.elements,
        shots=walk.shots(),
        assets=facts.assets,
        runs=facts.runs,
        generations=tuple(facts.generations),
        contributions=tuple(facts.contributions),
        engagements=tuple(facts.engagements),
        opinions=tuple(facts.opinions),
        changes=tuple(facts.changes),
        cuts=tuple(facts.cuts),
        ended=tuple(_ended(walk.entries, walk.history)),
        erased=tuple(facts.erased),
    )


def _disposed(reader: LogReader, entries: list[Entry]) -> frozenset[str]:
    stated = any(family(entry.kind) == "disposition" for entry in entries)
    return disposed_in(reader) if stated else frozenset()


@dataclass(slots=True, kw_only=True)
class _Walk:
    """A walk over all statements of a log, in their order.

    Attributes:
        last: who may state what at the end: it tells which words are doubted.
        sets: statements of measured frames, by id: read if a version lists them.
    """

    reader: LogReader
    vault: Vault
    facts: Facts
    entries: list[Entry]
    history: History = field(init=False)
    last: Authority = field(default_factory=Authority)
    sets: dict[str, bytes] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.history = fold_entries(self.entries)
        if any(family(entry.kind) in DOUBTING for entry in self.entries):
            self.last = whole_authority(self.reader)

    def taken(self) -> Facts:
        """Take in what every statement in force tells."""
        speakers = Speakers(self.reader, self.vault)
        for start in range(0, len(self.entries), _AT_ONCE):
            found = self.reader.statements(start, start + _AT_ONCE)
            telling = {one.id for one in found if self._tells(one)}
            values = self.vault.gathered(telling)
            for stored in found:
                self._note(stored, speakers)
                if stored.id in telling:
                    self._take(stored, speakers, values)
        return self.facts

    def _tells(self, stored: StoredStatement) -> bool:
        return (
            stored.kind in KINDS  # else a newer version's: it is opaque here
            and tells_facts(KINDS[stored.kind].body)
            and in_force(self.history, stored.id)
        )

    def _note(self, stored: StoredStatement, speakers: Speakers) -> None:
        if stored.kind not in KINDS:
            return
        # Before it is taken: the genesis brings the key that signs it.
        if family(stored.kind) in DECIDING:
            speakers.advance(stored.id, check(stored.raw), stored.index)
        if family(stored.kind) == "frame.set":
            self.sets[stored.id] = stored.raw

    def _take(
        self, stored: StoredStatement, speakers: Speakers, values: OpeningReader
    ) -> None:
        speaker = speakers.of(stored.sheet)
        self.facts.take(
            Told(
                id=stored.id,
                index=stored.index,
                said=check(stored.raw),
                speaker=speaker,
                revoked=self.last.doubts(speaker.key_id, stored.index),
                admitted_at=self.entries[stored.index].at,
                disputed=self.history.contradicted(as_statement_id(stored.id)),
                vault=values,
            )
        )

    # --- frames ------------------------------------------------------------------

    def shots(self) -> Mapping[str, Shot]:
        """All shots with their versions in force, the first admitted first."""

        def admitted(shot: Shot) -> int:
            lineage = self.history.lineage_of(as_statement_id(shot.source.id))
            return self.history.head(lineage).index

        ordered = sorted(self.facts.shots.values(), key=admitted)
        return {shot.uid: self._with_frames(shot) for shot in ordered}

    def _with_frames(self, shot: Shot) -> Shot:
        found = self.facts.versions.get(shot.uid)
        if found is None:
            return shot
        source, version = found
        return replace(
            shot,
            view=version.view,
            version=source,
            range=source.scope.range,
            frames=dict(self._frames(source, version)),
            other_views=tuple(sorted(self.facts.views[shot.uid] - {version.view})),
        )

    def _frames(self, source: Source, version: Version) -> Iterator[tuple[int, Frame]]:
        span, shot = source.scope.range, source.scope.shot
        for cell in version.cells:
            match self._set(cell.set):
                # A set of another shot or cell has numbers that mean other frames.
                case Scope(shot=of), FrameSet() as body if of == shot and (
                    body.cell == cell.cell
                ):
                    if body.measured.blob in self.facts.disposed:
                        self.facts.erased.append("frame.set.1")
                        continue
                    leaves = self.facts.leaves(MeasuredLeaf, body.measured)
                case _:
                    continue
            for number, leaf in leaves.items():
                if span is not None and span.contains(number):
                    yield number, Frame(run=body.run, set=cell.set, measured=leaf)

    def _set(self, statement: str) -> tuple[Scope, Record | None] | None:
        raw = self.sets.get(statement)
        if raw is None:
            return None  # of a newer version's kind
        said = check(raw)
        return said.statement.scope, said.body


def _ended(entries: list[Entry], history: History) -> Iterator[Ended]:
    for index, entry in enumerate(entries):
        state = history.state_of(entry.id)
        withdraws = entry.act is not None and entry.act.verb == "withdraw"
        # A withdrawal says nothing itself, so it is nothing that ended.
        if state is not State.CURRENT and not withdraws:
            yield Ended(
                id=entry.id,
                index=index,
                kind=entry.kind,
                scope=entry.scope,
                state=state,
            )
