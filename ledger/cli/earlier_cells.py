"""Measured cells as log, blobs and vault have them: for a run, and for a comparison."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, TypeVar

from ledger.cli.sealed_files import SealedFiles
from ledger.encoding.canonical import JsonValue
from ledger.encoding.kinds import kinds_of
from ledger.encoding.statement import Checked, check
from ledger.evidence.contribution_form import private_paths
from ledger.history.current import History
from ledger.log.leaves import read_leaves
from ledger.ports import LogReader
from ledger.production.current import history_of, in_force, opened
from ledger.production.opening import Production
from ledger.records.frames import FrameSet, MeasuredLeaf, SealedLeaf, SealSet
from ledger.records.identity import as_statement_id
from ledger.records.making import Generation, Run
from ledger.records.statement import Record
from pipeline.run.kept import EarlierCell, StatedGeneration

_AT_ONCE: Final = 1000
Body = TypeVar("Body", bound=Record)


@dataclass(slots=True)
class EarlierCells:
    """Reads cells of a production that was opened online.

    The log is walked once for each family of statements; leaves are read one cell after
    the other, so that memory does not grow with the shot.
    """

    production: Production
    _history: History = field(init=False)
    _files: SealedFiles = field(init=False)
    _seals: dict[str, list[SealSet]] | None = None

    def __post_init__(self) -> None:
        self._history = history_of(self.production.reader())
        self._files = SealedFiles(self.production.vault.locations())

    def cells(self, sets: Iterable[str], but_of: str = "") -> Iterator[EarlierCell]:
        """Measured cells that stand undisputed; see `pipeline.run.kept.Earlier`."""
        wanted = {one for one in sets if self._stands(one)}
        if not wanted:
            return
        measured = {
            name: (said, body)
            for name, said, body in self._bodies(FrameSet, wanted)
            if body.run != but_of
        }
        runs = {
            name: (said, body)
            for name, said, body in self._bodies(
                Run, {body.run for _, body in measured.values()}
            )
            if self._stands(name)
        }
        generations = self._generations([body for _, body in runs.values()])
        for name, (said, body) in measured.items():
            found, scope = runs.get(body.run), said.statement.scope
            if found is None or scope.range is None:
                continue
            raw = self.production.blobs.read(body.measured.blob)
            yield EarlierCell(
                set=name,
                cell=body.cell,
                shot=scope.shot,
                frames=scope.range,
                leaves=read_leaves(MeasuredLeaf, raw, body.measured),
                run=body.run,
                work=found[1],
                recipe=self._recipe(body.run),
                generations=generations,
            )

    def files(self, frame_set: str) -> Iterator[tuple[SealedLeaf, Sequence[Path]]]:
        """Seals of a cell's frames, with files that are named like them."""
        if self._seals is None:
            self._seals = {}
            for _, _, body in self._bodies(SealSet, None):
                self._seals.setdefault(body.set, []).append(body)
        for seal in self._seals.get(frame_set, ()):
            raw = self.production.blobs.read(seal.sealed.blob)
            for leaf in read_leaves(SealedLeaf, raw, seal.sealed):
                yield leaf, self._files.candidates(leaf.frame)

    def _stands(self, statement: str) -> bool:
        known_as = as_statement_id(statement)
        return (
            self._history.knows(known_as)
            and in_force(self._history, statement)
            and not self._history.contradicted(known_as)
        )

    def _recipe(self, run: str) -> "JsonValue | None":
        value = opened(self.production.vault, run, "/body/recipe")
        return value if isinstance(value, dict) else None

    def _generations(self, runs: Iterable[Run]) -> dict[str, StatedGeneration]:
        named = {one.generation for run in runs for one in run.layers if one.generation}
        vault, found = self.production.vault, {}
        for name, said, body in self._bodies(Generation, named):
            if not self._stands(name):
                continue
            paths = private_paths(said.json["body"])
            values: dict[str, Any] = {path: opened(vault, name, path) for path in paths}
            if None not in values.values():  # what was erased cannot be compared
                at = said.statement.at
                found[name] = StatedGeneration(body=body, at=at, values=values)
        return found

    def _bodies(
        self, model: type[Body], wanted: Collection[str] | None
    ) -> Iterator[tuple[str, Checked, Body]]:
        return bodies_of(self.production.reader(), model, wanted)


def bodies_of(
    reader: LogReader, model: type[Body], wanted: Collection[str] | None = None
) -> Iterator[tuple[str, Checked, Body]]:
    """Statements with a body of a model, in the order of the log.

    Args:
        reader: of the log.
        model: of the body.
        wanted: ids; `None` for all.
    """
    if wanted is not None and not wanted:
        return
    size = reader.size()
    kinds = kinds_of(model)
    for start in range(0, size, _AT_ONCE):
        for stored in reader.statements(start, min(start + _AT_ONCE, size)):
            if stored.kind not in kinds:
                continue
            if wanted is None or stored.id in wanted:
                said = check(stored.raw)
                if isinstance(said.body, model):
                    yield stored.id, said, said.body
